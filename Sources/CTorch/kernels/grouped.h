// Convolutions of many small groups whose gradients take the way of a convolution without groups.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether `grouped_convolution` is faster than LibTorch's convolution for these operands: at least eight
/// groups of two to eight channels, at most 512 channels in all, in bfloat16 and channels-last on the CPU, as
/// in MobileFaceNet's second layer. In float32 LibTorch is faster.
bool supports_grouped(const at::Tensor &input, const at::Tensor &weight, int64_t groups);

/// The convolution, differentiable in both operands, `[n, c, h, w]` and `[d, c / groups, k, k]`.
///
/// The forward pass is LibTorch's. Its gradients of small groups take ten times as long as those of one group of
/// all channels (2.13: 128 channels in 64 groups, 56x56), whose kernel is zero outside of the groups. Sums are
/// the same but for their order: what is added is zero.
at::Tensor grouped_convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                               int64_t padding, int64_t groups);

}  // namespace facet::kernels
