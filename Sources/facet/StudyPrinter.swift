import CommandKit
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation

/// Tells a person how a study is going.
final class StudyPrinter {
    private let line = ProgressLine()
    private let clock = ContinuousClock()
    private var started: ContinuousClock.Instant?
    private var stepsAtStart = 0
    private var run = ""

    func show(_ event: StudyEvent) {
        switch event {
        case .preparing(let what, let done, let total):
            line.show("\(what): \(done) of \(total) images")
        case .estimated(let estimate): line.remark(estimate.text)
        case .warning(let sentence): line.remark("warning: \(sentence)")
        case .runStarted(let planned, let number, let total):
            begin(planned, "[\(number)/\(total)]")
        case .runSkipped(let planned, let result):
            line.remark("\(name(planned)): finished before, \(summary(result))")
        case .runFinished(let planned, let result):
            line.remark(
                "\(name(planned)): \(summary(result)), "
                    + DurationText.text(seconds: result.seconds))
        case .runFailed(_, let message): line.remark("failed: \(message)")
        case .evaluating(_, let test, let done, let total):
            line.show("\(run) testing on \(test): \(done) of \(total) images")
        case .epochRecorded(_, let record): line.remark("  " + epoch(record))
        case .training(_, let event): show(event)
        }
    }

    func finish() {
        line.clear()
    }

    private func begin(_ planned: PlannedRun, _ number: String) {
        run = "\(number) \(name(planned))"
        started = nil
        line.remark(run)
    }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .step(let summary): line.show(step(summary))
        case .resumed(let position):
            line.remark("  goes on from step \(position.step)")
        case .epoch, .saved: break
        }
    }

    private func step(_ step: StepSummary) -> String {
        let now = clock.now
        if started == nil {
            started = now
            stepsAtStart = step.step
        }
        let seconds = (started ?? now).duration(to: now) / .seconds(1)
        let done = step.step - stepsAtStart
        let left = done > 0 ? seconds / Double(done) * Double(step.steps - step.step) : .nan
        let rate = Double(step.images) / max(step.seconds, 1e-9)
        return "\(run) epoch \(step.epoch), step \(step.step) of \(step.steps): "
            + "loss \(number(step.loss, 3)), accuracy \(percent(step.accuracy)) "
            + "(with margin \(percent(step.accuracyWithMargin))), \(number(rate, 0)) images/s, "
            + "\(DurationText.text(seconds: left)) left"
    }

    private func epoch(_ record: EpochRecord) -> String {
        let tests = record.tests.map { ", \($0.name) \(percent($0.accuracy))" }.joined()
        return "epoch \(record.epoch): loss \(number(record.loss, 3)), training accuracy "
            + "\(percent(record.trainAccuracy)) (with margin "
            + "\(percent(record.trainAccuracyWithMargin)))\(tests), "
            + "\(number(record.imagesPerSecond, 0)) images/s"
    }

    private func summary(_ result: RunResult) -> String {
        let tests = result.tests.map { "\($0.name) \(percent($0.accuracy))" }
        return (["training accuracy \(percent(result.trainAccuracy))"] + tests)
            .joined(separator: ", ")
    }

    private func name(_ planned: PlannedRun) -> String {
        let identity = planned.identity
        return "\(identity.backbone) on \(identity.trainSet) with \(identity.loss), "
            + "seed \(identity.seed)"
    }

    private func percent(_ share: Double) -> String { number(share * 100, 2) + " %" }

    private func number(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
