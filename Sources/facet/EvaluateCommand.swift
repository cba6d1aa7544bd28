import CommandKit
import FaceModels
import FaceStudy
import FaceTraining
import Foundation
import Torch

let evaluateCommand = Command(
    "evaluate", "Tests a trained model by the insightface LFW protocol.",
    positionals: [Positional("model", "model.safetensors of a run")],
    options: [
        Option("--test", .values("NAME=IMAGES,PAIRS"), "a test set: its images and its pairs.txt"),
        Option("--output", .value("FOLDER"), "write the scores of all pairs there, a CSV a set"),
        Option("--batch-size", .value("N"), "images embedded at once; default 128"),
        Option("--precision", .value("NAME"), "auto, float32 or bfloat16"),
        Option("--device", .value("NAME"), "auto, cpu, cuda or cuda:N"),
        Option("--threads", .value("N"), "threads of one operation; 0 for one a core"),
        Option("--json", .flag, "write the results as JSON"),
    ],
    examples: ["facet evaluate runs/arcface/model.safetensors --test lfw=LFW,LFW/pairs.txt"]
) { arguments in
    let interrupt = try Interrupt()
    let configuration = try StudyOptions.configuration(arguments)
    guard !configuration.test.isEmpty else { throw CommandError.missingOption(option: "--test") }
    let evaluation = try ModelEvaluation(
        model: URL(fileURLWithPath: arguments.positional("model") ?? ""),
        configuration: configuration)
    var line: ProgressLine?
    var set = ""
    let results = try evaluation.run(
        output: arguments.value("--output").map { URL(fileURLWithPath: $0) }
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
    return .success
}
