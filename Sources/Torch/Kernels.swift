import CTorch

/// Which implementation computes what both LibTorch and this project can: depthwise and 1x1
/// convolutions, batch normalisations with what is around them, and the classification head.
///
/// This project's are compiled for several sets of instructions, and the best that the processor has
/// is used; on a GPU, unless it is ``libTorch``, those that are compiled for it. They sum in an order
/// of their own, so last bits differ between the implementations.
public enum Kernels: String, CaseIterable, Codable, Comparable, Sendable {
    /// LibTorch's own operations only.
    case libTorch = "libtorch"
    /// This project's, for every processor.
    case portable
    /// This project's, with AVX2 and FMA.
    case avx2
    /// This project's, with AVX-512.
    case avx512

    /// The kernels that this thread uses.
    public static var current: Kernels { Kernels(ct_current_kernels()) }

    /// The best that this processor has the instructions for.
    public static var best: Kernels { Kernels(ct_best_kernels()) }

    /// Orders instruction sets from slower to faster.
    public static func < (one: Kernels, other: Kernels) -> Bool {
        one.handle.rawValue < other.handle.rawValue
    }

    private init(_ kernels: ct_kernels) {
        self =
            switch kernels {
            case CT_KERNELS_PORTABLE: .portable
            case CT_KERNELS_AVX2: .avx2
            case CT_KERNELS_AVX512: .avx512
            default: .libTorch
            }
    }

    fileprivate var handle: ct_kernels {
        switch self {
        case .libTorch: CT_KERNELS_LIBTORCH
        case .portable: CT_KERNELS_PORTABLE
        case .avx2: CT_KERNELS_AVX2
        case .avx512: CT_KERNELS_AVX512
        }
    }
}

/// Runs a body whose operations on this thread use at most the given kernels, or lesser ones where
/// the processor lacks the instructions. A gradient is computed by those in use at `backward()`,
/// by the implementation that made the output.
public func withKernels<Result, Failure: Error>(
    upTo limit: Kernels, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let former = Kernels.current
    ct_limit_kernels(limit.handle)
    defer { ct_limit_kernels(former.handle) }
    return try body()
}
