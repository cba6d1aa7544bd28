import CTorch

extension Tensor {
    /// Two-dimensional convolution without bias: `[n, c, h, w]`, weight `[out, c / groups, k, k]`.
    public func convolved(
        weight: Tensor, stride: Int = 1, padding: Int = 0, groups: Int = 1
    ) -> Tensor {
        .make {
            unsafe ct_conv2d(
                handle, weight.handle, Int64(stride), Int64(padding), Int64(groups), &$0)
        }
    }
    /// Largest element of each window.
    public func maxPooled(kernel: Int, stride: Int, padding: Int) -> Tensor {
        .make {
            unsafe ct_max_pool2d(handle, Int64(kernel), Int64(stride), Int64(padding), &$0)
        }
    }
    /// Mean over height and width: `[n, c, h, w]` -> `[n, c]`.
    public func globalAveragePooled() -> Tensor {
        .make { unsafe ct_global_average_pool(handle, &$0) }
    }
}
