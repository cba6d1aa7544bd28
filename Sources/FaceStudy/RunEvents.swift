import FaceRuns
import FaceTraining
import Foundation

/// A run's steps and epochs for TensorBoard.
final class RunEvents {
    /// Maximum number of steps that are written: more than a screen has columns, but few enough to load
    /// fast.
    private static let maxSteps = 20_000

    private let file: EventFile

    /// Begins a file with the run's hyperparameters.
    ///
    /// - Parameter step: The step the run resumes from; nil for events in addition to all older ones.
    init(_ folder: RunFolder, from step: Int?) throws {
        file = try EventFile(in: folder.eventsURL, from: step)
        file.append(HParams(try folder.readDescription()), group: folder.url.lastPathComponent)
        try file.flush()
    }

    func append(_ summary: StepSummary) throws {
        let stride = max(1, summary.steps / Self.maxSteps)
        guard summary.step % stride == 0 else { return }
        try file.append(
            [
                ("train/accuracy", summary.accuracy),
                ("train/accuracy_with_margin", summary.accuracyWithMargin),
                ("train/gradient_norm", summary.gradientNorm),
                ("train/images_per_second", Double(summary.images) / max(summary.seconds, 1e-9)),
                ("train/learning_rate", summary.learningRate), ("train/loss", summary.loss),
            ], step: summary.step)
    }

    func append(_ record: EpochRecord) throws {
        let tests = record.tests.map(Self.scalar)
        let held = record.validation.map {
            [(HParamsExperiment.Metric.validation.tag, $0.accuracy)]
        }
        let state = record.lossState.sorted { $0.key < $1.key }.map { ("loss/\($0.key)", $0.value) }
        try file.append(
            [("epoch/loss", record.loss), ("epoch/accuracy", record.trainAccuracy)] + tests
                + (held ?? []) + state, step: record.step)
        try flush()
    }

    /// Adds the accuracy on a set on which the last model was tested after the run.
    func append(added test: EpochTest, step: Int) throws {
        try file.append([Self.scalar(test)], step: step)
        try flush()
    }

    /// Writes how the run ended.
    func end(_ status: EventFile.SessionStatus) throws {
        file.append(status)
        try flush()
    }

    /// The tag and the value of a test set's accuracy.
    private static func scalar(_ test: EpochTest) -> (tag: String, value: Double) {
        (HParamsExperiment.Metric.test(test.name).tag, test.accuracy)
    }

    /// Flushes all events, so that TensorBoard sees them.
    func flush() throws { try file.flush() }
}
