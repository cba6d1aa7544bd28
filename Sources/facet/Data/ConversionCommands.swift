import CommandKit
import FaceData
import Foundation
import Spelling

let packCommand = Command(
    "pack", "Write a set as an insightface pack: train.rec, or a .bin for a test set.",
    discussion: """
        Image bytes are copied unchanged, so that training on the pack equals training on the \
        files. A .rec comes with its .idx, its .lst of names and its property file. Run the same command \
        again after an interruption: a .rec is resumed, a .bin starts over.
        """,
    positionals: [
        Positional("set", "the set to pack"), Positional("pack", "the .rec or .bin to write"),
    ], options: DataWork.options,
    examples: [
        "facet data pack CASIA-WebFace casia/train.rec",
        "facet data pack lfw-112,pairs.txt lfw.bin",
    ]
) { arguments in try convert(arguments, to: DataWork.url(arguments, "pack"), packs: true) }

let unpackCommand = Command(
    "unpack", "Write the images of a set to a folder, with a list of pairs for a test set.",
    discussion: """
        Image bytes are copied unchanged. Images already in the folder are kept: run the same command \
        again to resume.
        """,
    positionals: [
        Positional("set", "the set to unpack"), Positional("folder", "output folder"),
    ],
    options: [
        Option(
            "--folds", .value("N"),
            "number of folds in the list of pairs, as consecutive runs; default: as in the test set"
        )
    ] + DataWork.options,
    examples: ["facet data unpack faces_emore/train.rec emore", "facet data unpack lfw.bin lfw"]
) { arguments in try convert(arguments, to: DataWork.url(arguments, "folder"), packs: false) }

let importCommand = Command(
    "import", "Convert a set of any format to a folder or a pack, without its bad images.",
    discussion: """
        Decodes every image and leaves out those that cannot be decoded or are listed in --without. \
        With --size, images are fitted to a square and re-encoded. OUT ends in .rec for a pack \
        and is a folder otherwise. Run the same command again to resume; before a pack is written, the scan \
        for bad images is kept once it has finished.
        """,
    positionals: [
        Positional("set", "the set to import"), Positional("out", "output folder, .rec or .bin"),
    ],
    options: [
        Option("--size", .value("N"), "fit images to N x N pixels"),
        Option("--quality", .value("N"), "JPEG quality with --size; default 95"),
        Option("--png", .flag, "write lossless PNGs instead"),
        Option("--without", .value("FILE"), "a list of identities and images to leave out"),
    ] + DataWork.options,
    examples: [
        "facet data import FaceImageCroppedWithAlignment.tsv,clean_list.txt ms1m/train.rec --size 112"
    ]
) { arguments in
    let out = DataWork.url(arguments, "out")
    var recoding = ImageRecoding()
    if let side = try arguments.whole("--size", in: 8...4096) {
        let quality = try arguments.whole("--quality", in: 1...100) ?? 95
        recoding = ImageRecoding(side: side, quality: arguments.has("--png") ? nil : quality)
    }
    return try convert(
        arguments, to: out, packs: ["rec", "bin"].contains(out.pathExtension),
        recoding: recoding, leavesOutBad: true)
}

private func convert(
    _ arguments: Arguments, to out: URL, packs: Bool, recoding: ImageRecoding = .none,
    leavesOutBad: Bool = false
) throws -> ExitCode {
    let work = try DataWork(arguments)
    work.goesOn = out.pathExtension != "bin"
    return try work.run {
        var set = try work.open(arguments)
        if let file = arguments.value("--without"), case .labelled(let labelled) = set {
            let fewer = labelled.removing(try RemovalList.read(URL(fileURLWithPath: file)))
            fewer.warnings.dropFirst(labelled.warnings.count)
                .forEach { Console.standard.warning($0) }
            set = .labelled(fewer)
        }
        try requireEnding(of: out, packs: packs, set)
        try DataWork.requireNoSource(
            among: packs ? DataWork.packFiles(out) : [out.appendingPathComponent("pairs.txt")],
            arguments, set)
        let conversion = SetConversion(
            recoding: recoding, leavesOutBad: leavesOutBad, threads: work.threads)
        let progress = work.progress("writing", set.source.count)
        let outcome: SetConversion.Outcome
        switch set {
        case .labelled(let set):
            outcome =
                packs
                ? try conversion.write(set, toPack: out, progress: progress)
                : try conversion.write(set, toFolder: out, progress: progress)
        case .pairs(var pairs):
            if let folds = try arguments.whole("--folds", in: 1...1000) {
                pairs = pairs.withConsecutiveFolds(folds)
            }
            if packs, let warning = pairs.packWarning { Console.standard.warning(warning) }
            outcome =
                packs
                ? try conversion.write(pairs, toPack: out, progress: progress)
                : try conversion.write(pairs, toFolder: out, progress: progress)
        }
        try work.write(outcome, text: text(of: outcome, out))
        guard outcome.written + outcome.kept == 0 else { return .success }
        Console.standard.error("no image was written: none was left of the set")
        return .failure
    }
}

/// A training set becomes a .rec and a test set a .bin.
private func requireEnding(of out: URL, packs: Bool, _ set: ImageCollection) throws {
    guard packs else { return }
    let expected: String
    switch set {
    case .labelled: expected = "rec"
    case .pairs: expected = "bin"
    }
    guard out.pathExtension == expected else {
        throw FaceDataError.cannotWrite(
            path: out.path,
            reason:
                "a \(expected == "rec" ? "training" : "test") set is packed as a .\(expected) "
                + "file; use that extension")
    }
}

private func text(of outcome: SetConversion.Outcome, _ out: URL) -> String {
    let images = counted(outcome.written, "image was", "images were")
    var lines = ["\(images) written to \(out.path)"]
    if outcome.kept > 0 {
        lines.append(counted(outcome.kept, "was", "were") + " there already")
    }
    lines += DataWork.renamed(outcome.renamed)
    if !outcome.bad.isEmpty {
        lines.append(counted(outcome.bad.count, "was", "were") + " left out:")
        lines += DataWork.some(outcome.bad.map(\.reason))
    }
    return lines.joined(separator: "\n")
}
