import CommandKit
import FaceStudy
import Foundation

let trainCommand = Command(
    "train", "Train one backbone with one loss.",
    discussion: """
        Equivalent to a comparison of one run. The trained model is model.safetensors in the run's \
        folder. Without --test, verification accuracy is not measured; \
        --validation identities=0.05 measures it on held-out training identities, and \
        facet evaluate can test the model later.
        """,
    options: [
        Option(
            "--backbone", .value("NAME"), "the backbone, e.g. mobilenetv1 (the default)",
            elsewhere: OptionsElsewhere.backbone,
            completion: .words(StudyOptions.backboneNames)),
        Option(
            "--loss", .value("NAME"), "the loss, e.g. arcface:m=0.4; default softmax",
            elsewhere: OptionsElsewhere.loss, completion: .words(StudyOptions.lossNames)),
    ]
        + StudyOptions.all.filter {
            !["--backbones", "--losses"].contains($0.name) && !$0.name.hasPrefix("--tune")
        } + [
            TeamStart.option,
            Option("--dry-run", .flag, "write nothing; only estimate time and memory"),
            Option("--json", .flag, "write the result as JSON to standard output"),
        ],
    absent: OptionsElsewhere.training,
    examples: [
        "facet train --loss arcface --train faces=FOLDER --test lfw=LFW,LFW/pairs.txt "
            + "--output arcface"
    ]
) { arguments in
    var configuration = try StudyOptions.studyConfiguration(arguments, needsTest: false)
    if configuration.test.isEmpty {
        Console.note(
            configuration.validation.identities > 0
                ? "no --test: the model is tested on held-out training identities only"
                : "no --test: only training accuracy will be measured; --validation "
                    + "identities=0.05 holds out training identities to test on, and facet evaluate can "
                    + "test the model later")
    }
    // The first of a recipe's networks and losses is trained.
    let recipe = configuration.recipe.isEmpty ? nil : configuration
    if let backbone = try StudyOptions.one("--backbone", arguments) {
        configuration.backbones = [backbone]
    } else {
        try StudyOptions.requireBackbone(of: configuration, option: "--backbone")
        configuration.backbones = [recipe?.backbones.first ?? "mobilenetv1"]
    }
    configuration.losses = [
        try StudyOptions.one("--loss", arguments) ?? recipe?.losses.first ?? "softmax"
    ]
    let output = URL(fileURLWithPath: arguments.value("--output") ?? "training")
    return try StudySession(
        configuration, output: output, dryRun: arguments.has("--dry-run"),
        processes: TeamStart(arguments)
    ).run(json: arguments.has("--json"))
}
