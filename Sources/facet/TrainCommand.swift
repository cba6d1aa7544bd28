import CommandKit
import FaceStudy
import Foundation

let trainCommand = Command(
    "train", "Trains one backbone with one loss.",
    discussion: """
        The same as a comparison of one run. The trained model is model.safetensors in the run's \
        folder.
        """,
    options: [
        Option("--backbone", .value("NAME"), "the backbone, e.g. mobilenetv1 (the default)"),
        Option("--loss", .value("NAME"), "the loss, e.g. arcface:m=0.4; default softmax"),
    ] + StudyOptions.all.filter { !["--backbones", "--losses"].contains($0.name) } + [
        Option("--dry-run", .flag, "write nothing: only estimate time and memory"),
        Option("--json", .flag, "write the result as JSON to standard output"),
    ],
    examples: [
        "facet train --loss arcface --train faces=FOLDER --test lfw=LFW,LFW/pairs.txt "
            + "--output arcface"
    ]
) { arguments in
    var configuration = try StudyOptions.studyConfiguration(arguments)
    configuration.backbones = [try StudyOptions.one("--backbone", arguments) ?? "mobilenetv1"]
    configuration.losses = [try StudyOptions.one("--loss", arguments) ?? "softmax"]
    let output = URL(fileURLWithPath: arguments.value("--output") ?? "training")
    return try StudySession(
        configuration, output: output, dryRun: arguments.has("--dry-run")
    ).run(json: arguments.has("--json"))
}
