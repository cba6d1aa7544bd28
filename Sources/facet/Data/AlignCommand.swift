import CommandKit
import FaceData
import FaceEmbedding
import Foundation
import Spelling

let alignCommand = Command(
    "align", "Align faces to insightface's template by five landmarks.",
    discussion: """
        Maps the landmarks to the template by a least-squares similarity transform (Umeyama); bilinear, black \
        outside the picture. --detect finds the faces (facet data detect) and takes no LANDMARKS: \
        facet data align SET FOLDER --detect. LANDMARKS has a line 'path x1 y1 ... x5 y5' for each image (left \
        eye, right eye, nose, left and right corner of the mouth, as seen in the image), or a \
        header line that names its columns, as in the CSV files of CelebA and VGGFace2, or is \
        insightface's .lst. Implausible landmarks are reported and not used; where those of the set as a whole are in \
        another order, nothing is written. Faces already in the \
        folder are kept: run the same command again to resume. The exit code is 1 if no face \
        was aligned, or a picture with landmarks could not be.
        """,
    positionals: [
        Positional("set", "the images to align"),
        Positional("landmarks", "the landmark file; none with --detect"),
        Positional(
            "folder", "output folder for aligned faces; names are kept", isOptional: true),
    ],
    options: [
        Option(
            "--face", .value("RULE"),
            DetectorOptions.rule
                + "; by default such pictures are reported and left out, and with --detect it is central"
        ),
        Option("--detect", .flag, "find the faces, instead of reading a landmark file"),
        Option(
            "--template", .value("NAME"),
            "position of the landmarks: insightface (default), sphereface (112 rows, 96 columns), dlib "
                + "(150x150) or facenet (160x160)", completion: .words(FaceTemplate.names)),
        Option(
            "--size", .value("N"),
            "height, in pixels; default 112, 150 for dlib and 160 for facenet"),
        Option("--quality", .value("N"), "JPEG quality; default 95"),
        Option("--png", .flag, "write lossless PNGs instead"),
    ] + DetectorOptions.options + DataWork.options,
    examples: [
        "facet data align lfw landmarks.txt lfw-112", "facet data align lfw lfw-112 --detect",
    ]
) { arguments in
    let work = try DataWork(arguments)
    work.isResumable = true
    let choice = try DetectorOptions.choice(arguments)
    let places = try AlignPlaces(arguments)
    return try work.run {
        let way =
            try places.landmarks == nil
            ? DetectorOptions.search(arguments, choice, threads: work.threads) : nil
        let source = try pictures(arguments, work)
        try DataWork.requireNoSource(among: [places.folder], arguments, source)
        try DataWork.requireOutside(places.folder, arguments)
        let quality = try arguments.whole("--quality", in: 1...100) ?? 95
        let alignment = SetAlignment(
            try template(arguments), quality: arguments.has("--png") ? nil : quality,
            choice: choice ?? .ask, threads: work.threads)
        let progress = work.progress("aligning", source.count)
        let outcome: SetAlignment.Outcome
        if let way {
            outcome = try alignment.align(source, way, to: places.folder, progress: progress)
        } else {
            let landmarks = try LandmarkFile(places.landmarks ?? places.folder)
            landmarks.warnings.forEach { Console.standard.warning($0) }
            outcome = try alignment.align(
                source, landmarks, to: places.folder, progress: progress)
        }
        try work.write(outcome, text: text(of: outcome, places.folder, source))
        return code(of: outcome)
    }
}

/// The images of a set, or all pictures of a folder without one subfolder per person.
private func pictures(_ arguments: Arguments, _ work: DataWork) throws -> any ImageSource {
    do {
        return try work.open(arguments).source
    } catch FaceDataError.noIdentities(let path) {
        guard let found = try? EmbeddedSet.open(path, threads: work.threads) else {
            throw FaceDataError.noIdentities(path: path)
        }
        return found
    }
}

/// The paths of the landmarks and of the output.
private struct AlignPlaces {
    /// The landmark file; nil with `--detect`.
    let landmarks: URL?
    let folder: URL

