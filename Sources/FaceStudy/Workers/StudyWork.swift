import FaceRuns
import Foundation
import SafeFiles

/// Executes a study's runs as one of its workers.
struct StudyWork {
    let context: StudyContext
    let worker: StudyWorker
    /// The runs to execute.
    let runs: [PlannedRun]
    /// All runs of the study.
    let planned: [PlannedRun]
    let memory: MemoryCheck

    private var control: StudyControl { context.control }

    /// How a run ended.
    private enum End {
        case failed(String)
        case finished
    }

    /// Executes runs that no other process executes until all are finished, and reports unless another
    /// process does.
    func finish() throws -> Study.Outcome {
        var ends = [End?](repeating: nil, count: runs.count)
        var wait = WaitForOthers(worker, control)
        while ends.contains(where: { $0 == nil }) {
            var isWaiting = true
            for index in runs.indices where ends[index] == nil {
                try worker.refresh()
                _ = try worker.becomeReporter()
                guard let lease = try worker.take(context.run(runs[index]).folder) else { continue }
                defer { worker.release(lease) }
                ends[index] = try perform(index, lease)
                isWaiting = false
            }
            if isWaiting {
                let open = runs.indices.filter { ends[$0] == nil }
                try wait.wait(for: open.map { context.run(runs[$0]).folder })
            }
        }
        var outcome = Study.Outcome()
        for case let end? in ends {
            switch end {
            case .failed(let message): outcome.failed.append(message)
            case .finished: outcome.finished += 1
            }
        }
        return try StudyReporting(
            worker: worker, control: control, folder: context.folder, runs: planned
        ).report(outcome)
    }

    /// Executes a run with this process's lease; nil if another process has taken it over.
    private func perform(_ index: Int, _ lease: Lease) throws -> End? {
        var run = context.run(runs[index])
        run.lease = lease
        if let message = run.failure(in: worker.deciding) {
            control.listener(.runFailed(run.run, message))
            return .failed(message)
        }
        do {
            let message = try run.perform(number: index + 1, of: runs.count, memory)
            return message.map(End.failed) ?? .finished
        } catch let error as FaceStudyError {
            guard case .lostRun = error else { throw error }
            control.listener(.warning(error.description))
            return nil
        }
    }
}

/// Waits while other processes execute all remaining runs, and reports once for whom.
struct WaitForOthers {
    private let worker: StudyWorker
    private let control: StudyControl
    private var reported: Set<String> = []

    init(_ worker: StudyWorker, _ control: StudyControl) {
        self.worker = worker
        self.control = control
    }

    mutating func wait(for runs: [RunFolder]) throws {
        let holders = try runs.compactMap { try worker.holder(of: $0)?.description }
        let new = Set(holders).subtracting(reported)
        if !new.isEmpty {
            control.listener(
                .note("waiting for what others work on: \(new.sorted().joined(separator: ", "))"))
        }
        reported.formUnion(new)
        try control.wait(control.leases.glance)
    }
}

extension RunContext {
    /// Why the run failed in any of the workers; nil if it has not.
    fileprivate func failure(in workers: Set<String>) -> String? {
        guard let result = (try? folder.readResult()) ?? nil, result.status == .failed,
            let worker = result.worker, workers.contains(worker)
        else { return nil }
        return "\(run.folderName): \(result.message)"
    }

    /// Executes the run unless it is finished; returns its error message if it failed.
    fileprivate func perform(
        number: Int, of count: Int, _ memory: MemoryCheck
    ) throws -> String? {
        let listener = control.listener
        let executor = RunExecutor(context: self)
        do {
            if let (result, added) = try executor.finishedResult() {
                listener(.runSkipped(run, result, added))
                return nil
            }
            listener(.runStarted(run, number, count))
            executor.explainMemory(try memory.check(self))
            listener(.runFinished(run, try executor.execute()))
            return nil
        } catch {
            if let stop = FaceStudyError(stopping: error) { throw stop }
            let message = "\(run.folderName): \(error)"
            executor.recordFailure(error)
            listener(.runFailed(run, message))
            return message
        }
    }
}
