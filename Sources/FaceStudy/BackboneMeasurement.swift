public import FaceModels
import FaceTraining
import Torch

/// Speed of a backbone on this machine, and memory of a training step.
public struct BackboneMeasurement: Codable, Sendable {
    /// Images per step.
    public let batchSize: Int
    /// Device and precision.
    public let compute: ComputeConfiguration
    /// Images per second in training, without a loss.
    public let trainedPerSecond: Double
    /// Images per second that are embedded, without their mirror images.
    public let embeddedPerSecond: Double
    /// Memory of a training step beyond what the process had, in bytes; nil if the system does not report
    /// it, and on a GPU.
    public let trainingBytes: UInt64?

    /// Measures some training steps and the embedding of one batch.
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
        // The measured time is that of an image and its mirror image.
        embeddedPerSecond = 2 / times.embedding
    }
}
