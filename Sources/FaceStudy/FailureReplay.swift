import FaceRuns
public import FaceTraining
import Foundation
import Torch

/// Repeats a failed step from the bundle's checkpoint, without changing the run.
public struct FailureReplay {
    /// Result of a replay.
    public enum Outcome: Sendable, Hashable {
        /// The run failed at another step.
        case failedElsewhere(StepFailure)
        /// The step passed, with this loss.
        case passed(loss: Double)
        /// The step failed again.
        case sameStep(StepFailure)
    }

    private let bundle: FailureBundle
    private let configuration: StudyConfiguration

    /// Prepares to repeat a bundle's step.
    ///
    /// - Parameter workingDirectory: Folder to which paths of the sets are relative.
    public init(_ bundle: FailureBundle) throws {
        self.bundle = bundle
        configuration = try StudyConfiguration.read(RunFolder(bundle.url).studyURL)
            .resolvingPaths(against: bundle.environment?.workingDirectory)
    }

    /// The differences between this machine and the one on which the step failed.
    public func differences(commit: String) throws -> [EnvironmentDifference] {
        let here = EnvironmentProbe.environment(
            try configuration.resolvedCompute(), commit: commit)
        return bundle.environment.map { here.differences(from: $0) } ?? []
    }

    /// Trains up to the step.
    public func run(_ control: StudyControl) throws -> Outcome {
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let trainer = try makeTrainer(in: scratch, control)
        var loss = Double.nan
        do {
            try trainer.run(
                saveInterval: .seconds(1_000_000),
                shouldStop: { trainer.position.step >= bundle.failure.step || control.shouldStop() }
            ) { event in
                if case .step(let summary) = event { loss = summary.loss }
            }
        } catch let error as FaceTrainingError {
            if let failure = trainer.failure {
                return failure.step == bundle.failure.step
                    ? .sameStep(failure) : .failedElsewhere(failure)
            }
            guard case .interrupted = error, trainer.position.step >= bundle.failure.step else {
                throw FaceStudyError(stopping: error) ?? error
            }
        }
        return .passed(loss: loss)
    }

    private func makeTrainer(in scratch: URL, _ control: StudyControl) throws -> Trainer {
        let study = try Study(configuration, folder: scratch)
        guard let run = study.plan.runs.first else { throw FaceStudyError.empty(list: "run") }
        let context = StudyContext(
            configuration: configuration, compute: try configuration.resolvedCompute(),
            folder: study.folder,
            data: try PreparedData(configuration, folder: study.folder, control: control),
            start: StudyStart(configuration),
            control: control
        ).run(run)
        let executor = RunExecutor(context: context)
        let model = try executor.makeModel()
        try context.trainSet.facts.requireSame(as: bundle.description.train)
        let checkpoint = RunFolder(bundle.url).checkpointURL
        let copy = scratch.appendingPathComponent("checkpoint")
        if FileManager.default.fileExists(atPath: checkpoint.path) {
            try FileManager.default.copyItem(at: checkpoint, to: copy)
        }
        if !FileManager.default.fileExists(atPath: copy.path) {
            try executor.begin(model, evaluates: false)
        }
        return try executor.makeTrainer(model, checkpoint: copy)
    }
}
