import FaceModels
import FaceTraining
import Foundation
import Torch

/// How long a backbone takes on this machine.
struct StepTimes {
    /// Seconds that one step or batch of a measurement may take where somebody waits for it.
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
        let clock = StepClock(
            backbone: try BackboneCatalogue.make(
                specification, inputSize: configuration.inputSize,
                initial: InitialWeights(seed: 0, device: try Device.named(compute.device))),
            configuration, compute, try Device.named(compute.device))
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
        memory = Self.peakMemory()
    }

    /// How many images of a batch can be computed within a limit.
    static func images(
        of batch: Int, atLeast count: Int, secondsEach: Double, limit: Double
    ) -> Int {
        guard secondsEach * Double(batch) > limit else { return batch }
        return max(count, Int(limit / secondsEach))
    }

    /// The most memory this process has had, in bytes; 0 where the system does not say.
    private static func peakMemory() -> UInt64 {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(separator: " ").compactMap { UInt64($0) }.first ?? 0
        return kilobytes * 1024
    }
}

/// A backbone whose steps are timed.
private struct StepClock {
    private let backbone: any Backbone
    private let optimizer: any Optimizer
    private let side: Int
    private let compute: ComputeConfiguration
    private let device: Device

    init(
        backbone: any Backbone, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration, _ device: Device
    ) {
        self.backbone = backbone
        self.compute = compute
        self.device = device
        side = configuration.inputSize
        optimizer = configuration.training.makeOptimizer(backbone.state.parameters)
    }

    private func images(_ count: Int) -> Tensor {
        InputNormalization.standard.images(
            pixels: [UInt8](repeating: 127, count: count * side * side * 3), count: count,
            height: side, width: side, format: compute.memoryFormat, device: device)
    }

    /// Seconds of a training step.
    func trained(_ count: Int) -> Double {
        let images = images(count)
        return seconds {
            optimizer.clearGradients()
            withPrecision(compute.precision, on: device) { backbone.measuredPass(images) }
                .backward()
            optimizer.step(learningRate: 1e-6)
            device.synchronize()
        }
    }

    /// Seconds of a batch that is embedded.
    func embedded(_ count: Int) -> Double {
        let images = images(count)
        return seconds {
            withoutGradients {
                withPrecision(compute.precision, on: device) {
                    _ = backbone(images, training: false).array(of: Float.self)
                }
            }
        }
    }

    private func seconds(_ body: () -> Void) -> Double {
        compute.withKernels { ContinuousClock().measure(body) } / .seconds(1)
    }
}
