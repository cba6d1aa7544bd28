import CTorch

/// Selects the implementation of operations that both LibTorch and this project have: depthwise and
/// 1x1 convolutions, batch normalisations with adjacent operations, and the classification head.
///
/// This project's kernels are compiled for several instruction sets, of which the best that the
/// processor supports is used; on a GPU, its kernels are used unless ``libTorch`` is selected. They
/// sum in another order, so results differ in the last bits between implementations.
public enum Kernels: String, CaseIterable, Codable, Comparable, Sendable {
    /// LibTorch's own operations only.
    case libTorch = "libtorch"
    /// This project's kernels for any processor.
    case portable
    /// This project's kernels with AVX2 and FMA.
    case avx2
    /// This project's kernels with AVX-512.
    case avx512

    /// The kernels that the current thread uses.
    public static var current: Kernels { Kernels(ct_current_kernels()) }

    /// The best kernels that this processor supports.
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

/// Runs a closure whose operations on this thread use at most the given kernels, or lesser ones if
/// the processor lacks the instructions. A gradient is computed by the implementation that computed
/// the output, with the instruction set in use at `backward()`.
public func withKernels<Result, Failure: Error>(
    upTo limit: Kernels, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let former = Kernels.current
    ct_limit_kernels(limit.handle)
    defer { ct_limit_kernels(former.handle) }
    return try body()
}
