// Rectifiers whose slope below zero is a number of the channel (PReLU).
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Negative values times their channel's slope, `[c]`; channels are the second dimension.
/// Differentiable in both.
at::Tensor prelu(const at::Tensor &input, const at::Tensor &slopes);

/// The same in place, and not differentiable. Channels-last `[n, c, h, w]` in float32 or bfloat16 on the
/// CPU are multiplied by slopes of float32, which LibTorch rounds to the images' type first.
void apply_prelu(at::Tensor &images, const at::Tensor &slopes);

}  // namespace facet::kernels
