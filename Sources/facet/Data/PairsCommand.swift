import CommandKit
import FaceData
import Foundation
import SafeFiles
import Spelling

let pairsCommand = Command(
    "pairs", "Draw a verification protocol from a set: folds of pairs, disjoint in people.",
    discussion: """
        As in LFW, folds share no people and have as many matching as non-matching pairs; no \
        pair occurs twice. OUT is a list 'path path label fold' or, if it ends in .bin, an \
        insightface pack.
        """,
    positionals: [
        Positional("set", "a training set's folder, pack or list"),
        Positional("out", "the list or .bin to write"),
    ],
    options: [
        Option("--folds", .value("N"), "number of folds; default 10"),
        Option("--each", .value("N"), "pairs of each kind per fold; default 300"),
        Option("--seed", .value("N"), "random seed; default 1"),
    ] + DataWork.options,
    examples: ["facet data pairs faces pairs.txt --each 100"]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        guard case .labelled(let set) = try work.open(arguments) else {
            throw FaceDataError.unknownFormat(
                path: arguments.positional("set") ?? "", reason: "a test set already has its pairs")
        }
        let draw = PairDraw(
            folds: try arguments.whole("--folds", in: 1...1000) ?? 10,
            each: try arguments.whole("--each", in: 1...1_000_000) ?? 300,
            seed: UInt64(try arguments.whole("--seed", in: 0...Int.max) ?? 1))
        let pairs = try draw.pairs(of: set)
        let out = DataWork.url(arguments, "out")
        try DataWork.requireNoSource(among: [out], arguments, .labelled(set))
        if out.pathExtension == "bin" {
            if let warning = pairs.packWarning { Console.standard.warning(warning) }
            _ = try SetConversion(threads: work.threads).write(
                pairs, toPack: out, progress: work.progress("writing", 2 * pairs.pairs.count))
        } else {
            try FileWriter.write(Array(pairs.listText(for: out).utf8), to: out)
        }
        try work.write(
            ["pairs": pairs.pairs.count, "images": pairs.source.count, "folds": pairs.folds],
            text:
                "\(counted(pairs.pairs.count, "pair")) of \(counted(pairs.source.count, "image")) in "
                + "\(counted(pairs.folds, "fold")) \(pairs.pairs.count == 1 ? "is" : "are") in \(out.path)"
        )
        return .success
    }
}
