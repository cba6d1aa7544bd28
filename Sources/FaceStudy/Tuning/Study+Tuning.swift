import FaceConfiguration
import FaceLosses
public import FaceRuns
import FaceTraining
import Foundation
import Spelling

extension StudyConfiguration {
    /// Fraction of the identities that are held out for scoring tries, if the configuration holds out none.
    static let tuningIdentities = 0.1
    /// Number of pairs of their images: the standard error of 90 % is then 0.4 points.
    static let tuningPairs = 6000

    /// The configuration with identities held out for scoring tries, if it tunes and has none.
    func withValidationToTune() -> StudyConfiguration {
        guard tuning.isOn, validation.identities == 0 else { return self }
        var result = self
        result.validation.identities = Self.tuningIdentities
        result.validation.pairs = max(validation.pairs, Self.tuningPairs)
        return result
    }
}

extension Study {
    /// The state of the study's tries; nil if it does not tune.
    func tuning(_ context: StudyContext) throws -> TuningRun? {
        guard !tuningPlan.cells.isEmpty else { return nil }
        for train in context.data.train {
            if let sentence = train.tuningWarning { context.control.listener(.warning(sentence)) }
        }
        var seen: Set<String> = []
        for cell in tuningPlan.cells where !cell.fixed.isEmpty {
            guard seen.insert(cell.loss.requested).inserted else { continue }
            let isOne = cell.fixed.count == 1
            context.control.listener(
                .warning(
                    "\(cell.loss.requested): \(cell.fixed.joined(separator: ", ")) "
                        + "\(isOne ? "is" : "are") given and therefore not tuned"))
        }
        return try TuningRun(tuningPlan, context)
    }

    /// Checks that existing tries belong to this study.
    ///
    /// - Throws: ``FaceStudyError/differentConfiguration(path:key:stored:asked:)``.
    func requireSameTries(_ context: StudyContext) throws {
        let tries = context.withoutTests
        for cell in tuningPlan.cells {
            for rung in tuningPlan.rungs.indices {
                for setting in cell.settings {
                    let run = tries.run(tuningPlan.run(setting, of: cell, rung: rung))
                    guard
                        FileManager.default.fileExists(atPath: run.folder.descriptionURL.path)
                    else { continue }
                    try RunExecutor(context: run).requirePossible()
                }
            }
        }
    }
}

extension Study {
    /// Moves runs with values that are no longer the choice, e.g. after more tries, to the folder of the
    /// tries, so that no table has two choices of one loss.
    func setAsideFormerChoices(_ record: TuningRecord, _ control: StudyControl) throws {
        for run in try folder.runs() {
            // The report names damaged runs.
            guard let description = try? run.readDescription() else { continue }
            let identity = description.identity
            guard let origin = identity.tuned, origin.study == nil,
                let cell = record.cell(
                    trainSet: identity.trainSet, backbone: identity.backbone, loss: origin.loss),
                cell.chosenTry?.isSetting(of: description) != true
            else { continue }
            let place = folder.tries.url.appendingPathComponent("former")
            let name = run.url.lastPathComponent
            do {
                try FileManager.default.createDirectory(
                    at: place, withIntermediateDirectories: true)
                let free = (1...).lazy.map { place.appendingPathComponent("\(name)_\($0)") }
                    .first { !FileManager.default.fileExists(atPath: $0.path) }
                try FileManager.default.moveItem(at: run.url, to: free ?? place)
            } catch {
                throw FaceStudyError.cannotWrite(
                    path: place.path, reason: error.localizedDescription)
            }
            control.listener(
                .warning(
                    "\(quoted: name) has values that are no longer the choice, and was moved to "
                        + "\(quoted: place.path)"))
        }
    }
}

extension TuningTry {
    /// Whether a run has the values of this try.
    fileprivate func isSetting(of run: RunDescription) -> Bool {
        run.has(loss: loss, learningRate: learningRate, weightDecay: weightDecay)
    }
}

