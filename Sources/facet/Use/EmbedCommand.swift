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
        .bin, or of a list. Pictures are aligned crops, as facet data align writes them.

        A .npy file is [2, n, d], images and mirror images, or with --no-mirror [n, d]; NAME.names.csv beside it \
        has the name and the norm of each row. A .safetensors file has original, mirrored and norms, and the \
        names in its metadata. Embeddings are not normalised.

        What is done is kept: the same command goes on where it was stopped.
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
    ] + UseFlags.network,
    examples: [
        "facet embed runs/arcface photos --output photos.npy",
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
    let embedding = try SetEmbedding(
        model: URL(fileURLWithPath: arguments.positional("model") ?? ""), options: options,
        weights: ModelFlags.stateDict(arguments), images: images,
        mirroring: !arguments.has("--no-mirror"))
    var line: ProgressLine?
    let outcome = try embedding.write(to: URL(fileURLWithPath: output.path)) { done in
        if line == nil {
            line = ProgressLine(
                "embedding", total: images.count, completed: done, unit: "images")
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
                + (outcome.kept > 0 ? "; \(grouped(outcome.kept)) were done before" : ""))
    }
    return .success
}
