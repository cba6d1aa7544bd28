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

    /// Whether a CUDA build of LibTorch and a GPU are present.
    public static let isCUDAAvailable = ct_load_cuda()

    /// The device of a name: `cpu`, `cuda`, `cuda:1`, or `auto` for a GPU if there is one,
    /// otherwise the CPU.
    ///
    /// - Throws: ``TorchError/noDevice(_:)`` for an unknown name or an unavailable GPU.
    public static func named(_ name: String) throws(TorchError) -> Device {
        if name == "auto" { return isCUDAAvailable ? .cuda(0) : .cpu }
        if name == "cpu" { return .cpu }
        guard name == "cuda" || name.hasPrefix("cuda:"),
            let index = name == "cuda" ? 0 : Int(name.dropFirst("cuda:".count)),
            index >= 0, isCUDAAvailable
        else { throw .noDevice(name) }
        return .cuda(index)
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
