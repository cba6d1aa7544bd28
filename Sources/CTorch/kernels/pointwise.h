// 1x1 convolutions as matrix products.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether `pointwise_convolution` is faster than LibTorch's convolution for these operands: a dense
/// 1x1 window with a small output, of channels-last bfloat16 images on the CPU.
///
/// With few positions to an image oneDNN's convolutions run backward at 55 to 85 percent of the speed
/// of its matrix products (Zen 4: 512 and 2048 channels on 4x4, batch 32), and those with a stride
/// at 30 to 80 percent. With many positions, and in float32, they are as fast or faster.
bool supports_pointwise(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                        int64_t padding, int64_t groups);

/// The convolution, differentiable in both operands, `[n, c, h, w]` and `[out, c, 1, 1]`.
at::Tensor pointwise_convolution(const at::Tensor &input, const at::Tensor &weight,
                                 int64_t stride);

}  // namespace facet::kernels
