import FaceRuns
import FaceTraining
import Foundation
import SafeFiles

extension Study {
    /// Watches over other processes that make the study's runs, and reports when they are over.
    ///
    /// - Parameter areOver: Asked a few times a second whether all of them have ended. Where the study is to
    ///   stop, it is for this to end them.
    /// - Throws: ``FaceStudyError/workersEnded(left:)`` where they have ended and runs are left, and what
    ///   ``run(_:)`` throws before anything is read.
    public func oversee(
        _ control: StudyControl, until areOver: () throws -> Bool
    ) throws -> Outcome {
        let lock = try folder.share()
        defer { lock.release() }
        let worker = try join(try configuration.resolvedCompute(), control)
        defer { worker.leave() }
        let before = control.retriesFailed ? failedRuns(of: plan) : nil
        var told: Set<String> = []
        var glances = 0
        while !(try areOver()) {
            control.sleep(.milliseconds(200))
            glances += 1
            // Reads every run's result, so not as often as the processes are asked for.
            if glances % 10 == 0 { tell(try presentPlan(), &told, control) }
        }
        if control.shouldStop() { throw FaceStudyError.interrupted }
        let plan = try presentPlan()
        tell(plan, &told, control)
        let runs = before ?? plan.runs
        let outcome = outcome(of: runs)
        let left = runs.count - outcome.finished - outcome.failed.count
        guard left == 0 else { throw FaceStudyError.workersEnded(left: left) }
        return try StudyReporting(worker: worker, control: control, folder: folder, runs: runs)
            .report(outcome)
    }

    /// The runs after what is tuned by now.
    private func presentPlan() throws -> StudyPlan {
        guard configuration.tuning.isOn else { return plan }
        return try Self.plan(configuration, try? folder.readTuning(), folder)
    }

    /// Tells of the runs that are over, each once.
    private func tell(_ plan: StudyPlan, _ told: inout Set<String>, _ control: StudyControl) {
        for run in plan.runs where !told.contains(run.folderName) {
            guard let result = result(of: run), result.status == .finished else { continue }
            told.insert(run.folderName)
            control.listener(.runFinishedElsewhere(run, result, told.count, plan.runs.count))
        }
    }

    private func result(of run: PlannedRun) -> RunResult? {
        let result = (try? self.folder.run(named: run.folderName).readResult()) ?? nil
        guard let result else { return nil }
        let isLongEnough = result.epochs >= configuration.training.epochs
        return result.status == .failed || isLongEnough ? result : nil
    }

    private func outcome(of runs: [PlannedRun]) -> Outcome {
        var outcome = Outcome()
        for run in runs {
            guard let result = result(of: run) else { continue }
            if result.status == .finished {
                outcome.finished += 1
            } else {
                outcome.failed.append("\(run.folderName): \(result.message)")
            }
        }
        return outcome
    }

    /// The runs that have failed.
    func failedRuns(of plan: StudyPlan) -> [PlannedRun] {
        plan.runs.filter { result(of: $0)?.status == .failed }
    }
}
