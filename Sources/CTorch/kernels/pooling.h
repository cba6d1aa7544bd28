// The maxima of windows in training.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether `max_pool` computes these operands itself: channels-last `[n, c, h, w]` in float32 or bfloat16 on the CPU
/// that are differentiated, in square windows of at most 16 x 16.
bool supports_max_pool(const at::Tensor &input, int64_t kernel, int64_t stride, int64_t padding);

/// The largest value of each window; NaN if it holds one. Differentiable in `input`.
///
/// LibTorch keeps the input and an int64 for each maximum; here a byte for each is kept, its place in the window.
/// Gradients of maxima of several windows are added in float32.
at::Tensor max_pool(const at::Tensor &input, int64_t kernel, int64_t stride, int64_t padding);

}  // namespace facet::kernels
