import FaceModels
import FaceTraining
import Foundation
import Torch

/// Times of a backbone on this machine.
struct StepTimes {
    /// Maximum seconds of one step or batch of a measurement that a user waits for.
    static let limit = 5.0
    /// Number of images that are tried first if time is limited.
    private static let probe = 8

    /// Seconds of a training step.
    let step: Double
    /// Seconds of an image and its mirror image.
    let embedding: Double
    /// Memory at the end of a step, in bytes.
    let memory: UInt64
    /// Images per micro-batch.
    let batch: Int
    /// Images per batch in the measurement: ``batch``, or fewer if that would have taken too long; the time
    /// of a step is then extrapolated proportionally.
    let measured: Int

    /// Measures some training steps and the embedding of one batch.
    ///
    /// - Parameters:
    ///   - limit: Maximum seconds of a step; slower ones are measured with fewer images.
    ///   - check: Called between steps; an error ends the measurement.
    init(
        _ specification: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration, limit: Double = .infinity,
        check: () throws -> Void = {}
    ) throws {
        try check()
        batch = configuration.training.batchSize / configuration.training.accumulation
        let clock = try StepProbe(specification, configuration, compute)
        var measured = batch
        if limit.isFinite {
            let count = min(batch, Self.probe)
            let each = clock.trained(count) / Double(count)
            try check()
            measured = Self.images(of: batch, atLeast: count, secondsEach: each, limit: limit)
        }
        if measured == batch {
            // The first step of a size allocates memory.
            _ = clock.trained(measured)
            try check()
        }
        let trained = clock.trained(measured)
        try check()
        let embedded = clock.embedded(measured)
        self.measured = measured
        step =
            Double(configuration.training.accumulation) * trained * Double(batch) / Double(measured)
        embedding = 2 * embedded / Double(measured)
        memory = ProcessMemory.peak ?? 0
    }

    /// Number of images of a batch that can be processed within a limit.
    static func images(
        of batch: Int, atLeast count: Int, secondsEach: Double, limit: Double
    ) -> Int {
        guard secondsEach * Double(batch) > limit else { return batch }
        return max(count, Int(limit / secondsEach))
    }
}

extension StepProbe {
    /// Seconds of a training step.
    fileprivate func trained(_ count: Int) -> Double {
        let images = images(count)
        return ContinuousClock().measure { train(images) } / .seconds(1)
    }

    /// Seconds of embedding a batch.
    fileprivate func embedded(_ count: Int) -> Double {
        let images = images(count)
        return ContinuousClock().measure { embed(images) } / .seconds(1)
    }
}
