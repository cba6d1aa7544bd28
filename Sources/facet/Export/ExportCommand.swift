import CommandKit
import FaceEmbedding
import FaceModels
import FaceStudy
import Foundation
import ModelExport

let exportCommand = Command(
    "export", "Write a trained network as ONNX, for OpenVINO, as TorchScript or safetensors.",
    discussion: """
        The model is a run's folder, its model.safetensors or checkpoint, or a state dict of PyTorch with \
        --backbone. The extension determines the format: .onnx, .xml (OpenVINO's format, with its weights in a .bin \
        beside it), .pt (TorchScript) or .safetensors.

        The new file is checked before it is kept: both networks embed 32 built-in faces, and with --test \
        the pairs of a test set. A network that does not compute what the original does is refused with \
        the numbers, and nothing is written. An int8 network is compared on 32 of the given faces that were \
        not used to calibrate it.

        ONNX, OpenVINO's format and TorchScript take any number of images, [n, 3, h, w]: RGB, normalised as in \
        training, usually as (byte - 127.5) / 127.5; with --raw-input float32 values from 0 to 255, with --colour \
        bgr in BGR. A network that was trained on the other channel order swaps the channels itself. The file's \
        metadata describe its input.
        """,
    positionals: [
        Positional("model", "a run's folder, a model file or a state dict"),
        Positional("file", "the new file"),
    ],
    options: [
        Option(
            "--format", .value("NAME"),
            "onnx, openvino, torchscript or safetensors; default: by the file's extension",
            completion: .words(ModelExporter.Format.allCases.map(\.rawValue))),
        Option(
            "--raw-input", .flag,
            "the network takes values from 0 to 255 and normalises them itself; not for safetensors"
        ),
        Option(
            "--colour", .value("NAME"),
            "channel order of the exported network's input, whichever it was trained on: rgb (default) "
                + "or bgr; not for safetensors",
            completion: ModelFlags.colourOrders),
        Option(
            "--keep-batch-norm", .flag,
            "ONNX and OpenVINO: keep batch normalisations instead of folding them into convolutions"
        ),
        Option("--float16", .flag, "ONNX and OpenVINO: weights and computation in float16"),
        Option(
            "--int8", .value("FACES"),
            "ONNX and OpenVINO: weights and products in int8, calibrated on these aligned faces (a "
                + "folder, a pack or a list of at least 64, such as the training set)"),
        Option(
            "--terms", .value("TEXT"),
            "the licence's terms, written into the file; default: those of the training set, if the "
                + "model's file states them; not for safetensors"),
    ] + ModelFlags.stateDict + ModelFlags.inputOptions(colour: trainedColour) + [
        Option(
            "--test", .values("NAME=PACK|IMAGES,PAIRS"),
            "a test set on whose pairs both networks are compared",
            elsewhere: OptionsElsewhere.testSet + OptionsElsewhere.trainSet),
        Option(
            "--input-size", .value("N"),
            "height and width of the input of a state dict; default 112",
            elsewhere: OptionsElsewhere.inputSize),
        ModelFlags.threads,
        Option("--json", .flag, "write the comparison as JSON"),
    ],
    examples: [
        "facet export runs/arcface arcface.onnx",
        "facet export runs/arcface arcface.onnx --raw-input --test lfw=lfw.bin",
        "facet export runs/arcface arcface-int8.onnx --int8 CASIA/train.rec --test lfw=lfw.bin",
        "facet export r50.pth r50.onnx --backbone iresnet50",
        "facet export adaface.ckpt adaface.onnx --backbone ir50 --trained-colour bgr",
    ]
) { arguments in
    let interrupt = try Interrupt()
    let target = URL(fileURLWithPath: arguments.positional("file") ?? "")
    let configuration = try StudyOptions.configuration(
        arguments, without: Set(StudyConfiguration.Input.flags).union(["--terms"]))
    let format = try exportFormat(arguments, target)
    try requireUse(of: arguments, format)
    let model = arguments.positional("model") ?? ""
    try ModelFlags.requireUse(
        ofInput: [trainedColour, "--input-mean", "--input-deviation"], arguments, [model])
    var exporter = ModelExporter(
        format,
        onnx: ONNXOptions(
            isRawInput: arguments.has("--raw-input"),
            colourOrder: try ModelFlags.colourOrder(arguments, "--colour") ?? .rgb,
            foldsBatchNorm: !arguments.has("--keep-batch-norm"),
            isHalf: arguments.has("--float16")),
        terms: arguments.value("--terms"), version: FacetVersion.number,
        embedding: EmbeddingOptions(
            compute: try configuration.resolvedCompute(),
            batchSize: configuration.evaluation.batchSize, inputSize: configuration.inputSize,
            input: try ModelFlags.input(arguments, colour: trainedColour)))
    exporter.calibration = try arguments.value("--int8").map {
        try EmbeddedSet.open($0, threads: exporter.embedding.compute.threads)
    }
    var line: ProgressLine?
    let comparison = try exporter.export(
        URL(fileURLWithPath: model), to: target,
        weights: ModelFlags.stateDict(arguments, colour: trainedColour),
        tests: configuration.namedTests
    ) { name, done, total in
        if line == nil || done == 0 {
            line?.finish()
            line = ProgressLine("testing \(name)", total: total, unit: "images")
        }
        line?.update(done)
        try interrupt.check()
    }
    line?.finish()
    if arguments.has("--json") {
        try Console.standard.writeJSON(comparison)
        return .success
    }
    Console.outputWrapped("\(target.path)\n\(comparison.summary)")
    for test in comparison.tests {
        for pair in test.flipped {
            Console.output(
                "\(test.name): \(pair.joined(separator: " and ")) are decided differently")
        }
    }
    return .success
}

/// The option for the channel order that a state dict was trained on; `--colour` is that of the exported file.
private let trainedColour = "--trained-colour"

/// Refuses options that do not apply to a format.
private func requireUse(of arguments: Arguments, _ format: ModelExporter.Format) throws {
    let onnx = ["--keep-batch-norm", "--float16", "--int8"]
    if arguments.has("--float16"), arguments.has("--int8") {
        throw CommandError.together("--float16", "--int8")
    }
    let others: [ModelExporter.Format: [String]] = [
        .onnx: [], .openvino: [], .safetensors: onnx + ["--raw-input", "--colour", "--terms"],
        .torchscript: onnx,
    ]
    guard let option = others[format]?.first(where: arguments.has) else { return }
    throw CommandError.together(option, "\(format.rawValue), to which it does not apply")
}

/// The requested format, or that of the file's extension.
private func exportFormat(
    _ arguments: Arguments, _ target: URL
) throws -> ModelExporter.Format {
    let names = ModelExporter.Format.allCases.map(\.rawValue).joined(separator: ", ")
    if let text = arguments.value("--format") {
        guard let format = ModelExporter.Format(rawValue: text.lowercased()) else {
            throw CommandError.badValue(option: "--format", value: text, expected: names)
        }
        return format
    }
    guard let format = ModelExporter.Format(ending: target) else {
        throw CommandError.badValue(
            option: "file", value: target.lastPathComponent,
            expected:
                "a name that ends in .onnx, .xml, .pt or .safetensors, or --format with one of \(names)"
        )
    }
    return format
}
