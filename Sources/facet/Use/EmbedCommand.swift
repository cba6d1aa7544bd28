import CommandKit
import FaceData
import FaceEmbedding
import FaceModels
import Foundation
import Spelling

let embedCommand = Command(
    "embed", "Embed images into a file for other programs.",
    discussion: """
        The images are those of a folder and of all folders inside of it, of a RecordIO pack, of insightface's \
        .bin, or of a list. Pictures are aligned crops, as facet data align writes them, or with --detect \
        photographs, whose faces are found and aligned; those without a face are named and left out, with the \
        exit code 1.

        A .npy file is [2, n, d], images and mirror images, or with --no-mirror [n, d]; NAME.names.csv beside it \
        has the name and the norm of each row. A .safetensors file has original, mirrored and norms, and the \
        names in its metadata. Embeddings are not normalised.

        Finished embeddings are kept: run the same command again to resume. With --detect, faces are searched for again.
        """,
    positionals: [
        Positional("model", "a run's folder, a model file or a network in ONNX or TorchScript"),
        Positional("images", "a folder, a pack or a list"),
    ],
    options: [
        Option(
            "--output", .value("FILE"), "the new file, .npy or .safetensors",
            elsewhere: ["--out", "-o"]),
        Option("--no-mirror", .flag, "leave out the mirror images"),
        Option(
            "--batch-size", .value("N"), "images per batch; default 128",
            elsewhere: OptionsElsewhere.batchSize),
        Option("--json", .flag, "write what was done as JSON"),
    ] + DetectorOptions.photographs + UseFlags.network,
    examples: [
        "facet embed runs/arcface photos --output photos.npy",
        "facet embed runs/arcface holiday --detect --output holiday.npy",
        "facet embed w600k_r50.onnx CASIA/train.rec --output casia.safetensors",
    ]
) { arguments in
    let interrupt = try Interrupt()
    guard
        let output = try arguments.file("--output", endings: ["npy", "safetensors"])
    else { throw CommandError.missingOption(option: "--output") }
    let options = try UseFlags.options(arguments)
    let images = try EmbeddedSet.open(
        arguments.positional("images") ?? "", threads: options.compute.threads)
    _ = try DetectorOptions.isWanted(arguments)
    var found: SetDetection.Outcome?
    let embedding = try SetEmbedding(
        model: URL(fileURLWithPath: arguments.positional("model") ?? ""), options: options,
        weights: ModelFlags.stateDict(arguments), mirroring: !arguments.has("--no-mirror")
    ) { template in
        let aligner = try DetectorOptions.aligner(
            arguments, template: template, threads: options.compute.threads)
        guard let aligner else { return (images, "") }
        let faces = try detected(images, aligner, options.compute.threads, interrupt)
        found = faces.outcome
        return (faces.source, aligner.identity)
    }
    var line: ProgressLine?
    let outcome = try embedding.write(to: URL(fileURLWithPath: output.path)) { done in
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
                file: output.path, images: outcome.images, kept: outcome.kept,
                dimension: outcome.dimension))
    } else {
        Console.note(
            "\(counted(outcome.images, "image")) embedded, \(outcome.dimension) numbers each"
                + (outcome.kept > 0 ? "; \(counted(outcome.kept, "was", "were")) done before" : ""))
    }
    return found.map(DetectorOptions.tell) ?? true ? .success : .failure
}

/// The faces of photographs.
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
