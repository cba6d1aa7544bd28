import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Processes
import Torch
import SafeNumbers

/// Memory that training takes beyond what the process has already.
struct MemoryNeed: Hashable {
    /// Memory independent of the batch: weights, gradients, momentum buffers, work space. In bytes.
    var fixed: Double
    /// Memory for each image of a step: activations and their gradients. In bytes.
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
    /// - Parameter check: Called before each step; what it throws ends the measurement.
    /// - Returns: nil if the system does not say how much memory a process takes.
    init?(
        _ specification: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration, check: () throws -> Void = {}
    ) throws {
        let probe = try StepProbe(specification, configuration, compute)
        let (few, many) = (4, 12)
        guard let start = ProcessMemory.resident else { return nil }
        let peaks = try [2, few, many].map { batch in
            try check()
            return probe.peak(batch: batch)
        }
        guard peaks[0] != nil, let minimum = peaks[1], let maximum = peaks[2] else { return nil }
        perImage = max(0, Double(maximum) - Double(minimum)) / Double(many - few)
        fixed = max(0, Double(minimum) - Double(start) - perImage * Double(few))
    }

    /// Adds what a loss needs.
    func adding(_ loss: LossMemory) -> MemoryNeed {
        MemoryNeed(fixed: fixed + loss.fixed, perImage: perImage + loss.perImage)
    }
}

/// Checks before a run that its memory will do, once for each backbone.
final class MemoryCheck {
    private var needs: [BackboneSpecification: MemoryNeed] = [:]

    /// Refuses a run that needs clearly more than there is.
    ///
    /// - Returns: What it needs; nil if that cannot be measured.
    /// - Throws: ``FaceStudyError/tooLittleMemory(needed:available:batchSize:fitting:)``.
    @discardableResult
    func check(_ context: RunContext) throws -> MemoryNeed? {
        let (run, training) = (context.run, context.configuration.training)
        let loss = LossCatalogue.memory(
            of: run.loss, classes: context.trainSet.facts.identities,
            embeddingSize: run.backbone[.embeddingSize], head: training.head,
            processes: training.microBatches > 1 ? context.control.team?.size ?? 1 : 1)
        guard let backbone = try need(of: run.backbone, context) else { return nil }
        let need = backbone.adding(loss)
        guard let available = ProcessMemory.available else { return need }
        try need.require(
            available, batchSize: training.batchSize, microBatches: training.accumulation)
        return need
    }

    private func need(
        of backbone: BackboneSpecification, _ context: RunContext
    ) throws -> MemoryNeed? {
        let compute = context.compute
        guard try Device.named(compute.device) == .cpu else { return nil }
        let known =
            try needs[backbone]
            ?? MemoryNeed(
                backbone, context.configuration, compute, check: context.control.check)
        needs[backbone] = known
        return known
    }
}

extension MemoryNeed {
    /// Refuses a batch, computed in micro-batches, that needs clearly more than there is.
    ///
    /// - Parameter available: What the process can still get, in bytes.
    /// - Throws: ``FaceStudyError/tooLittleMemory(needed:available:batchSize:fitting:)``.
    func require(
        _ available: UInt64, batchSize: Int, microBatches: Int
    ) throws(FaceStudyError) {
        let needed = bytes(batchSize: batchSize / microBatches)
        // A tenth is left to the measurement's own error, in favour of trying.
        guard Double(needed) > 1.1 * Double(available) else { return }
        throw .tooLittleMemory(
            needed: needed, available: available, batchSize: batchSize,
            fitting: self.batchSize(fitting: available / 10 * 9).map { $0 * microBatches })
    }
}

extension StepProbe {
    /// The most memory the process takes during a step, in bytes.
    fileprivate func peak(batch: Int) -> UInt64? {
        guard ProcessMemory.resetPeak() else { return nil }
        train(images(batch))
        return ProcessMemory.peak
    }
}
