import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Torch
import SafeNumbers

/// Memory that training takes beyond what the process has already.
struct MemoryNeed: Hashable {
    /// What does not depend on the batch: weights, gradients, velocities, work space. In bytes.
    var fixed: Double
    /// What each image of a step adds: activations and their gradients. In bytes.
    var perImage: Double

    /// Bytes for a batch.
    func bytes(batchSize: Int) -> UInt64 {
        UInt64(saturating: fixed + perImage * Double(batchSize))
    }

    /// The largest batch for a number of bytes, a multiple of 8 where it is larger than 8; nil
    /// when not even 2 images fit.
    func batchSize(fitting bytes: UInt64) -> Int? {
        let room = Double(bytes) - fixed
        guard room >= perImage * 2 else { return nil }
        let maximum = Int(saturating: min(room / max(perImage, 1), 1e6))
        return maximum > 8 ? maximum / 8 * 8 : maximum
    }
}

extension MemoryNeed {
    /// Measures a backbone by two small steps.
    ///
    /// - Returns: nil where the system does not say how much memory a process takes.
    init?(
        _ specification: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws {
        let probe = try StepProbe(specification, configuration, compute)
        let (few, many) = (4, 12)
        guard let start = ProcessMemory.resident, probe.peak(batch: 2) != nil,
            let minimum = probe.peak(batch: few), let maximum = probe.peak(batch: many)
        else { return nil }
        perImage = max(0, Double(maximum) - Double(minimum)) / Double(many - few)
        fixed = max(0, Double(minimum) - Double(start) - perImage * Double(few))
    }

    /// Adds a loss's class weights and logits.
    func adding(classes: Int, embeddingSize: Int) -> MemoryNeed {
        // Weights, their normalised copy, gradient and velocity; logits, their margin, softmax and
        // gradients.
        MemoryNeed(
            fixed: fixed + Double(classes * embeddingSize * 4 * 4),
            perImage: perImage + Double(classes * 4 * 6))
    }
}

/// Checks before a run that its memory will do, once for each backbone.
final class MemoryCheck {
    private var needs: [BackboneSpecification: MemoryNeed] = [:]

    /// Refuses a run that needs clearly more than there is.
    ///
    /// - Returns: What it needs; nil where that cannot be measured.
    /// - Throws: ``FaceStudyError/tooLittleMemory(needed:available:batchSize:fitting:)``.
    @discardableResult
    func check(
        _ run: PlannedRun, _ data: PreparedData, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws -> MemoryNeed? {
        guard
            let need = try need(of: run.backbone, configuration, compute)?.adding(
                classes: data.train[run.trainIndex].facts.identities,
                embeddingSize: run.backbone[.embeddingSize])
        else { return nil }
        let training = configuration.training
        let needed = need.bytes(batchSize: training.batchSize / training.accumulation)
        // A tenth is left to the measurement's own error, in favour of trying.
        guard let available = ProcessMemory.available, Double(needed) > 1.1 * Double(available)
        else { return need }
        throw FaceStudyError.tooLittleMemory(
            needed: needed, available: available, batchSize: training.batchSize,
            fitting: need.batchSize(fitting: available / 10 * 9).map { $0 * training.accumulation })
    }

    private func need(
        of backbone: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws -> MemoryNeed? {
        guard try Device.named(compute.device) == .cpu else { return nil }
        let known = try needs[backbone] ?? MemoryNeed(backbone, configuration, compute)
        needs[backbone] = known
        return known
    }
}

/// A backbone that takes steps whose memory is measured.
private struct StepProbe {
    private let backbone: any Backbone
    private let optimizer: SGD
    private let side: Int
    private let compute: ComputeConfiguration
    private let device: Device

    init(
        _ specification: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws {
        self.compute = compute
        device = try Device.named(compute.device)
        side = configuration.inputSize
        backbone = try BackboneCatalogue.make(
            specification, inputSize: side, initial: InitialWeights(seed: 0, device: device))
        optimizer = SGD(
            backbone.state.parameters, options: configuration.training.optimizer)
    }

    /// The most memory the process takes during a step, in bytes.
    func peak(batch: Int) -> UInt64? {
        guard ProcessMemory.resetPeak() else { return nil }
        let images = InputNormalization.standard.images(
            pixels: [UInt8](repeating: 127, count: batch * side * side * 3), count: batch,
            height: side, width: side, format: compute.memoryFormat, device: device)
        optimizer.clearGradients()
        compute.withKernels {
            withPrecision(compute.precision, on: device) { backbone(images, training: true) }
                .square().mean().backward()
        }
        optimizer.step(learningRate: 1e-6)
        return ProcessMemory.peak
    }
}
