import FaceData
import FaceEvaluation
import FaceLosses
import SafeFiles
public import FaceRuns
public import Foundation

/// Adds test sets to a study: tests the models of its finished runs on them.
///
/// The training sets need not exist any more: the head files beside the models name the people who were in
/// training.
public struct StudyEvaluation {
    /// The outcome.
    public struct Outcome: Sendable, Hashable {
        /// Number of runs whose models were tested on all of the sets, before or now.
        public var tested = 0
        /// Names of unfinished runs, which were skipped.
        public var unfinished: [String] = []
        /// Runs that could not be tested, with the reasons.
        public var failed: [String] = []
    }

    /// Folder of the study.
    public let folder: StudyFolder
    private let configuration: StudyConfiguration

    /// Prepares the evaluation of a study.
    ///
    /// - Parameter configuration: Its test sets, device, threads and evaluation options are used;
    ///   everything else is taken from each run.
    public init(_ folder: URL, _ configuration: StudyConfiguration) {
        self.folder = StudyFolder(folder)
        self.configuration = configuration
    }

    /// Whether a folder is a study's and not a run's.
    public static func isStudy(_ folder: URL) -> Bool {
        let files = FileManager.default
        return files.fileExists(atPath: StudyFolder(folder).runsURL.path)
            && !files.fileExists(atPath: RunFolder(folder).descriptionURL.path)
    }

    /// Tests every finished run on the sets on which it has not been tested yet.
    ///
    /// - Throws: errors that affect all runs: no run in the folder, a set that cannot be read, a folder
    ///   that cannot be written, or ``FaceStudyError/interrupted``. The failure of a single run does not
    ///   throw.
    public func run(_ control: StudyControl) throws -> Outcome {
        let runs = try folder.runs()
        guard !runs.isEmpty else { throw FaceStudyError.noRuns(path: folder.url.path) }
        let lock = try folder.claim()
        defer { lock.release() }
        var sets = configuration
        sets.train = []
        guard sets.evaluation.normalization == nil || !sets.evaluation.cohort.isEmpty else {
            throw FaceStudyError.noCohort
        }
        let data = try PreparedData(sets, folder: folder, control: control)
        var outcome = Outcome()
        for run in runs {
            do {
                if try test(run, data, control) {
                    outcome.tested += 1
                } else {
                    outcome.unfinished.append(run.url.lastPathComponent)
                }
            } catch {
                if let stop = FaceStudyError(stopping: error) { throw stop }
                outcome.failed.append("\(run.url.lastPathComponent): \(error)")
            }
        }
        try folder.writeExperiment()
        return outcome
    }

    /// Tests one run; false if it is not finished.
    private func test(
        _ folder: RunFolder, _ data: PreparedData, _ control: StudyControl
    ) throws -> Bool {
        guard let result = try folder.readResult(), result.status == .finished else { return false }
        let description = try folder.readDescription()
        try requireSame(data, as: description, in: folder)
        try requireSameScores(data, in: folder)
        let sources = configuration.test
        let candidates = try data.tests.compactMap { test in
            try sources.named(test.facts.name).map { source in
                TestAddition.Candidate(
                    test: test, source: source, overlap: try overlap(test, folder))
            }
        }
        let templates = data.templates.compactMap { test in
            sources.named(test.facts.name).map {
                TestAddition.TemplateCandidate(test: test, source: $0)
            }
        }
        let own = try StudyConfiguration.read(folder.studyURL)
        guard var run = try StudyPlan(own).runs.first else { return false }
        // The run's own study file does not record that its values were chosen by tuning.
        run.identity.tuned = description.identity.tuned
        var addition = TestAddition(
            run: run, folder: folder, compute: try compute(own, folder).resolvedCompute(),
            batchSize: configuration.evaluation.batchSize, control: control)
        addition.cohort = data.cohort
        addition.evaluation = configuration.evaluation
        addition.annotations = data.annotations
        let order = (own.test.map(\.name) + sources.map(\.name)).uniqued
        let (grown, added) = try addition.perform(candidates, templates, order: order, result)
        control.listener(.runSkipped(run, grown, added))
        return true
    }

    /// The run's precision and kernels, on the device and threads requested now.
    private func compute(
        _ own: StudyConfiguration, _ folder: RunFolder
    ) throws -> StudyConfiguration {
        var result = own
        result.device = configuration.device
        result.threads = configuration.threads
        if let precision = try folder.readEnvironment()?.precision { result.precision = precision }
        return result
    }

    /// Refuses a set if a run has a different one of the same name.
    private func requireSame(
        _ data: PreparedData, as stored: RunDescription, in folder: RunFolder
    ) throws(FaceStudyError) {
        func refuse(_ name: String, _ difference: SetDifference?) throws(FaceStudyError) {
            guard let difference else { return }
            throw .otherTest(
                path: folder.url.path, test: name, key: difference.key,
                stored: difference.theirs, asked: difference.mine)
        }
        for name in data.tests.map(\.facts.name) + data.templates.map(\.facts.name) {
            if let requirement = SetName.requirement(name, besides: stored.testNames) {
                throw .setName(list: "test set", name: name, requirement: requirement)
            }
        }
        let known = stored.templateTests ?? []
        for mine in data.tests.map(\.facts) {
            let theirs = stored.tests.named(mine.name)
            try refuse(mine.name, theirs.flatMap { mine.difference(from: $0) })
            if let other = known.named(mine.name) {
                try refuse(mine.name, ("the kind of \(mine.name)", "pairs", other.kind))
            }
        }
        for mine in data.templates.map(\.facts) {
            let theirs = known.named(mine.name)
            try refuse(mine.name, theirs.flatMap { mine.difference(from: $0) })
            if stored.tests.contains(where: { $0.name == mine.name }) {
                try refuse(mine.name, ("the kind of \(mine.name)", mine.kind, "pairs"))
            }
        }
    }

    /// Refuses a pooling or normalisation of scores that differs from the one with which a set was tested.
    private func requireSameScores(_ data: PreparedData, in folder: RunFolder) throws {
        for test in data.templates where test.megaFace == nil {
            let name = test.facts.name
            guard let theirs = try folder.readTemplates(test: name) else { continue }
            let mine = data.cohort.map { "\($0.normalization.title) by \($0.name)" }
            let pooling = test.pooling.name(test.set.detectorScores != nil)
            guard pooling == theirs.pooling else {
                throw FaceStudyError.otherTest(
                    path: folder.url.path, test: name, key: "the weights of templates of \(name)",
                    stored: theirs.pooling, asked: pooling)
            }
            guard mine != theirs.normalization else { continue }
            throw FaceStudyError.otherTest(
                path: folder.url.path, test: name, key: "the normalisation of scores of \(name)",
                stored: theirs.normalization ?? "none", asked: mine ?? "none")
        }
    }

    /// The people of a test set who are named in the run's head file.
    private func overlap(_ test: PreparedTest, _ folder: RunFolder) throws -> OverlapFacts? {
        guard FileManager.default.fileExists(atPath: folder.headURL.path) else { return nil }
        let people = test.pairs.overlap(with: try HeadFile.identities(of: folder.headURL))
        guard !people.isEmpty else { return nil }
        return OverlapFacts(test: test.facts.name, people: people, pictures: 0, owners: [])
    }
}
