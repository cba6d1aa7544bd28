public import FaceModels
import FaceTraining
import Torch

/// How fast a backbone is on this machine, and how much memory a training step takes.
public struct BackboneMeasurement: Codable, Sendable {
    /// Images of a step.
    public let batchSize: Int
    /// How it was computed.
    public let compute: ComputeConfiguration
    /// Images per second in training, without a loss.
    public let trainedPerSecond: Double
    /// Images per second that are embedded, without their mirror images.
    public let embeddedPerSecond: Double
    /// Memory of a training step beyond what the process had, in bytes; nil if the system does not
    /// say it, and on a GPU.
    public let trainingBytes: UInt64?

    /// Measures by some training steps and one batch that is embedded.
    ///
    /// - Parameters:
    ///   - inputSize: Height and width of an image, in pixels.
    ///   - batchSize: At least 2.
    /// - Throws: ``FaceModelsError`` for images that are too small, and errors of the device.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, batchSize: Int
    ) throws {
        var configuration = StudyConfiguration()
        configuration.inputSize = inputSize
        configuration.training.batchSize = batchSize
        compute = try configuration.resolvedCompute()
        self.batchSize = batchSize
        LibTorch.setThreads(compute.threads)
        let isOnProcessor = try Device.named(compute.device) == .cpu
        trainingBytes =
            isOnProcessor
            ? try MemoryNeed(specification, configuration, compute)?.bytes(batchSize: batchSize)
            : nil
        let times = try StepTimes(specification, configuration, compute)
        trainedPerSecond = Double(batchSize) / times.step
        // A pair of an image and its mirror image takes twice as long as one.
        embeddedPerSecond = 2 / times.embedding
    }
}
