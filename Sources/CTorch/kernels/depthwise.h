// Depthwise 3x3 convolutions whose gradients run at the speed of their forward pass.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// Whether `depthwise_convolution` computes these operands itself: a 3x3 window with one channel a
/// group, padded by one, in float32 or bfloat16 on the CPU.
bool supports_depthwise(const at::Tensor &input, const at::Tensor &weight, int64_t padding,
                        int64_t groups);

/// The convolution, differentiable in both operands.
///
/// The forward pass is LibTorch's, which is good. Its gradients are not: it computes them channel by
/// channel, where these kernels compute 16 channels at once in channels-last order. Sums are in
/// float32. The weight's gradient is summed by each thread over its share of the images and then
/// over the threads in order, so the same number of threads gives the same bits.
at::Tensor depthwise_convolution(const at::Tensor &input, const at::Tensor &weight,
                                 int64_t stride);

/// The gradient with respect to the input, channels-last.
at::Tensor depthwise_input_gradient(const at::Tensor &gradient, const at::Tensor &weight,
                                    at::IntArrayRef input_size, int64_t stride);

/// The gradient with respect to the weight, `[channels, 1, 3, 3]`.
at::Tensor depthwise_weight_gradient(const at::Tensor &gradient, const at::Tensor &input,
                                     int64_t stride);

}  // namespace facet::kernels
