import CommandKit
import FaceData
import Foundation
import Spelling

let packCommand = Command(
    "pack", "Write a set as an insightface pack: train.rec, or a .bin for a test set.",
    discussion: """
        Image bytes are copied unchanged, so that training on the pack equals training on the \
        files. With --detect, the faces of photographs are found, aligned and packed as JPEGs of quality 95; those \
        without a face are reported and left out of a .rec, with the exit code 1, and refused for a .bin. A .rec comes with its .idx, its .lst of names and its property file. Run the same command \
        again after an interruption: a .rec is resumed, a .bin starts over.
        """,
    positionals: [
        Positional("set", "the set to pack"), Positional("pack", "the .rec or .bin to write"),
    ], options: DetectorOptions.photographs + DataWork.options,
    examples: [
        "facet data pack CASIA-WebFace casia/train.rec",
        "facet data pack photographs faces/train.rec --detect",
        "facet data pack lfw-112,pairs.txt lfw.bin",
    ]
) { arguments in
    let out = DataWork.url(arguments, "pack")
    return try convert(arguments, to: out, as: out.pathExtension == "bin" ? .bin : .set(.pack))
}

private let tarOptions = [
    Option(
        "--shard-images", .value("N"),
        "pictures of a shard, where OUT ends in .tar; default \(SetConversion.defaultShardImages)"),
    Option(
        "--one-tar", .flag,
        "where OUT ends in .tar: one archive of identity folders, as tar makes of a folder, instead of shards"
    ),
]

let convertCommand = Command(
    "convert", "Write a set in another format, byte for byte.",
    discussion: """
        The extension of OUT determines the format: .tar for shards of a WebDataset (OUT-000000.tar and so on), or with \
        --one-tar one archive of folders, .zip for such an archive, .parquet for a Parquet file as in Hugging Face's \
        datasets, .tfrecord for a TFRecord file, .lmdb for an LMDB database, .rec for an insightface pack, .bin \
        for one of a test set, and otherwise a folder. Image bytes are copied unchanged. Existing files \
        are never replaced. Run the same command again after an interruption: folders and a .rec are \
        resumed, the others start over.
        """,
    positionals: [
        Positional("set", "the set to convert"),
        Positional("out", outputs),
    ],
    options: tarOptions + DataWork.options,
    examples: [
        "facet data convert CASIA-WebFace casia/train.tar --shard-images 5000",
        "facet data convert casia/train.rec casia/train.parquet",
        "facet data convert 'casia/train-{000000..000098}.tar' casia/train.rec",
    ]
) { arguments in
    let out = DataWork.url(arguments, "out")
    return try convert(arguments, to: out, as: .named(by: out, arguments))
}

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
) { arguments in
    try convert(arguments, to: DataWork.url(arguments, "folder"), as: .set(.folder))
}

let importCommand = Command(
    "import", "Convert a set of any format to a folder or a pack, without its bad images.",
    discussion: """
        Decodes every image and leaves out those that cannot be decoded or are listed in --without. \
        With --size, images are fitted to a square and re-encoded. OUT ends in .rec for a pack, in \
        .tar, .zip, .parquet, .tfrecord or .lmdb for these formats (facet data convert --help), and is a folder otherwise. Run the same command again to resume; before a pack is written, the scan \
        for bad images is kept once it has finished.
        """,
    positionals: [
        Positional("set", "the set to import"),
        Positional("out", outputs),
    ],
    options: [
        Option("--size", .value("N"), "fit images to N x N pixels"),
        Option("--quality", .value("N"), "JPEG quality with --size; default 95"),
        Option("--png", .flag, "with --size: write lossless PNGs instead"),
        Option("--without", .value("FILE"), "a list of identities and images to leave out"),
    ] + tarOptions + DataWork.options,
    examples: [
        "facet data import FaceImageCroppedWithAlignment.tsv,clean_list.txt ms1m/train.rec --size 112"
    ]
) { arguments in
    let out = DataWork.url(arguments, "out")
    return try convert(
        arguments, to: out, as: .named(by: out, arguments), recoding: try recoding(arguments),
        leavesOutBad: true)
}

