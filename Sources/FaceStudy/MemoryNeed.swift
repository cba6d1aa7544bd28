import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Processes
import Torch
import SafeNumbers

/// Memory that training takes beyond what the process already uses.
struct MemoryNeed: Hashable {
    /// Memory independent of the batch, in bytes: weights, gradients, momentum buffers, workspace.
    var fixed: Double
    /// Memory per image of a step, in bytes: activations and their gradients.
    var perImage: Double

    /// Bytes for a batch.
    func bytes(batchSize: Int) -> UInt64 {
        UInt64(saturating: fixed + perImage * Double(batchSize))
    }

    /// The largest batch for a number of bytes, a multiple of 8 if it is larger than 8; nil if not even 2
    /// images fit.
    func batchSize(fitting bytes: UInt64) -> Int? {
        let room = Double(bytes) - fixed
        guard room >= perImage * 2 else { return nil }
        let maximum = Int(saturating: min(room / max(perImage, 1), 1e6))
        return maximum > 8 ? maximum / 8 * 8 : maximum
    }
}

extension MemoryNeed {
    /// Measures two small steps of a backbone.
    ///
    /// - Parameter check: Called before each step; an error ends the measurement.
    /// - Returns: nil if the system does not report the memory of a process.
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

    /// Adds the memory of a loss.
    func adding(_ loss: LossMemory) -> MemoryNeed {
        MemoryNeed(fixed: fixed + loss.fixed, perImage: perImage + loss.perImage)
    }
}

/// Checks before a run that there is enough memory, once for each backbone.
final class MemoryCheck {
    private var needs: [BackboneSpecification: MemoryNeed] = [:]

    /// Refuses a run that needs clearly more memory than is available.
    ///
    /// - Returns: The memory it needs; nil if that cannot be measured.
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
    /// Refuses a batch, computed in micro-batches, that needs clearly more memory than is available.
    ///
    /// - Parameter available: Available memory, in bytes.
    /// - Throws: ``FaceStudyError/tooLittleMemory(needed:available:batchSize:fitting:)``.
    func require(
        _ available: UInt64, batchSize: Int, microBatches: Int
    ) throws(FaceStudyError) {
        let needed = bytes(batchSize: batchSize / microBatches)
        // A tolerance of 10 % for errors of the measurement, in favour of trying.
        guard Double(needed) > 1.1 * Double(available) else { return }
        throw .tooLittleMemory(
            needed: needed, available: available, batchSize: batchSize,
            fitting: self.batchSize(fitting: available / 10 * 9).map { $0 * microBatches })
    }
}

extension StepProbe {
    /// The process's peak memory during a step, in bytes.
    fileprivate func peak(batch: Int) -> UInt64? {
        guard ProcessMemory.resetPeak() else { return nil }
        train(images(batch))
        return ProcessMemory.peak
    }
}