    init(_ arguments: Arguments) throws(CommandError) {
        let isSecond = arguments.positional("folder") != nil
        if arguments.has("--detect") {
            // The only argument after the set is the folder.
            if isSecond { throw .together("--detect", "a landmark file") }
            (landmarks, folder) = (nil, DataWork.url(arguments, "landmarks"))
            return
        }
        let option = ["--detector", "--min-face", "--min-side"].first { arguments.value($0) != nil }
        if let option {
            throw .missingOption(option: "--detect", hint: "\(option) requires it")
        }
        guard isSecond else { throw .missingArgument(name: "folder") }
        landmarks = DataWork.url(arguments, "landmarks")
        folder = DataWork.url(arguments, "folder")
    }
}

private func template(_ arguments: Arguments) throws -> FaceTemplate {
    let name = try arguments.choice("--template", among: FaceTemplate.names) ?? "insightface"
    let size = try arguments.whole("--size", in: 16...1024)
    return FaceTemplate.named(name, height: size) ?? .insightface()
}

private func code(of outcome: SetAlignment.Outcome) -> ExitCode {
    guard !outcome.isComplete else { return .success }
    let left =
        outcome.severalFaces.count + outcome.implausible.count + outcome.bad.count
        + outcome.leftOut.values.map(\.count).reduce(0, +)
    Console.standard.error(
        outcome.written + outcome.kept == 0
            ? "no faces were aligned"
            : counted(left, "picture was", "pictures were") + " not aligned")
    return .failure
}

private func text(
    of outcome: SetAlignment.Outcome, _ folder: URL, _ source: any ImageSource
) -> String {
    let faces = counted(outcome.written, "face was", "faces were")
    var lines = ["\(faces) written to \(folder.path)"]
    if outcome.kept > 0 {
        lines.append(counted(outcome.kept, "was", "were") + " there already")
    }
    lines += DataWork.renamed(outcome.renamed)
    if !outcome.withoutPoints.isEmpty {
        let images = counted(
            outcome.withoutPoints.count, "image has", "images have")
        lines.append("\(images) no landmarks:")
        lines += DataWork.some(outcome.withoutPoints)
    }
    lines += unused(outcome, source)
    if !outcome.severalFaces.isEmpty {
        let pictures = counted(
            outcome.severalFaces.count, "picture was", "pictures were")
        lines.append(
            "\(pictures) skipped for several faces in the landmarks; choose one with --face largest, "
                + "central or first:")
        lines += DataWork.some(outcome.severalFaces)
    }
    if !outcome.chosen.isEmpty {
        let pictures = counted(outcome.chosen.count, "picture has", "pictures have")
        lines.append("\(pictures) several faces; one was chosen by --face:")
        lines += DataWork.some(outcome.chosen)
    }
    lines += DetectorOptions.text(ofLeftOut: outcome.leftOut)
    lines += implausible(outcome)
    if let doubt = outcome.doubt { lines.append("warning: \(doubt); look at some of the faces") }
    if !outcome.bad.isEmpty {
        lines.append("\(grouped(outcome.bad.count)) could not be aligned:")
        lines += DataWork.some(outcome.bad.map { "\($0.path): \($0.reason)" })
    }
    return lines.joined(separator: "\n")
}

/// The note on landmarks that belong to no image.
private func unused(_ outcome: SetAlignment.Outcome, _ source: any ImageSource) -> [String] {
    guard let first = outcome.unusedNames.first else { return [] }
    let names = counted(outcome.unusedNames.count, "name", "names")
    var line =
        "\(names) in the landmarks belong\(outcome.unusedNames.count == 1 ? "s" : "") to no "
        + "image of the set, as \(quoted: first)"
    if outcome.written + outcome.kept == 0, source.count > 0 {
        line += "; the set's are called as \(quoted: source.name(of: 0))"
    }
    return [line]
}

private func implausible(_ outcome: SetAlignment.Outcome) -> [String] {
    guard !outcome.implausible.isEmpty else { return [] }
    let images = counted(outcome.implausible.count, "image was", "images were")
    return [
        "\(images) skipped for implausible landmarks:"
    ]
        + DataWork.some(outcome.implausible.map { "\($0.path): \($0.reason)" })
        + outcome.causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            "\($0.value) of them would fit as \($0.key)"
        }
}
