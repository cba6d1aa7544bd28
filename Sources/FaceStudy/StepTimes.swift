import FaceModels
import FaceTraining
import Foundation
import Torch

/// How long a backbone takes on this machine.
struct StepTimes {
    /// Seconds that one step or batch of a measurement may take if a user waits for it.
    static let limit = 5.0
    /// Images that are tried first where the time is limited.
    private static let probe = 8

    /// Seconds of a training step.
    let step: Double
    /// Seconds of an image and its mirror image.
    let embedding: Double
    /// Memory at the end of a step, in bytes.
    let memory: UInt64
    /// Images of a micro-batch.
    let batch: Int
    /// Images that were computed at once when it was measured: ``batch``, or fewer where that would have
    /// taken too long; the time of a step is then taken as proportional to its images.
    let measured: Int

    /// Measures by some training steps and one batch that is embedded.
    ///
    /// - Parameters:
    ///   - limit: Seconds that a step may take; slower ones are measured with fewer images.
    ///   - check: Called between two of them; what it throws ends the measurement.
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
            // The first of its size reserves memory.
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

    /// How many images of a batch can be computed within a limit.
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

    /// Seconds of a batch that is embedded.
    fileprivate func embedded(_ count: Int) -> Double {
        let images = images(count)
        return ContinuousClock().measure { embed(images) } / .seconds(1)
    }
}
