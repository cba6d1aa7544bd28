import FaceModels
public import FaceRuns
import FaceTraining
public import Foundation
import Processes
import SafeFiles
import Torch

/// Plans and executes many runs, skips finished ones and resumes interrupted ones, with one or several
/// processes.
public struct Study {
    /// The resolved configuration.
    public let configuration: StudyConfiguration
    /// The runs; in a study that tunes, those with the defaults and with the values chosen so far.
    public let plan: StudyPlan
    /// The tries that precede them.
    let tuningPlan: TuningPlan
    /// The folder of the runs' folders and the report.
    public let folder: StudyFolder

    /// Resolves a configuration's names and checks its values; writes no file.
    ///
    /// - Throws: the error of the first invalid name or value.
    public init(_ configuration: StudyConfiguration, folder: URL) throws {
        let configuration = configuration.withValidationToTune()
        self.folder = StudyFolder(folder)
        tuningPlan = try TuningPlan(configuration)
        // An unreadable record is rebuilt from the tries' folders.
        let stored = (try? self.folder.readTuning()) ?? nil
        if let stored {
            try Self.requireFormerTries(configuration, tuningPlan, stored, in: self.folder)
        }
        let record = configuration.tuning.isOn ? stored : nil
        plan = try Self.plan(configuration, record, self.folder)
        self.configuration = configuration.continuing(plan.runs, in: self.folder)
    }

    /// The runs given the tuning so far.
    static func plan(
        _ configuration: StudyConfiguration, _ record: TuningRecord?, _ folder: StudyFolder
    ) throws -> StudyPlan {
        var plan = try StudyPlan(configuration, tuning: record)
        for index in plan.runs.indices { plan.runs[index].findFormerFolder(in: folder) }
        return plan
    }

    /// How a study ended.
    public struct Outcome: Sendable, Hashable {
        /// Number of finished runs, including earlier ones and those of other processes.
        public var finished = 0
        /// Runs that failed, with their messages.
        public var failed: [String] = []
        /// Whether another process has written the report.
        public var isReportedElsewhere = false
    }

    /// Executes all unfinished runs, together with other processes that work in the same folder.
    ///
    /// Each run is executed by one of them, and one of them reports (``StudyControl/report``); all return
    /// when the study is finished. If a process is stopped or its machine fails, the others take over its
    /// work.
    ///
    /// - Throws: errors that stop the whole study: impossible runs
    ///   (``FaceStudyError/impossible(reasons:)``, before anything is trained), data that cannot be read,
    ///   an output folder that cannot be written, another study in the folder that is in progress
    ///   (``FaceStudyError/otherStudy(path:holder:key:theirs:mine:)``), or ``FaceStudyError/interrupted``.
    ///   A run's own failure does not throw.
    public func run(_ control: StudyControl) throws -> Outcome {
        let compute = try configuration.resolvedCompute()
        let lock = try folder.share()
        defer { lock.release() }
        let worker = try join(compute, control)
        defer { worker.leave() }
        var context = StudyContext(
            configuration: configuration, compute: compute, folder: folder,
            data: try PreparedData(configuration, folder: folder, control: control),
            start: StudyStart(configuration),
            control: control, worker: worker)
        context.embedsTogether = try shareSets(context.data, control)
        try requirePossible(context)
        try requireSameContent(context.data, worker, control)
        reportMoreEpochs(control)
        reportMoreTests(control)
        let memory = MemoryCheck()
        explainMemory(control)
        var tuning = try tuning(context)
        // An error here will recur in the run itself, where it does not stop other runs.
        let estimate = try? estimate(context, memory, tuning?.record)
        if let estimate, !estimate.cells.isEmpty { control.listener(.estimated(estimate)) }
        try tuning?.finish(memory, StudyClock(estimate), worker)
        let plan = try tuning.map { try Self.plan(configuration, $0.record, folder) } ?? plan
        if let record = tuning?.record {
            try setAsideFormerChoices(record, control)
            control.listener(.planned(plan))
        }
        try writeExperiment()
        try worker.publish(planned: plan.runs.map(\.folderName))
        return try StudyWork(
            context: context, worker: worker, runs: runs(of: plan, control), planned: plan.runs,
            memory: memory
        ).finish()
    }

    /// The runs to execute: all, or those that have failed.
    private func runs(of plan: StudyPlan, _ control: StudyControl) -> [PlannedRun] {
        guard control.retriesFailed else { return plan.runs }
        let failed = failedRuns(of: plan)
        if failed.isEmpty { control.listener(.note("no run of the study has failed")) }
        return failed
    }

    /// Checks all unfinished runs before the first of them is trained.
    ///
    /// Only permanent refusals count: a damaged file makes its own run fail and does not stop others.
    private func requirePossible(_ context: StudyContext) throws {
        var refusals = RunRefusals(runs: plan.runs.count)
        for run in plan.runs {
            do {
                try RunExecutor(context: context.run(run)).requirePossible()
            } catch {
                if RunRefusals.isPermanent(error) { refusals.add(error, of: run) }
            }
        }
        try requireSameTries(context)
        try requireSameChoices()
        let reasons = refusals.sentences
        if !reasons.isEmpty { throw FaceStudyError.impossible(reasons: reasons) }
    }

    /// Ends the process with a message if memory runs out before the first run.
    func explainMemory(_ control: StudyControl) {
        let endProcess = control.endProcess
        LibTorch.whenMemoryRunsOut { endProcess($0.description) }
    }
}

extension FaceStudyError {
    /// An error that ends the whole study and leaves the run resumable; nil for an error of the run alone.
    init?(stopping error: any Error) {
        switch error {
        case FaceTrainingError.interrupted, FaceStudyError.interrupted: self = .interrupted
        case let error as FaceStudyError:
            switch error {
            case .busy, .cannotWrite, .changedImage, .lostImage, .lostRun, .noSpace, .processes,
                .unsafeFolder:
                self = error
            default: return nil
            }
        case let error as ProcessError: self = .processes(reason: error.description)
        case FaceModelsError.weights(.noSpace(let path)), FaceRunsError.noSpace(let path),
            SafeFilesError.noSpace(let path), TorchError.noSpace(let path):
            self = .noSpace(path: path)
        case FaceRunsError.notPlain(let path, let kind),
            SafeFilesError.notPlain(let path, let kind):
            self = .unsafeFolder(
                reason: SafeFilesError.notPlain(path: path, kind: kind).description)
        case FaceRunsError.unwritable(let path, let reason),
            SafeFilesError.unwritable(let path, let reason):
            self = .cannotWrite(path: path, reason: reason)
        default: return nil
        }
    }
}
