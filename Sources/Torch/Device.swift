import CTorch

/// The device that stores a tensor and computes with it.
public enum Device: Hashable, Sendable, CustomStringConvertible {
    case cpu
    /// A CUDA GPU by its index.
    case cuda(Int)

    /// The name PyTorch gives the device: `cpu` or `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// Whether a CUDA build of LibTorch and a GPU are present.
    public static let isCUDAAvailable = ct_load_cuda()

    /// The device of a name: `cpu`, `cuda`, `cuda:1`, or `auto` for a GPU where there is one.
    ///
    /// - Throws: ``TorchError/noDevice(_:)`` for an unknown name, and for a GPU that is absent.
    public static func named(_ name: String) throws(TorchError) -> Device {
        if name == "auto" { return isCUDAAvailable ? .cuda(0) : .cpu }
        if name == "cpu" { return .cpu }
        guard name == "cuda" || name.hasPrefix("cuda:"),
            let index = name == "cuda" ? 0 : Int(name.dropFirst("cuda:".count)),
            index >= 0, isCUDAAvailable
        else { throw .noDevice(name) }
        return .cuda(index)
    }

    /// Waits until the device has done everything it was asked to, so that a clock can be read.
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