extension TuningRun {
    /// Executes all remaining tries that no other process executes, recording each before the next begins,
    /// and returns when all are finished.
    ///
    /// A failed try counts and is not repeated.
    mutating func finish(
        _ memory: MemoryCheck, _ clock: StudyClock, _ worker: StudyWorker
    ) throws {
        var clock = clock
        try write()
        var wait: WaitForOthers?
        while true {
            let left = pending
            guard let first = left.first else { return }
            var isWaiting = true
            for pending in left {
                try worker.refresh()
                var context = context(of: pending)
                guard let lease = try worker.take(context.folder) else { continue }
                defer { worker.release(lease) }
                context.lease = lease
                try make(pending, context, memory, &clock)
                isWaiting = false
            }
            if isWaiting {
                let control = context(of: first).control
                var others = wait ?? WaitForOthers(worker, control)
                try others.wait(for: left.map { context(of: $0).folder })
                wait = others
            }
            // Tries finished by others in the meantime determine what follows.
            if worker.seen.count > 1 {
                try refresh()
                try write()
            }
        }
    }

    /// Executes a try, unless another process has finished it in the meantime.
    private mutating func make(
        _ pending: Pending, _ context: RunContext, _ memory: MemoryCheck, _ clock: inout StudyClock
    ) throws {
        try refresh(pending.cell)
        guard isPending(pending),
            let progress = progress(pending, secondsLeft: clock.secondsLeft)
        else { return }
        context.control.listener(.tryStarted(context.run, progress))
        let failure: String?
        do {
            failure = try context.performTry(memory)
        } catch let error as FaceStudyError {
            guard case .lostRun = error else { throw error }
            context.control.listener(.warning(error.description))
            return
        }
        clock.end(try: progress)
        try end(pending, failure: failure)
        if let ended = self.progress(pending, secondsLeft: clock.secondsLeft) {
            context.control.listener(.tryEnded(ended))
        }
    }
}

extension RunContext {
    /// Executes a try; returns its error message if it failed.
    fileprivate func performTry(_ memory: MemoryCheck) throws -> String? {
        let executor = RunExecutor(context: self)
        do {
            executor.explainMemory(try memory.check(self))
            _ = try executor.execute()
            return nil
        } catch {
            if let stop = FaceStudyError(stopping: error) { throw stop }
            executor.recordFailure(error)
            return "\(error)"
        }
    }
}

/// Estimates the remaining time of a study: the original estimate, corrected by the ratio of actual to
/// estimated time of finished work.
struct StudyClock {
    private let estimate: StudyEstimate?
    private let started = ContinuousClock.now
    private var done = 0.0

    init(_ estimate: StudyEstimate?) { self.estimate = estimate }

    /// Remaining seconds; nil if nothing was estimated.
    var secondsLeft: Double? {
        guard let estimate else { return nil }
        let elapsed = started.duration(to: .now) / .seconds(1)
        let factor = done > 0 ? elapsed / done : 1
        return max(0, estimate.seconds - done) * factor
    }

    /// Counts a try as finished.
    mutating func end(try progress: TuningProgress) {
        let cell = estimate?.cells.first {
            $0.trainSet == progress.trainSet && $0.backbone == progress.backbone
        }
        done += Double(progress.item.epochs) * (cell?.secondsEachTriedEpoch ?? 0)
    }
}

extension TuningCell {
    /// The cell as text, before its tries: the budget, and the ranges.
    var text: String {
        let rungs = budget.rungs.map {
            "\(counted($0.tries, "try", "tries")) of \(counted($0.epochs, "epoch"))"
        }
        let head =
            "\(loss), \(backbone) on \(trainSet): \(rungs.joined(separator: ", then ")), "
            + "\(counted(budget.images, "image")), scored on \(counted(validation.pairs, "pair")) of "
            + "\(validation.identities) held-out identities (standard error "
            + String(format: "%.1f points at 90 %%)", validation.standardError * 100)
        let ranges = space.map { "  \($0.name) over \($0.range.text)" }
        return ([head] + ranges + tries.map { "  \($0.text(of: self))" }).joined(separator: "\n")
    }
}

extension TuningTry {
    /// The values in words: `m 0.412, s 31.5, learningRate 0.05`.
    public var valuesText: String {
        values.sorted { $0.key < $1.key }
            .map { "\($0.key) " + String(format: "%.4g", $0.value) }
            .joined(separator: ", ")
    }

    fileprivate func text(of cell: TuningCell) -> String {
        let what = index == 0 ? "try 0, the default" : "try \(index)"
        let state =
            switch state {
            case .failed: "failed"
            case .finished: String(format: "%.2f %%", (accuracy ?? 0) * 100)
            case .pending: "new"
            }
        return "\(what): \(valuesText) (\(counted(epochs, "epoch"))): \(state)"
    }
}
