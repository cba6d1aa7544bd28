// Weight gradients of dense 3x3 convolutions as matrix products.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether `window_convolution` is faster than LibTorch's convolution for these operands: a dense 3x3
/// window, padded by 1, with a small output, of channels-last bfloat16 images on the CPU.
///
/// oneDNN computes the weight's gradient at a quarter to four fifths of the speed of its matrix
/// products where an output has few positions (Zen 4, batch 32: 512 channels from 7x7 to 4x4 in 38 ms,
/// here 15; on 4x4 in 19 ms, here 15; 256 channels from 14x14 to 7x7 in 16 ms, here 12). With 7x7
/// positions and a stride of 1, and with more positions, it is as fast or faster.
bool supports_window(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                     int64_t padding, int64_t groups);

/// The convolution, differentiable in both operands, `[n, c, h, w]` and `[out, c, 3, 3]`.
at::Tensor window_convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride);

}  // namespace facet::kernels