/// How images are re-encoded, which they are with `--size` only.
private func recoding(_ arguments: Arguments) throws(CommandError) -> ImageRecoding {
    let quality = try arguments.whole("--quality", in: 1...100)
    if arguments.has("--png"), quality != nil { throw .together("--png", "--quality") }
    guard let side = try arguments.whole("--size", in: 8...4096) else {
        guard !arguments.has("--png"), quality == nil else {
            throw .missingOption(
                option: "--size",
                hint: "images are only encoded anew, as by --png and --quality, if they are fitted "
                    + "to a size")
        }
        return ImageRecoding()
    }
    return ImageRecoding(side: side, quality: arguments.has("--png") ? nil : quality ?? 95)
}

private let outputs = "output folder, .tar, .zip, .parquet, .tfrecord, .lmdb, .rec or .bin"

/// The output format of a set.
private enum Target: Equatable {
    /// A verification pack.
    case bin
    case set(ConversionTarget)

    static func named(by url: URL, _ arguments: Arguments) throws(CommandError) -> Target {
        let target: Target = url.pathExtension == "bin" ? .bin : .set(ConversionTarget(url))
        guard target == .set(.shards) || !arguments.has("--shard-images") else {
            throw .together(
                "--shard-images", "'\(url.lastPathComponent)', whose name does not end in .tar")
        }
        guard arguments.has("--one-tar") else { return target }
        guard target == .set(.shards) else {
            throw .badValue(
                option: "--one-tar", value: url.lastPathComponent,
                expected: "a name that ends in .tar")
        }
        guard !arguments.has("--shard-images") else {
            throw .together("--one-tar", "--shard-images")
        }
        return .set(.tar)
    }

    /// Refuses the name of an existing file.
    func requireFree(_ url: URL) throws {
        switch self {
        case .bin: try ConversionTarget.requireNone(url)
        case .set(let target): try target.requireFree(url)
        }
    }

    func files(_ url: URL) -> [URL] {
        switch self {
        case .bin: [url]
        case .set(let target): target.files(url)
        }
    }

    var resumes: Bool {
        switch self {
        case .bin: false
        case .set(let target): target.resumes
        }
    }
}

private func convert(
    _ arguments: Arguments, to out: URL, as target: Target, recoding: ImageRecoding = .none,
    leavesOutBad: Bool = false
) throws -> ExitCode {
    let work = try DataWork(arguments)
    work.isResumable = target.resumes
    return try work.run {
        let given = try work.open(arguments)
        try requireOptions(arguments, of: given)
        var set = try fewer(given, arguments)
        try requireTarget(target, out, set)
        try DataWork.requireNoSource(among: target.files(out), arguments, set)
        try DataWork.requireOutside(out, arguments)
        try target.requireFree(out)
        var conversion = SetConversion(
            recoding: recoding, leavesOutBad: leavesOutBad, threads: work.threads)
        var found: SetDetection.Outcome?
        if let aligner = try DetectorOptions.aligner(arguments, threads: work.threads) {
            let images = try DetectorOptions.images(
                of: set.source, aligner, quality: 95, threads: work.threads,
                progress: work.progress("detecting", set.source.count))
            set = try faces(images, of: set)
            conversion.origin = aligner.identity
            found = images.outcome
        }
        let outcome = try write(set, arguments, conversion, target, out, work)
        try work.write(outcome, text: text(of: outcome, target, out))
        if let found, !DetectorOptions.report(found) { return .failure }
        guard outcome.written + outcome.kept == 0 else { return .success }
        Console.standard.error("no image was written: the set has none left")
        return .failure
    }
}

