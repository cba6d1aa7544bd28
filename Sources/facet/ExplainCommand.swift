import CommandKit
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation

let explainCommand = Command(
    "explain", "Explain why a loss or gradient became NaN or infinite.",
    discussion: """
        A run stops at such a step before the weights are updated, and writes a folder \
        'failure' into the run's folder: the batch, the preceding steps, statistics of every layer, and the last \
        checkpoint. --replay repeats the step from there; the run itself is not modified.
        """,
    positionals: [Positional("bundle", "the failure folder of a run", completion: .folders)],
    options: [Option("--replay", .flag, "repeat the step and report whether it fails again")],
    examples: ["facet explain studies/mine/runs/NAME/failure --replay"]
) { arguments in
    let interrupt = try Interrupt.untilSaved()
    let bundle = try FailureBundle(
        reading: URL(fileURLWithPath: arguments.positional("bundle") ?? ""))
    Console.outputWrapped(FailureText(bundle).text)
    guard arguments.has("--replay") else { return .success }
    let printer = StudyPrinter()
    let replay = try FailureReplay(bundle)
    for difference in try replay.differences(commit: BuildInformation.commit) {
        Console.standard.warning("different \(difference.what) here: \(difference.mine)")
    }
    let outcome: FailureReplay.Outcome
    do {
        outcome = try replay.run(.command(interrupt, printer))
    } catch FaceStudyError.interrupted {
        printer.finish()
        throw interrupt.exitCode ?? ExitCode.interrupted
    }
    printer.finish()
    Console.outputWrapped(text(outcome, bundle.failure))
    if case .sameStep = outcome { return .success }
    return .failure
}

private func text(_ outcome: FailureReplay.Outcome, _ failure: StepFailure) -> String {
    switch outcome {
    case .failedElsewhere(let other):
        "on replay, step \(other.step) fails instead of step \(failure.step)"
    case .passed(let loss):
        "on replay, step \(failure.step) passes with loss \(loss): the failure is not "
            + "reproducible here, which points to the machine or the software versions"
    case .sameStep(let again):
        "on replay, step \(failure.step) fails as before"
            + (again.before.suffix(1) == failure.before.suffix(1)
                ? "; the step before it is identical, bit for bit"
                : "; the step before it is not bit-identical")
    }
}

/// The text on a failure.
private struct FailureText {
    private let bundle: FailureBundle

    init(_ bundle: FailureBundle) {
        self.bundle = bundle
    }

    var text: String {
        let (failure, identity) = (bundle.failure, bundle.description.identity)
        let diagnosis = FailureDiagnosis(failure)
        let head = [
            "The \(failure.quantity) of step \(failure.step) (epoch \(failure.epoch)) was not finite.",
            "Run: \(identity.backbone) on \(identity.trainSet) with \(bundle.description.lossName), "
                + "seed \(identity.seed)",
        ]
        return [
            head, ["", "Diagnosis:"], diagnosis.diagnostics.map { "- \($0)" },
            ["", "What to try:"], diagnosis.advice.map { "- \($0)" },
            ["", "The preceding steps:"], failure.before.suffix(5).map(line),
            ["", "The batch:"], images,
            ["", "To replay the step:", "  facet explain '\(bundle.url.path)' --replay"],
        ].joined().joined(separator: "\n")
    }

    private func line(_ step: RecentStep) -> String {
        String(
            format: "  step %d: loss %.6g, gradient norm %.4g, learning rate %.4g", step.step,
            step.loss, step.gradientNorm, step.learningRate)
    }

    private var images: [String] {
        let batch = bundle.failure.batch
        let shown = batch.prefix(8).map { image in
            "  \(image.file), label \(image.label)" + (image.isMirrored ? ", mirrored" : "")
        }
        let rest = batch.count - shown.count
        return shown + (rest > 0 ? ["  and \(rest) more, see failure.json"] : [])
    }
}
