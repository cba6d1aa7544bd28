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

    // MARK: Activations

    /// ReLU clamped at 6.
    public func relu6() -> Tensor { .make { unsafe ct_relu6(handle, &$0) } }
    /// `x` times the cumulative normal distribution function of `x` (Hendrycks and Gimpel, "Gaussian
    /// Error Linear Units", 2016).
    public func gelu() -> Tensor { .make { unsafe ct_gelu(handle, &$0) } }
    /// `x relu6(x + 3) / 6` (Howard et al., "Searching for MobileNetV3", 2019, section 5.2).
    public func hardSwish() -> Tensor { .make { unsafe ct_hardswish(handle, &$0) } }
    /// `relu6(x + 3) / 6`.
    public func hardSigmoid() -> Tensor { .make { unsafe ct_hardsigmoid(handle, &$0) } }
    /// Multiplies negative elements by the weight `[c]` of their channel, the second dimension.
    public func prelu(weight: Tensor) -> Tensor {
        .make { unsafe ct_prelu(handle, weight.handle, &$0) }
    }

    // MARK: Transformers

    /// Layer normalisation over the last dimension, with scale and shift `[d]`.
    public func layerNormalized(weight: Tensor, bias: Tensor, epsilon: Double) -> Tensor {
        .make { unsafe ct_layer_norm(handle, weight.handle, bias.handle, epsilon, &$0) }
    }
    /// Scaled dot-product attention (Vaswani et al., "Attention Is All You Need", 2017, equation 1)
    /// of queries `[n, heads, tokens, d]` with keys and values of that shape.
    public func attention(keys: Tensor, values: Tensor) -> Tensor {
        .make { unsafe ct_attention(handle, keys.handle, values.handle, &$0) }
    }
}
