import CommandKit
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation

let explainCommand = Command(
    "explain", "Tells why a step's loss or gradient was not finite.",
    discussion: """
        A run that meets such a step stops before it changes anything, and leaves a folder named \
        failure in its own: the batch, the steps before, statistics of every layer, and the last \
        checkpoint. With --replay the step is made again from there; the run is not touched.
        """,
    positionals: [Positional("bundle", "the failure folder of a run", completion: .folders)],
    options: [Option("--replay", .flag, "make the step again, and say whether it fails again")],
    examples: ["facet explain studies/mine/runs/NAME/failure --replay"]
) { arguments in
    let interrupt = try Interrupt.untilSaved()
    let bundle = try FailureBundle(
        reading: URL(fileURLWithPath: arguments.positional("bundle") ?? ""))
    Console.output(FailureText(bundle).text)
    guard arguments.has("--replay") else { return .success }
    let printer = StudyPrinter()
    let replay = try FailureReplay(bundle)
    for difference in try replay.differences(commit: BuildInformation.commit) {
        Console.standard.warning("this is another \(difference.what): \(difference.mine)")
    }
    let outcome: FailureReplay.Outcome
    do {
        outcome = try replay.run(.command(interrupt, printer))
    } catch FaceStudyError.interrupted {
        printer.finish()
        throw interrupt.exitCode ?? ExitCode.interrupted
    }
    printer.finish()
    Console.output(text(outcome, bundle.failure))
    if case .sameStep = outcome { return .success }
    return .failure
}

private func text(_ outcome: FailureReplay.Outcome, _ failure: StepFailure) -> String {
    switch outcome {
    case .failedElsewhere(let other):
        "made again, step \(other.step) fails instead of step \(failure.step)"
    case .passed(let loss):
        "made again, step \(failure.step) passes with loss \(loss): the failure is not "
            + "reproducible here, which points to the machine or the versions"
    case .sameStep(let again):
        "made again, step \(failure.step) fails as before"
            + (again.before.suffix(1) == failure.before.suffix(1)
                ? "; the step before it is the same, bit for bit"
                : "; the step before it is not the same bit for bit")
    }
}

/// A failure as a person reads it.
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
            head, ["", "What was found:"], diagnosis.findings.map { "- \($0)" },
            ["", "What to try:"], diagnosis.advice.map { "- \($0)" },
            ["", "The steps before:"], failure.before.suffix(5).map(line),
            ["", "The batch:"], images,
            ["", "To make the step again:", "  facet explain '\(bundle.url.path)' --replay"],
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
