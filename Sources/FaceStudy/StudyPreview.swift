import Foundation
import FaceLosses
public import FaceRuns
import FaceTraining

/// A study's plan: its runs, their estimated cost, and the reasons why they could not be made.
public struct StudyPreview: Encodable, Sendable, Hashable {
    /// State of a run.
    public enum State: String, Encodable, Sendable, Hashable {
        /// Nothing of it exists.
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
        /// Test sets that its model is going to be tested on although it is finished; nil if there are
        /// none.
        public var addedTests: [String]?
        /// Why it cannot be made; nil if nothing is known against it.
        public var problem: String?
    }

    /// All runs, in the order in which they are trained.
    public var runs: [Run]
    /// The estimated cost of the remaining runs; nil if some cannot be made.
    public var estimate: StudyEstimate?

    /// The reasons why runs cannot be made, each once.
    public var problems: [String]

    /// The tries planned before, or made; nil in a study that does not tune. Of the runs, those with
    /// values that are not chosen yet are missing.
    public var tuning: TuningRecord?

    /// The text version, for people.
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
    /// Looks at what the study would do, and writes nothing: sets are read, and two steps and one
    /// embedding batch of each backbone are timed. Built-in sets that are not there are not drawn.
    ///
    /// - Throws: what would stop the whole study, as ``run(_:)`` does, but not ``StudyPreview/problems``.
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
            tellOfMoreTests(control)
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

    /// Checks that the folder is one, or can become one.
    private func requireFolder() throws(FaceStudyError) {
        let files = FileManager.default
        var location = folder.url.standardizedFileURL
        while !files.fileExists(atPath: location.path), location.path != "/" {
            location.deleteLastPathComponent()
        }
        var isFolder: ObjCBool = false
        _ = files.fileExists(atPath: location.path, isDirectory: &isFolder)
        guard isFolder.boolValue else {
            throw .cannotWrite(path: folder.url.path, reason: "'\(location.path)' is not a folder")
        }
        guard files.isWritableFile(atPath: location.path) else {
            throw .cannotWrite(
                path: folder.url.path, reason: "no permission to write into '\(location.path)'")
        }
    }
}
