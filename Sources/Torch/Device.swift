import CTorch

/// A device that stores tensors and computes with them.
public enum Device: Hashable, Sendable, CustomStringConvertible {
    case cpu
    /// A CUDA GPU by its index.
    case cuda(Int)

    /// PyTorch's name of the device, such as `cpu` or `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// Number of GPUs; 0 without a CUDA build of LibTorch.
    public static let cudaCount = Int(ct_cuda_count())

    /// Whether a CUDA build of LibTorch and a GPU are present.
    public static var isCUDAAvailable: Bool { cudaCount > 0 }

    /// The device of a name: `cpu`, `cuda`, `cuda:1`, or `auto` for a GPU if there is one,
    /// otherwise the CPU.
    ///
    /// - Parameter localRank: This process's rank among those of its machine, which share out its GPUs: one that is
    ///   not named by its index is that of this rank, and begins anew behind the last.
    /// - Throws: ``TorchError/noDevice(_:)`` for an unknown name or an unavailable GPU.
    public static func named(_ name: String, localRank: Int = 0) throws(TorchError) -> Device {
        try named(name, localRank: localRank, of: cudaCount)
    }

    static func named(
        _ name: String, localRank: Int, of count: Int
    ) throws(TorchError) -> Device {
        switch name {
        case "cpu": return .cpu
        case "auto" where count == 0: return .cpu
        case "auto", "cuda":
            guard count > 0, localRank >= 0 else { throw .noDevice(name) }
            return .cuda(localRank % count)
        default:
            guard name.hasPrefix("cuda:"), let index = Int(name.dropFirst("cuda:".count)),
                (0..<count).contains(index)
            else { throw .noDevice(name) }
            return .cuda(index)
        }
    }

    /// Waits until the device has finished all pending work, e.g. before reading a clock.
    public func synchronize() {
        if case .cuda(let index) = self {
            expectSuccess(ct_cuda_synchronize(Int32(index)), "synchronize()")
        }
    }

    var handle: ct_device {
        switch self {
        case .cpu: ct_device(cuda: false, index: 0)
        case .cuda(let index): ct_device(cuda: true, index: Int32(index))
        }
    }

    init(_ handle: ct_device) {
        self = handle.cuda ? .cuda(Int(handle.index)) : .cpu
    }
}
