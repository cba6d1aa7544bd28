import CTorch

extension Tensor {
    /// Two-dimensional convolution with a rectangular window: `[n, c, h, w]`, weight
    /// `[out, c / groups, height, width]`, bias `[out]`.
    public func convolved(
        weight: Tensor, bias: Tensor?, stride: Int, padding: (height: Int, width: Int),
        groups: Int = 1
    ) -> Tensor {
        .make {
            unsafe ct_rectangular_conv2d(
                handle, weight.handle, bias?.handle ?? ct_tensor(), Int64(stride),
                Int64(padding.height), Int64(padding.width), Int64(groups), &$0)
        }
    }
    /// Largest element of each window; the last windows extend over the edge if rows or columns
    /// would be left over (PyTorch's `ceil_mode`).
    public func maxPooledOverEdges(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
        .make {
            unsafe ct_ceil_max_pool2d(handle, Int64(kernel), Int64(stride), Int64(padding), &$0)
        }
    }
    /// Mean of each window, including the zeros around the image.
    public func averagePooled(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
        .make {
            unsafe ct_average_pool2d(handle, Int64(kernel), Int64(stride), Int64(padding), &$0)
        }
    }
    /// Adaptive average pooling: means of `height` x `width` windows that cover the image:
    /// `[n, c, h, w]` -> `[n, c, height, width]`.
    public func averagePooled(toHeight height: Int, width: Int) -> Tensor {
        .make { unsafe ct_adaptive_average_pool2d(handle, Int64(height), Int64(width), &$0) }
    }
    /// The windows as columns (im2col), row by row of the image:
    /// `[n, c, h, w]` -> `[n, c * kernel * kernel, windows]`.
    public func unfolded(kernel: Int, stride: Int = 1, padding: Int = 0) -> Tensor {
        .make { unsafe ct_unfold(handle, Int64(kernel), Int64(stride), Int64(padding), &$0) }
    }
    /// Pads dimensions with zeros at the end up to `shape`, whose lengths must be at least those of
    /// this tensor.
    public func padded(to shape: [Int]) -> Tensor {
        let counts = Array(zip(shape, self.shape).map { Int64($0 - $1) }.reversed())
        guard counts.contains(where: { $0 != 0 }) else { return self }
        return .make { unsafe ct_pad_end(handle, counts, counts.count, &$0) }
    }
}
