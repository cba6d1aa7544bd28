import CommandKit
import FaceData
import Foundation
import SafeFiles

let pairsCommand = Command(
    "pairs", "Draws a verification protocol from a set: folds of pairs, people apart.",
    discussion: """
        As in LFW, each fold has people of its own, and as many pairs of one person as of two; no \
        pair comes twice. OUT is a list 'path path label fold', or with the ending .bin an \
        insightface pack.
        """,
    positionals: [
        Positional("set", "a training set's folder, pack or list"),
        Positional("out", "the list or .bin that is written"),
    ],
    options: [
        Option("--folds", .value("N"), "folds; default 10"),
        Option("--each", .value("N"), "pairs of each kind in a fold; default 300"),
        Option("--seed", .value("N"), "decides about the draw; default 1"),
    ] + DataWork.options,
    examples: ["facet data pairs faces pairs.txt --each 100"]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        guard case .labelled(let set) = try work.open(arguments) else {
            throw FaceDataError.unknownFormat(
                path: arguments.positional("set") ?? "", reason: "a test set has its pairs already")
        }
        let draw = PairDraw(
            folds: try arguments.whole("--folds", in: 1...1000) ?? 10,
            each: try arguments.whole("--each", in: 1...1_000_000) ?? 300,
            seed: UInt64(try arguments.whole("--seed", in: 0...Int.max) ?? 1))
        let pairs = try draw.pairs(of: set)
        let out = DataWork.url(arguments, "out")
        try DataWork.requireNoSource(among: [out], arguments, .labelled(set))
        if out.pathExtension == "bin" {
            if let remark = pairs.packRemark { Console.standard.warning(remark) }
            _ = try SetConversion(threads: work.threads).write(
                pairs, toPack: out, progress: work.progress("writing", 2 * pairs.pairs.count))
        } else {
            try FileWriter.write(Array(pairs.listText.utf8), to: out)
        }
        try work.write(
            ["pairs": pairs.pairs.count, "images": pairs.source.count, "folds": pairs.folds],
            text: "\(pairs.pairs.count) pairs of \(pairs.source.count) images in \(pairs.folds) "
                + "folds are in \(out.path)")
        return .success
    }
}
