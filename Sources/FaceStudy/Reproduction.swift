public import FaceRuns
public import Foundation

extension TrainSetFacts {
    /// Checks that a training set is that of the run to reproduce.
    ///
    /// - Throws: ``FaceStudyError/otherData(name:)``.
    func requireSame(as other: TrainSetFacts) throws(FaceStudyError) {
        guard content.isSame(as: other.content) else { throw .otherData(name: name) }
    }
}

extension RunFolder {
    /// Whether the folder is among the tries of a study, which keep no model.
    fileprivate var isTry: Bool {
        let runs = url.standardizedFileURL.deletingLastPathComponent()
        let study = runs.deletingLastPathComponent().deletingLastPathComponent()
        return runs.path == StudyFolder(study).tries.runsURL.standardizedFileURL.path
            && !FileManager.default.fileExists(atPath: modelURL.path)
    }
}

/// Repeats a finished run in a new folder.
public struct Reproduction {
    /// The outcome.
    public struct Result: Codable, Sendable, Hashable {
        /// Whether all numbers are the same, bit for bit.
        public var isSame: Bool
        /// The comparison of the two runs.
        public var comparison: RunComparison
        /// The differences between the two runs' environments.
        public var environment: [EnvironmentDifference]

        /// The result as text.
        public var text: String {
            let reasons = environment.map {
                "the run was made with a different \($0.what): \($0.theirs), now \($0.mine)"
            }
            return ([comparison.text] + reasons).joined(separator: "\n")
        }
    }

    private let original: RunFolder
    private let study: Study

    /// Reads the run's description.
    ///
    /// - Parameter folder: The folder of the new run, organised as a study's folder, so that an interrupted
    ///   reproduction can resume.
    /// - Throws: ``FaceStudyError/notFinished(path:)`` if the run is not finished, and the errors of a
    ///   damaged folder.
    public init(of original: RunFolder, in folder: URL) throws {
        self.original = original
        _ = try original.readDescription()
        guard original.isFinished else {
            throw FaceStudyError.notFinished(path: original.url.path)
        }
        let environment = try original.readEnvironment()
        study = try Study(
            try StudyConfiguration.read(original.studyURL)
                .resolvingPaths(against: environment?.workingDirectory), folder: folder)
    }

    /// Repeats the run and compares.
    public func run(_ control: StudyControl) throws -> Result {
        let description = try original.readDescription()
        var control = control
        control.willStart = { run in
            try run.train.requireSame(as: description.train)
            guard run.start?.contentHash == description.start?.contentHash else {
                throw FaceStudyError.start(
                    reason: "the weights to start from are not those that the run to reproduce "
                        + "began with")
            }
        }
        let outcome = try study.run(control)
        guard let run = study.plan.runs.first, outcome.failed.isEmpty else {
            throw FaceStudyError.notReproduced(reason: outcome.failed.first ?? "there is no run")
        }
        let copy = study.folder.run(named: run.folderName)
        let (before, now) = (try original.readEnvironment(), try copy.readEnvironment())
        let comparison = try RunComparison(original, copy, models: !original.isTry)
        return Result(
            isSame: comparison.isSame, comparison: comparison,
            environment: before.flatMap { before in now?.differences(from: before) } ?? [])
    }
}
