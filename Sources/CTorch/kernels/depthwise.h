// Depthwise 3x3 convolutions whose gradients run at the speed of their forward pass.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether `depthwise_convolution` is faster than LibTorch's convolution for these operands: a 3x3
/// window with one channel a group, padded by one, channels-last on the CPU, in float32 with a stride
/// of 1 or in bfloat16 with one of 1 or 2. LibTorch is as fast in float32 with a stride of 2.
bool supports_depthwise(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                        int64_t padding, int64_t groups);

/// The convolution, differentiable in both operands, `[n, c, h, w]` and `[c, 1, 3, 3]`.
///
/// The forward pass is LibTorch's, which is good. Its gradients are two passes and partly channel by
/// channel; here one pass over input and output computes both for 16 channels at once. Sums are in
/// float32 over a few images and in float64 over these. The same shape gives bit for bit the same, whatever
/// the number of threads.
at::Tensor depthwise_convolution(const at::Tensor &input, const at::Tensor &weight,
                                 int64_t stride);

}  // namespace facet::kernels
