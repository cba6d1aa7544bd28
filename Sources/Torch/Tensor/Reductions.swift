import CTorch

extension Tensor {
    private typealias Reduction = (
        ct_tensor, UnsafePointer<Int64>?, Int, Bool, UnsafeMutablePointer<ct_tensor>?
    ) -> ct_status

    private func reduce(
        _ operation: StaticString, _ reduction: Reduction, _ dims: [Int], _ keep: Bool
    ) -> Tensor {
        let dims = dims.map(Int64.init)
        return .make(operation) { unsafe reduction(handle, dims, dims.count, keep, &$0) }
    }

    /// Sum over the given dimensions, or over all.
    ///
    /// - Parameter keep: Whether reduced dimensions are kept with length 1.
    public func sum(_ dims: Int..., keep: Bool = false) -> Tensor {
        unsafe reduce("sum", ct_sum, dims, keep)
    }
    /// Mean over the given dimensions, or over all.
    public func mean(_ dims: Int..., keep: Bool = false) -> Tensor {
        unsafe reduce("mean", ct_mean, dims, keep)
    }
    /// Largest element over the given dimensions, or over all; ties share the gradient.
    public func max(_ dims: Int..., keep: Bool = false) -> Tensor {
        unsafe reduce("max", ct_amax, dims, keep)
    }
    /// Smallest element over the given dimensions, or over all; ties share the gradient.
    public func min(_ dims: Int..., keep: Bool = false) -> Tensor {
        unsafe reduce("min", ct_amin, dims, keep)
    }
    /// Logarithm of the sum of exponentials over the given dimensions, or over all.
    public func logSumExp(_ dims: Int..., keep: Bool = false) -> Tensor {
        unsafe reduce("logSumExp", ct_logsumexp, dims, keep)
    }
    /// L2 norm over the given dimensions, or over all; its gradient at 0 is 0.
    public func norm(_ dims: Int..., keep: Bool = false) -> Tensor {
        unsafe reduce("norm", ct_norm, dims, keep)
    }

    /// Index of the largest element along a dimension.
    public func argmax(_ dim: Int) -> Tensor {
        .make { unsafe ct_argmax(handle, Int64(dim), &$0) }
    }
    /// Whether all elements are true.
    public func all() -> Bool {
        Tensor.make { unsafe ct_all(handle, &$0) }.item() != 0
    }
    /// Cumulative sum along a dimension.
    public func cumulativeSum(_ dim: Int) -> Tensor {
        .make { unsafe ct_cumsum(handle, Int64(dim), &$0) }
    }
    /// Softmax along a dimension.
    public func softmax(_ dim: Int) -> Tensor {
        .make { unsafe ct_softmax(handle, Int64(dim), &$0) }
    }
    /// Logarithms of ``softmax(_:)``, without overflow.
    public func logSoftmax(_ dim: Int) -> Tensor {
        .make { unsafe ct_log_softmax(handle, Int64(dim), &$0) }
    }
    /// Mean cross-entropy of logits `[n, c]` with labels `[n]` (`int64`, 0..<c).
    public func crossEntropy(labels: Tensor, labelSmoothing: Double = 0) -> Tensor {
        .make { unsafe ct_cross_entropy(handle, labels.handle, labelSmoothing, &$0) }
    }
    /// The `count` largest (or smallest) elements along a dimension, in order, and their indices.
    public func top(
        _ count: Int, dim: Int, largest: Bool = true
    ) -> (values: Tensor, indices: Tensor) {
        var values = ct_tensor()
        var indices = ct_tensor()
        let status = unsafe ct_topk(handle, Int64(count), Int64(dim), largest, &values, &indices)
        expectSuccess(status, "top(_:dim:)")
        return (Tensor(owning: values), Tensor(owning: indices))
    }

    /// Divides each row `[..., d]` by its L2 norm, or by `epsilon` if the norm is smaller.
    ///
    /// A row of zeros stays zero and gets no gradient. Rows are divided by their largest element
    /// before squaring, so components up to the type's largest number do not overflow.
    public func l2Normalized(epsilon: Double = 1e-12) -> Tensor {
        let largest = abs().max(-1, keep: true).detached()
        let scaled = self / largest.clamped(from: epsilon)
        let direction = scaled / scaled.norm(-1, keep: true).clamped(from: epsilon)
        // Without this, the gradient of a zero row would be multiplied by epsilon to the power of
        // -2.
        return direction.replacing(with: 0, where: largest .== 0)
    }
}
