import CommandKit
import FaceData
import FaceEmbedding
import FaceModels
import Foundation
import Spelling

let embedCommand = Command(
    "embed", "Embed images into a file for other programs.",
    discussion: """
        The images are those of a folder and its subfolders, of a set in any other format, of \
        insightface's .bin, or of a list. Pictures are aligned crops, as facet data align writes them, or with --detect \
        photographs, whose faces are found and aligned; those without a face are listed and left out, with the \
        exit code 1, and faces that are small, turned aside or leaning are warned about.

        A .npy file is [2, n, d], images and mirror images, or with --no-mirror [n, d]; NAME.names.csv beside it \
        has the name and the norm of each row. A .safetensors file has original, mirrored and norms, and the \
        names in its metadata. A .parquet file has one row per image: name, embedding, mirrored and norm. \
        Embeddings are not normalised. A .bin file is a matrix with OpenCV's header, the \
        normalised sums of an image's and its mirror image's embeddings; with --suffix the output is a folder with a \
        file for each image, IMAGE_SUFFIX.bin, as MegaFace's development kit and facet evaluate megaface expect.

        Finished embeddings are kept: run the same command again to resume. With --detect, faces are searched for again.
        """,
    positionals: [
        Positional("model", "a run's folder, a model file or a network in ONNX or TorchScript"),
        Positional("images", "a folder, a pack or a list"),
    ],
    options: [
        Option(
            "--output", .value("FILE"),
            "the new file, .npy, .safetensors, .parquet or .bin; with --suffix, the folder",
            elsewhere: ["--out", "-o"]),
        Option(
            "--suffix", .value("TEXT"),
            "write a MegaFace feature file for each image, IMAGE_TEXT.bin, in the folder --output"
        ),
        Option("--no-mirror", .flag, "leave out the mirror images"),
        Option(
            "--batch-size", .value("N"), "images per batch; default 128",
            elsewhere: OptionsElsewhere.batchSize),
        Option("--json", .flag, "write the result as JSON"),
    ] + DetectorOptions.photographs + UseFlags.network,
    examples: [
        "facet embed runs/arcface photos --output photos.npy",
        "facet embed runs/arcface holiday --detect --output holiday.parquet",
        "facet embed w600k_r50.onnx CASIA/train.rec --output casia.safetensors",
        "facet embed runs/arcface facescrub_images --suffix insightface --output features/facescrub",
    ]
) { arguments in
    let interrupt = try Interrupt()
    let suffix = arguments.value("--suffix")
    let path =
        suffix == nil
        ? try arguments.file("--output", endings: ["npy", "safetensors", "parquet", "bin"])?.path
        : arguments.value("--output")
    guard let path else { throw CommandError.missingOption(option: "--output") }
    if let suffix, suffix.isEmpty || suffix.contains("/") {
        throw CommandError.badValue(
            option: "--suffix", value: suffix, expected: "a part of a file's name")
    }
    let options = try UseFlags.options(arguments)
    let images = try EmbeddedSet.open(
        arguments.positional("images") ?? "", threads: options.compute.threads,
        warn: Console.standard.warning)
    _ = try DetectorOptions.isWanted(arguments)
    var found: DetectedImages?
    let embedding = try SetEmbedding(
        model: URL(fileURLWithPath: arguments.positional("model") ?? ""), options: options,
        weights: ModelFlags.stateDict(arguments), mirroring: !arguments.has("--no-mirror")
    ) { template in
        let aligner = try DetectorOptions.aligner(
            arguments, template: template, threads: options.compute.threads)
        guard let aligner else { return (images, "") }
        let faces = try detected(images, aligner, options.compute.threads, interrupt)
        found = faces
        return (faces.source, aligner.identity)
    }
    var line: ProgressLine?
    let outcome = try embedding.write(to: URL(fileURLWithPath: path), suffix: suffix) { done in
        if line == nil {
            line = ProgressLine(
                "embedding", total: embedding.images.count, completed: done, unit: "images")
        }
        line?.update(done)
        try interrupt.check()
    }
    line?.finish()
    if arguments.has("--json") {
        struct Summary: Encodable { var file: String, images: Int, kept: Int, dimension: Int }
        try Console.standard.writeJSON(
            Summary(
                file: path, images: outcome.images, kept: outcome.kept,
                dimension: outcome.dimension))
    } else {
        Console.note(
            "\(counted(outcome.images, "image")) embedded, \(outcome.dimension) numbers each"
                + (outcome.kept > 0 ? "; \(counted(outcome.kept, "was", "were")) done before" : ""))
    }
    guard let found else { return .success }
    warn(found, inputSize: embedding.inputSize)
    return DetectorOptions.report(found.outcome) ? .success : .failure
}

/// Warns about faces that are small or not frontal.
private func warn(_ found: DetectedImages, inputSize: Int) {
    let doubtful = found.faces.indices.compactMap { index -> String? in
        let warnings = found.faces[index].view?.warnings(inputSize: inputSize) ?? []
        return warnings.isEmpty
            ? nil : "\(found.source.name(of: index)): \(warnings.joined(separator: ", "))"
    }
    guard !doubtful.isEmpty else { return }
    Console.standard.warning(
        counted(doubtful.count, "picture has", "pictures have")
            + " a face that is small, turned aside or leaning:")
    DataWork.some(doubtful).forEach(Console.note)
}

/// The aligned faces of photographs.
private func detected(
    _ images: any ImageSource, _ aligner: FaceAligner, _ threads: Int, _ interrupt: Interrupt
) throws -> DetectedImages {
    let line = ProgressLine("detecting", total: images.count, unit: "images")
    defer { line.finish("") }
    return try DetectorOptions.images(of: images, aligner, threads: threads) { done in
        line.update(done)
        try interrupt.check()
    }
}
