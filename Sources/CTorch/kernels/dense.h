// LibTorch's convolution with gradients that take another way: of images that need not be kept, and of
// many small groups.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether the gradients of these operands are those of a convolution without groups: at least eight groups of
/// two to eight channels, at most 512 channels in all, in bfloat16 and channels-last on the CPU, as in
/// MobileFaceNet's second layer. In float32 LibTorch's own are faster.
bool widens_groups(const at::Tensor &input, const at::Tensor &weight, int64_t groups);

/// LibTorch's convolution, differentiable in both operands, `[n, c, h, w]` and `[out, c / groups, k, k]`.
///
/// Images that a normalisation made are made again backward; see `keep_operands`. LibTorch's gradients of small
/// groups take ten times as long as those of one group of all channels (2.13: 128 channels in 64 groups, 56x56), whose
/// kernel is zero outside of the groups and is used here. Sums are the same except for their order: what is added is
/// zero.
at::Tensor convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                       int64_t padding, int64_t groups);

/// Whether some of a kernel's weights meet no pixel of these images, in bfloat16 on the CPU: LibTorch's gradient of
/// those is memory that nobody wrote (2.13.0), while `convolution` gives zeros.
bool has_unmet_taps(const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding);

}  // namespace facet::kernels
