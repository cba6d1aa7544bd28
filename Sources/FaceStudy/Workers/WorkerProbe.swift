import FaceModels
import FaceTraining
import Foundation
import Torch

/// Repeats the first steps of a run, to measure their speed while other processes do the same.
public struct WorkerProbe {
    /// Memory that a run needs for a batch, in bytes; 0 if unknown.
    public let memory: UInt64
    /// Available memory, in bytes; nil if unknown.
    public static var availableMemory: UInt64? { ProcessMemory.available }

    private let probe: StepProbe
    private let images: Tensor

    /// Maximum seconds of a step; slower ones are measured with fewer images.
    private static let maxStepSeconds = 1.0
    /// Number of images that are tried first.
    private static let first = 8
    /// Minimum number of steps of a measurement.
    private static let steps = 3

    /// Creates a network and performs a few steps with it.
    ///
    /// - Parameters:
    ///   - backbone: The network's name in studies.
    ///   - threads: Threads per operation.
    public init(_ configuration: StudyConfiguration, backbone: String, threads: Int) throws {
        var configuration = configuration
        configuration.threads = threads
        let compute = try configuration.resolvedCompute()
        LibTorch.setThreads(compute.threads)
        LibTorch.setDeterministic(true)
        let specification = try BackboneSpecification(parsing: backbone)
        let training = configuration.training
        let batch = training.batchSize / max(training.accumulation, training.microBatches)
        let isOnCPU = try Device.named(compute.device) == .cpu
        let need = isOnCPU ? try MemoryNeed(specification, configuration, compute) : nil
        memory = need?.bytes(batchSize: batch) ?? 0
        probe = try StepProbe(specification, configuration, compute)
        let count = min(batch, Self.first)
        let few = probe.images(count)
        probe.train(few)
        let seconds = ContinuousClock().measure { [probe] in probe.train(few) } / .seconds(1)
        images = probe.images(
            StepTimes.images(
                of: batch, atLeast: count, secondsEach: seconds / Double(count),
                limit: Self.maxStepSeconds))
        // The first step of a size allocates memory.
        probe.train(images)
    }

    /// Trains on one batch.
    public func step() { probe.train(images) }

    /// Performs steps for a time.
    ///
    /// - Returns: Images per second.
    public func rate(over time: Duration) -> Double {
        let started = ContinuousClock.now
        var steps = 0
        while steps < Self.steps || started.duration(to: .now) < time {
            step()
            steps += 1
        }
        let seconds = started.duration(to: .now) / .seconds(1)
        return Double(steps * images.shape[0]) / max(seconds, 1e-9)
    }
}
