import CommandKit
import FaceStudy
import Foundation

let evaluateCommand = Command(
    "evaluate", "Tests a network, or its embeddings, by every LFW protocol in circulation.",
    discussion: """
        The model is a model.safetensors of a run, a run's folder or checkpoint, a network in \
        TorchScript (RGB as (byte - 127.5) / 127.5), or a file of embeddings: .npy, [n, d] or \
        [2, n, d] with the mirror images; or .safetensors with NAME/original and NAME/mirrored. Their \
        rows are the images in the order in which the pairs first name them, or two rows a pair.

        With --output a page with pictures and the worst errors is written, with the numbers as JSON \
        and CSV.
        """,
    positionals: [Positional("model", "a network, or embeddings")],
    options: [
        Option(
            "--test", .values("NAME=PACK|IMAGES,PAIRS"),
            "a test set: insightface's .bin, or a folder of images and its list of pairs (CFP,FP for "
                + "CFP); with two lists, IMAGES,pairsDevTrain.txt,pairsDevTest.txt, LFW's View 1",
            elsewhere: OptionsElsewhere.testSet + OptionsElsewhere.trainSet),
        Option(
            "--output", .value("FOLDER"), "write page, pictures, scores and metrics.json there",
            elsewhere: OptionsElsewhere.output),
        Option(
            "--embeddings", .value("FILE"),
            "write the embeddings there: .npy for one test set, or .safetensors"),
        Option("--worst", .value("N"), "errors of each kind that the page shows; default 24"),
        Option(
            "--input-size", .value("N"),
            "height and width of a TorchScript network's input; default 112",
            elsewhere: OptionsElsewhere.inputSize),
        Option(
            "--batch-size", .value("N"), "images embedded at once; default 128",
            elsewhere: OptionsElsewhere.batchSize),
        Option(
            "--precision", .value("NAME"), "auto, float32 or bfloat16; not for TorchScript",
            elsewhere: OptionsElsewhere.precision,
            completion: .words(["auto", "float32", "bfloat16"])),
        Option(
            "--device", .value("NAME"), "auto, cpu, cuda or cuda:N",
            elsewhere: OptionsElsewhere.device, completion: .words(["auto", "cpu", "cuda"])),
        Option(
            "--threads", .value("N"),
            "threads of one operation; 0 for one for each core that facet may use",
            elsewhere: OptionsElsewhere.threads),
        Option("--json", .flag, "write the results as JSON"),
    ],
    absent: OptionsElsewhere.evaluation,
    examples: [
        "facet evaluate runs/arcface/model.safetensors --test lfw=LFW,LFW/pairs.txt --output lfw",
        "facet evaluate network.pt --test lfw=LFW,LFW/pairs.txt --embeddings lfw.npy",
    ]
) { arguments in
    let interrupt = try Interrupt()
    let configuration = try evaluationConfiguration(arguments)
    let model = URL(fileURLWithPath: arguments.positional("model") ?? "")
    let worst = try arguments.whole("--worst", in: 0...1000) ?? 24
    let evaluation = try ModelEvaluation(model: model, configuration: configuration)
    var line: ProgressLine?
    var set = ""
    let results = try evaluation.run(
        embeddings: arguments.value("--embeddings").map { URL(fileURLWithPath: $0) }
    ) { name, done, total in
        if name != set {
            line?.finish()
            line = ProgressLine("testing on \(name)", total: total, unit: "images")
            set = name
        }
        line?.update(done)
        try interrupt.check()
    }
    line?.finish()
    Console.output(arguments.has("--json") ? try results.json() : results.text)
    if let output = arguments.value("--output").map({ URL(fileURLWithPath: $0) }) {
        try results.write(to: output)
        let files = try EvaluationPage.write(results, of: model, worst: worst, to: output)
        if let page = files.first { Console.remark("page: \(page.path)") }
    }
    return .success
}

private func evaluationConfiguration(_ arguments: Arguments) throws -> StudyConfiguration {
    var configuration = try StudyOptions.configuration(arguments)
    guard !configuration.test.isEmpty else { throw CommandError.missingOption(option: "--test") }
    let names = configuration.test.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw CommandError.badValue(
            option: "--test", value: twice, expected: "a name that no other test set has")
    }
    if let size = try arguments.whole("--batch-size", in: 1...1_000_000) {
        configuration.evaluation.batchSize = size
    }
    return configuration
}
