import CTorch

extension Tensor {
    /// The same elements, row by row, in another shape; one length may be -1.
    public func reshaped(_ shape: [Int]) -> Tensor {
        let dims = shape.map(Int64.init)
        return .make { unsafe ct_reshape(handle, dims, dims.count, &$0) }
    }
    /// Repeats dimensions of length 1 without copying; -1 keeps a length.
    public func expanded(_ shape: [Int]) -> Tensor {
        let dims = shape.map(Int64.init)
        return .make { unsafe ct_expand(handle, dims, dims.count, &$0) }
    }
    /// The dimensions in another order.
    public func permuted(_ dims: [Int]) -> Tensor {
        let dims = dims.map(Int64.init)
        return .make { unsafe ct_permute(handle, dims, dims.count, &$0) }
    }
    /// A view with two dimensions swapped.
    public func transposed(_ first: Int, _ second: Int) -> Tensor {
        .make { unsafe ct_transpose(handle, Int64(first), Int64(second), &$0) }
    }
    /// Inserts a dimension of length 1.
    public func unsqueezed(_ dim: Int) -> Tensor {
        .make { unsafe ct_unsqueeze(handle, Int64(dim), &$0) }
    }
    /// Removes a dimension of length 1.
    public func squeezed(_ dim: Int) -> Tensor {
        .make { unsafe ct_squeeze(handle, Int64(dim), &$0) }
    }
    /// A range of one dimension, as a view.
    public func narrowed(_ dim: Int, _ range: Range<Int>) -> Tensor {
        .make {
            unsafe ct_narrow(handle, Int64(dim), Int64(range.lowerBound), Int64(range.count), &$0)
        }
    }
    /// Reverses one dimension.
    public func flipped(_ dim: Int) -> Tensor {
        .make { unsafe ct_flip(handle, Int64(dim), &$0) }
    }
    /// Concatenates tensors along a dimension.
    public static func concatenated(_ parts: [Tensor], dim: Int) -> Tensor {
        let handles = parts.map(\.handle)
        return make { unsafe ct_cat(handles, handles.count, Int64(dim), &$0) }
    }
    /// Stacks tensors of the same shape along a new dimension.
    public static func stacked(_ parts: [Tensor], dim: Int) -> Tensor {
        let handles = parts.map(\.handle)
        return make { unsafe ct_stack(handles, handles.count, Int64(dim), &$0) }
    }
}

// MARK: - Indexing

extension Tensor {
    /// Gathers elements along a dimension by an index of the result's shape.
    public func gathered(_ dim: Int, _ index: Tensor) -> Tensor {
        .make { unsafe ct_gather(handle, Int64(dim), index.handle, &$0) }
    }
    /// Selects slices of a dimension by a list of indices `[n]`.
    public func selected(_ dim: Int, _ index: Tensor) -> Tensor {
        .make { unsafe ct_index_select(handle, Int64(dim), index.handle, &$0) }
    }
    /// A copy with `source` scattered along a dimension to the positions in `index`.
    public func scattered(_ dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
        .make { unsafe ct_scatter(handle, Int64(dim), index.handle, source.handle, &$0) }
    }
    /// A copy with slices of `source` added to the slices of a dimension at the positions in
    /// `index`.
    public func addingSlices(_ dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
        .make { unsafe ct_index_add(handle, Int64(dim), index.handle, source.handle, &$0) }
    }
    /// One element of each row of a matrix: `[n, c]`, labels `[n]` -> `[n]`.
    public func picking(_ labels: Tensor) -> Tensor {
        gathered(1, labels.unsqueezed(1)).squeezed(1)
    }
}
