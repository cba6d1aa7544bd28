import CommandKit
import FaceLosses
import FaceRuns
import FaceStudy
import FaceTraining
import Foundation
import Spelling

/// Prints the progress of a study.
final class StudyPrinter {
    /// Progress of a run's training, over all of its epochs.
    private var training: ProgressLine?
    private var waiting = WaitingFraction()
    /// Progress of any other task.
    private var line: ProgressLine?
    private var task = ""
    private var run = ""

    func show(_ event: StudyEvent) {
        switch event {
        case .preparing(let what, let done, let total): progress(what, done, total, "images")
        case .estimated(let estimate):
            finish()
            Console.note(estimate.text)
        case .note(let sentence):
            finish()
            Console.note(sentence)
        case .warning(let sentence): Console.standard.warning(sentence)
        case .runStarted(let planned, let number, let total):
            finish()
            run = "[\(number)/\(total)] \(planned.text)"
            Console.note(run)
        case .planned: break
        case .tryStarted(_, let progress):
            finish()
            Console.note(progress.startText)
        case .tryEnded(let progress):
            finish()
            Console.note("  " + progress.endText)
        case .runSkipped(let planned, let result, let added):
            endTask()
            let tested = added.isEmpty ? "" : ", now tested on \(added.joined(separator: ", "))"
            Console.note("\(planned.text): already finished\(tested), \(summary(result))")
        case .runFinishedElsewhere(let planned, let result, let number, let total):
            finish()
            Console.note("[\(number)/\(total)] \(planned.text): \(summary(result))")
        case .runFinished(let planned, let result):
            finish()
            let time = ProgressMeter.format(seconds: result.seconds)
            Console.note("\(planned.text): \(summary(result)), in \(time)")
        case .runFailed(_, let message):
            finish()
            Console.standard.error(message)
        case .evaluating(_, let test, let done, let total):
            progress("  testing on \(test)", done, total, "images")
        case .started(_, let record): show(record)
        case .epochRecorded(_, let record):
            endTask()
            Console.note("  " + epoch(record))
        case .training(_, let event): show(event)
        }
    }

    /// Removes the progress line.
    func finish() {
        endTask()
        training?.finish("")
        training = nil
        waiting = WaitingFraction()
    }

    private func endTask() {
        line?.finish("")
        line = nil
        task = ""
    }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .step(let step): show(step)
        case .diagnostic(let diagnostic): Console.standard.warning("\(diagnostic)")
        case .resumed(let position):
            Console.note("  resuming from step \(position.step)")
        case .warning(let sentence): Console.standard.warning(sentence)
        default: break
        }
    }

    /// Shows the progress of a task; a task with another name ends the previous one.
    private func progress(_ task: String, _ done: Int, _ total: Int, _ unit: String) {
        if task != self.task || line == nil {
            // Reading or rendering a set reports its duration; a run has its own lines.
            line?.finish(self.task.hasPrefix(" ") ? "" : nil)
            line = ProgressLine(task, total: total, unit: unit)
            self.task = task
        }
        line?.update(done)
    }

    private func show(_ step: StepSummary) {
        let line =
            training
            ?? ProgressLine("  training", total: step.steps, completed: step.step, unit: "steps")
        training = line
        waiting.add(step)
        line.update(step.step, details: Self.details(step, waiting))
    }

    /// The progress line's details of a step, the most important first.
    static func details(_ step: StepSummary, _ waiting: WaitingFraction) -> [String] {
        let rate = Double(step.images) / max(step.seconds, 1e-9)
        var details = [
            "accuracy \(percent(step.accuracy))", "loss \(number(step.loss, 3))",
            "epoch \(step.epoch)", "\(number(rate, 0)) images/s",
        ]
        if let sentence = waiting.sentence { details.append(sentence) }
        details.append("with margin \(percent(step.accuracyWithMargin))")
        return details
    }

    /// Maximum number of misfits that are printed; start.json lists all.
    private static let shownMisfits = 20

    private func show(_ record: StartRecord) {
        endTask()
        Console.note("  starts from \(quoted: record.facts.file): \(record.summary)")
        for misfit in record.misfits.prefix(Self.shownMisfits) { Console.note("    \(misfit)") }
        let more = record.misfits.count - Self.shownMisfits
        if more > 0 { Console.note("    and \(more) more, which start.json lists") }
        if let classes = record.classes { Console.note("  \(classes)") }
        let tests = record.tests.map { "\($0.name) \(Self.percent($0.accuracy))" }
        if !tests.isEmpty {
            Console.note("  the untouched network: \(tests.joined(separator: ", "))")
        }
    }

    private func epoch(_ record: EpochRecord) -> String {
        var accuracies = record.tests.map { ($0.name, $0.accuracy) }
        if let held = record.validation { accuracies.append(("held-out people", held.accuracy)) }
        accuracies += (record.averaged ?? []).map { ("\($0.name) of the average", $0.accuracy) }
        let tests = accuracies.map { ", \($0) \(Self.percent($1))" }.joined()
        return "epoch \(record.epoch): loss \(Self.number(record.loss, 3)), training accuracy "
            + "\(Self.percent(record.trainAccuracy)) (with margin "
            + "\(Self.percent(record.trainAccuracyWithMargin)))\(tests), "
            + "\(Self.number(record.imagesPerSecond, 0)) images/s"
    }

    private func summary(_ result: RunResult) -> String {
        let tests = result.tests.map { "\($0.name) \(Self.percent($0.accuracy))" }
        return (["training accuracy \(Self.percent(result.trainAccuracy))"] + tests)
            .joined(separator: ", ")
    }

    private static func percent(_ fraction: Double) -> String { number(fraction * 100, 2) + " %" }

    private static func number(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}

extension TuningProgress {
    /// The text at the start of a try: its values, the best try of its loss so far, and the study's
    /// remaining time.
    fileprivate var startText: String {
        let what = item.index == 0 ? "the default" : item.valuesText
        let length = item.epochs == 1 ? "1 epoch" : "\(item.epochs) epochs"
        let best = best.map { best in
            "; best so far \(Self.percent(best.accuracy)) (try \(best.index))"
        }
        let left = secondsLeft.map { "; \(ProgressMeter.format(seconds: $0)) left of the study" }
        return
            "[try \(number)/\(count)] \(backbone) on \(trainSet) with \(loss), try \(item.index): "
            + "\(what), \(length)\(best ?? "")\(left ?? "")"
    }

    fileprivate var endText: String {
        guard item.state == .finished else { return "failed: \(item.reason ?? "no reason")" }
        return "\(Self.percent(item.accuracy)) on held-out people"
            + (best?.index == item.index ? ", the best so far" : "")
    }

    private static func percent(_ fraction: Double?) -> String {
        String(format: "%.2f %%", (fraction ?? 0) * 100)
    }
}

extension PlannedRun {
    /// A description of the run in words.
    var text: String {
        "\(identity.backbone) on \(identity.trainSet) with \(requestedLoss), seed \(identity.seed)"
    }
}
