// LibTorch's convolution, of images that need not be kept.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// LibTorch's convolution of images that a normalisation made, which are made again backward; see
/// `keep_operands`. Differentiable in both operands, `[n, c, h, w]` and `[out, c / groups, k, k]`.
at::Tensor recomputing_convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                                   int64_t padding, int64_t groups);

}  // namespace facet::kernels