/// The aligned faces of a set. In a test set, whose pairs need all pictures, a face must be found in each.
private func faces(_ found: DetectedImages, of set: ImageCollection) throws -> ImageCollection {
    switch set {
    case .labelled(let set): return .labelled(set.aligned(found))
    case .pairs(let pairs):
        let left = found.outcome.leftOut.values.joined() + found.outcome.bad
        if let first = left.min(by: { $0.index < $1.index }) {
            throw FaceDataError.noFace(
                path: first.path,
                reason:
                    "a test set needs all its pictures, but in \(grouped(left.count)) no face was "
                    + "found; align them with facet data align, by a landmark file that has these")
        }
        return .pairs(
            VerificationPairs(
                source: found.source, pairs: pairs.pairs, folds: pairs.folds,
                warnings: pairs.warnings))
    }
}

/// Refuses options that do nothing for a set of the kind.
private func requireOptions(_ arguments: Arguments, of set: ImageCollection) throws(CommandError) {
    switch set {
    case .labelled:
        guard arguments.has("--folds") else { return }
        throw .together("--folds", "a training set, which has no pairs")
    case .pairs:
        guard arguments.has("--without") else { return }
        throw .together("--without", "a test set, whose pairs need all of its images")
    }
}

/// The set without the entries of `--without`.
private func fewer(_ set: ImageCollection, _ arguments: Arguments) throws -> ImageCollection {
    guard let file = arguments.value("--without"), case .labelled(let labelled) = set else {
        return set
    }
    let fewer = labelled.removing(try RemovalList.read(URL(fileURLWithPath: file)))
    fewer.warnings.dropFirst(labelled.warnings.count).forEach { Console.standard.warning($0) }
    return .labelled(fewer)
}

private func write(
    _ set: ImageCollection, _ arguments: Arguments, _ conversion: SetConversion, _ target: Target,
    _ out: URL, _ work: DataWork
) throws -> SetConversion.Outcome {
    let progress = work.progress("writing", set.source.count)
    switch set {
    case .labelled(let set):
        let images = try arguments.whole("--shard-images", in: 1...10_000_000)
        // A .bin, which cannot store identities, has already been refused.
        let format: ConversionTarget = if case .set(let named) = target { named } else { .pack }
        return try conversion.write(
            set, as: format, to: out, shardImages: images ?? SetConversion.defaultShardImages,
            progress: progress)
    case .pairs(var pairs):
        if let folds = try arguments.whole("--folds", in: 1...1000) {
            pairs = pairs.withConsecutiveFolds(folds)
        }
        guard target == .bin else {
            return try conversion.write(pairs, toFolder: out, progress: progress)
        }
        if let warning = pairs.packWarning { Console.standard.warning(warning) }
        return try conversion.write(pairs, toPack: out, progress: progress)
    }
}

/// As a pack, a training set is written as .rec and a test set as .bin; the other formats cannot store
/// pairs.
private func requireTarget(_ target: Target, _ out: URL, _ set: ImageCollection) throws {
    if let reason = ConversionTarget.refusal(of: out) {
        throw FaceDataError.cannotWrite(path: out.path, reason: reason)
    }
    switch (target, set) {
    case (.set(.folder), _), (.bin, .pairs): return
    case (.set(let format), .labelled):
        guard format == .pack, out.pathExtension != "rec" else { return }
        throw FaceDataError.cannotWrite(
            path: out.path,
            reason: "a training set is packed as a .rec file; use that extension")
    case (.bin, .labelled):
        throw FaceDataError.cannotWrite(
            path: out.path,
            reason: "a training set is packed as a .rec file; use that extension")
    case (.set(let format), .pairs):
        throw FaceDataError.cannotWrite(
            path: out.path,
            reason: format == .pack
                ? "a test set is packed as a .bin file; use that extension"
                : "a test set, which has pairs, is written as a .bin file or a folder")
    }
}

private func text(of outcome: SetConversion.Outcome, _ target: Target, _ out: URL) -> String {
    let images = counted(outcome.written, "image was", "images were")
    let place =
        target == .set(.shards)
        ? target.files(out).map { "\($0.path) and on" }.joined() : out.path
    var lines = ["\(images) written to \(place)"]
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
