public import FaceModels
import FaceTraining
import Foundation
import Processes
import Torch

extension StudyConfiguration {
    /// Resolves `auto` for this machine.
    ///
    /// `bfloat16` with channels-last where the processor has instructions for it (AVX512-BF16, AMX,
    /// Arm BF16) or a GPU computes; `float32` with channels-last elsewhere. Of several GPUs, each process that was
    /// started on this machine uses another one.
    public func resolvedCompute() throws -> ComputeConfiguration {
        let device = try Device.named(
            device,
            localRank: ProcessRank.localRank(environment: ProcessInfo.processInfo.environment))
        return ComputeConfiguration(
            device: device, precision: try resolvedPrecision(on: device),
            memoryFormat: .channelsLast,
            threads: threads > 0 ? threads : defaultThreads,
            kernels: try resolvedKernels())
    }

    /// One thread for divided batches, which use several cores through several processes: the last bits of
    /// LibTorch's sums depend on the number of threads, and must not depend on the number of processes.
    private var defaultThreads: Int {
        training.microBatches > 1 ? 1 : AvailableThreads.count
    }

    /// Requested kernels that are unavailable are refused, since they would be replaced silently.
    private func resolvedKernels() throws(FaceStudyError) -> Kernels? {
        if kernels == "auto" { return nil }
        let available = Kernels.allCases.filter { $0 <= .best }
        guard let asked = Kernels(rawValue: kernels), available.contains(asked) else {
            throw .unknownValue(
                key: "kernels", value: kernels, allowed: ["auto"] + available.map(\.rawValue))
        }
        return asked
    }

    private func resolvedPrecision(on device: Device) throws(FaceStudyError) -> ElementType {
        switch precision {
        case "auto":
            return device != .cpu || LibTorch.hasBFloat16Instructions ? .bfloat16 : .float32
        case "float32", "fp32": return .float32
        case "bfloat16", "bf16": return .bfloat16
        default:
            throw .unknownValue(
                key: "precision", value: precision, allowed: ["auto", "float32", "bfloat16"])
        }
    }
}
