import FaceRuns
import FaceTraining
import Foundation
import SafeFiles

extension Study {
    /// Supervises other processes that execute the study's runs, and reports when they have finished. Sets
    /// without a cached scan are scanned here first, so that not every process has to.
    ///
    /// - Parameter areOver: Polled a few times per second for whether all of them have ended. It must end
    ///   them if the study is to stop.
    /// - Throws: ``FaceStudyError/workersEnded(left:)`` if they have ended and runs remain, and the errors
    ///   of ``run(_:)`` before training.
    public func oversee(
        _ control: StudyControl, until areOver: () throws -> Bool
    ) throws -> Outcome {
        let lock = try folder.share()
        defer { lock.release() }
        let worker = try join(try configuration.resolvedCompute(), control)
        defer { worker.leave() }
        try scanForAll(control)
        var overseer = Overseer(
            study: self, worker: worker, control: control,
            failed: control.retriesFailed ? failedRuns(of: plan) : nil)
        var glances = 0
        while true {
            let isOver = try areOver()
            // The folder is read less often than the processes are polled.
            if glances % 10 == 0 || isOver, !control.shouldStop() {
                try overseer.look(isOver: isOver)
            }
            if isOver { break }
            glances += 1
            control.sleep(.milliseconds(200))
        }
        if control.shouldStop() { throw FaceStudyError.interrupted }
        return overseer.outcome
    }

    /// Scans the sets and caches the results, unless they are cached already.
    private func scanForAll(_ control: StudyControl) throws {
        let kept = try? FileManager.default.contentsOfDirectory(atPath: folder.scansURL.path)
        guard kept?.isEmpty != false, unfinished != nil else { return }
        var control = control
        let listener = control.listener
        // Warnings are left to the workers.
        control.listener = { if case .preparing = $0 { listener($0) } }
        _ = try PreparedData(configuration, folder: folder, control: control)
    }

    /// The runs given the current state of tuning.
    fileprivate func presentPlan() throws -> StudyPlan {
        guard configuration.tuning.isOn else { return plan }
        return try Self.plan(configuration, try? folder.readTuning(), folder)
    }

    fileprivate func result(of run: PlannedRun) -> RunResult? {
        let result = (try? folder.run(named: run.folderName).readResult()) ?? nil
        guard let result else { return nil }
        let isLongEnough = result.epochs >= configuration.training.epochs
        return result.status == .failed || isLongEnough ? result : nil
    }

    /// The runs that have failed.
    func failedRuns(of plan: StudyPlan) -> [PlannedRun] {
        plan.runs.filter { result(of: $0)?.status == .failed }
    }
}

/// Observes a study that other processes work on.
private struct Overseer {
    let study: Study
    let worker: StudyWorker
    let control: StudyControl
    /// The runs that are retried; nil if all are executed.
    let failed: [PlannedRun]?
    private(set) var outcome = Study.Outcome(isReportedElsewhere: true)
    private var announced: Set<String> = []
    private var anyWorkerDone = false
    private var reportedResults: String?

    init(study: Study, worker: StudyWorker, control: StudyControl, failed: [PlannedRun]?) {
        self.study = study
        self.worker = worker
        self.control = control
        self.failed = failed
    }

    /// Checks the state of the study, and reports when one of the workers waits for it.
    ///
    /// - Parameter isOver: Whether all processes have ended.
    mutating func look(isOver: Bool) throws {
        try worker.refresh()
        let plan = try study.presentPlan()
        report(plan)
        anyWorkerDone = anyWorkerDone || worker.others.values.contains { $0.isDone == true }
        guard anyWorkerDone || isOver else { return }
        try count(failed ?? plan.runs)
        let reporting = StudyReporting(
            worker: worker, control: control, folder: study.folder, runs: plan.runs)
        let results = reporting.resultsHash
        guard results != reportedResults, try worker.becomeReporter() else { return }
        outcome.isReportedElsewhere = false
        try reporting.write(outcome)
        reportedResults = results
    }

    /// Reports finished runs, each once.
    private mutating func report(_ plan: StudyPlan) {
        for run in plan.runs where !announced.contains(run.folderName) {
            guard let result = study.result(of: run), result.status == .finished else { continue }
            announced.insert(run.folderName)
            control.listener(.runFinishedElsewhere(run, result, announced.count, plan.runs.count))
        }
    }

    /// Counts how runs have ended.
    private mutating func count(_ runs: [PlannedRun]) throws {
        (outcome.finished, outcome.failed) = (0, [])
        var left: [String] = []
        for run in runs {
            switch study.result(of: run) {
            case let result? where result.status == .finished: outcome.finished += 1
            case let result?: outcome.failed.append("\(run.folderName): \(result.message)")
            case nil: left.append(run.folderName)
            }
        }
        // A worker considers all runs finished: a run that fails before it has begun leaves no record.
        guard anyWorkerDone || left.isEmpty else {
            throw FaceStudyError.workersEnded(left: left.count)
        }
        outcome.failed += left.map { "\($0): it failed before it started; see its worker's output" }
    }
}
