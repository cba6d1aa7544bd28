import Foundation
import FaceLosses
public import FaceRuns
import FaceTraining
import Spelling

/// A study's plan: its runs, their estimated cost, and the reasons why some are impossible.
public struct StudyPreview: Encodable, Sendable, Hashable {
    /// State of a run.
    public enum State: String, Encodable, Sendable, Hashable {
        /// It does not exist yet.
        case new
        /// It was started and will resume.
        case begun
        /// It is finished, and is skipped.
        case finished
    }

    /// A run of the study.
    public struct Run: Encodable, Sendable, Hashable {
        /// Name of its folder.
        public var name: String
        /// Name of the training set.
        public var trainSet: String
        /// The backbone with its options.
        public var backbone: String
        /// The loss with its parameters.
        public var loss: String
        /// The sampler of its batches.
        public var sampler: String
        /// Seed of the random numbers.
        public var seed: UInt64
        /// State of the run.
        public var state: State
        /// Test sets on which its model will be tested although it is finished; nil if there are none.
        public var addedTests: [String]?
        /// Why it is impossible; nil if no reason is known.
        public var problem: String?
    }

    /// All runs, in the order of training.
    public var runs: [Run]
    /// The estimated cost of the remaining runs; nil if some are impossible.
    public var estimate: StudyEstimate?

    /// The reasons why runs are impossible, each once.
    public var problems: [String]

    /// The planned and finished tries; nil in a study that does not tune. ``runs`` lacks those with values
    /// that have not been chosen yet.
    public var tuning: TuningRecord?

    /// The plan as text.
    public var text: String {
        let marks = [State.new: "new", .begun: "resumes", .finished: "finished"]
        let lines = runs.map { run in
            let mark = run.addedTests == nil ? marks[run.state] ?? "" : "tests"
            let state = run.problem == nil ? mark : "impossible"
            return state.padding(toLength: 12, withPad: " ", startingAt: 0)
                + "\(run.backbone) on \(run.trainSet) with \(run.loss), \(run.sampler), seed "
                + "\(run.seed)"
        }
        let rest = estimate.map { [$0.text, $0.power.text] } ?? []
        let tried = tuning.map(\.cells)?.map(\.text) ?? []
        return (tried + lines + rest).joined(separator: "\n")
    }
}

extension Study {
    /// Determines what the study would do, without writing anything: sets are read, and two steps and one
    /// embedding batch of each backbone are timed. Missing built-in sets are not rendered.
    ///
    /// - Throws: errors that would stop the whole study, as ``run(_:)`` does, but not
    ///   ``StudyPreview/problems``.
    public func preview(_ control: StudyControl) throws -> StudyPreview {
        let compute = try configuration.resolvedCompute()
        try requireFolder()
        let context = StudyContext(
            configuration: configuration, compute: compute, folder: folder,
            data: try PreparedData(
                configuration, folder: folder, control: control, draws: false),
            start: StudyStart(configuration),
            control: control)
        explainMemory(control)
        var refusals = RunRefusals(runs: plan.runs.count)
        let runs = plan.runs.map { run in
            var problem: String?
            do {
                try RunExecutor(context: context.run(run)).requirePossible()
            } catch {
                refusals.add(error, of: run)
                problem = "\(error)"
            }
            return entry(of: run, problem)
        }
        var preview = StudyPreview(runs: runs, problems: refusals.sentences)
        if preview.problems.isEmpty {
            try requireSameTries(context)
            try requireSameChoices()
            reportMoreTests(control)
            preview.tuning = try tuning(context)?.record
            preview.estimate = try estimate(context, MemoryCheck(), preview.tuning)
        }
        return preview
    }

    private func entry(of run: PlannedRun, _ problem: String?) -> StudyPreview.Run {
        let folder = folder.run(named: run.folderName)
        let isThere = FileManager.default.fileExists(atPath: folder.descriptionURL.path)
        let isFinished = folder.isFinished(after: configuration.training.epochs)
        let tested = isFinished ? try? folder.readDescription().testNames : nil
        let added = tested.map { tested in
            configuration.test.map(\.name).filter { !tested.contains($0) }
        }
        return StudyPreview.Run(
            name: run.folderName, trainSet: run.identity.trainSet,
            backbone: run.identity.backbone, loss: run.requestedLoss,
            sampler: run.identity.sampler, seed: run.identity.seed,
            state: isFinished ? .finished : isThere ? .begun : .new,
            addedTests: added?.isEmpty == false ? added : nil, problem: problem)
    }

    /// Checks that the folder exists or can be created.
    private func requireFolder() throws(FaceStudyError) {
        let files = FileManager.default
        var location = folder.url.standardizedFileURL
        while !files.fileExists(atPath: location.path), location.path != "/" {
            location.deleteLastPathComponent()
        }
        var isFolder: ObjCBool = false
        _ = files.fileExists(atPath: location.path, isDirectory: &isFolder)
        guard isFolder.boolValue else {
            throw .cannotWrite(
                path: folder.url.path, reason: "\(quoted: location.path) is not a folder")
        }
        guard files.isWritableFile(atPath: location.path) else {
            throw .cannotWrite(
                path: folder.url.path,
                reason: "no permission to write into \(quoted: location.path)")
        }
    }
}
