// The layers of a network.
#include "bridge.h"
#include "cuda/normalization.h"
#include "kernels/dense.h"
#include "kernels/depthwise.h"
#include "dispatch.h"
#include "kernels/folding.h"
#include "kernels/normalization.h"
#include "kernels/operands.h"
#include "kernels/pointwise.h"
#include "kernels/pooling.h"
#include "kernels/prelu.h"
#include "kernels/window.h"

#include <ATen/autocast_mode.h>

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>

using namespace facet;

namespace {

/// As `kernels::normalization` does it, by LibTorch.
at::Tensor normalize(ct_tensor self, const ct_batch_norm_parts &parts,
                     const std::optional<at::Tensor> &residual, bool training) {
  auto value = at::batch_norm(tensor(self), tensor(parts.weight), tensor(parts.bias),
                              tensor(parts.running_mean), tensor(parts.running_var), training,
                              parts.momentum, parts.epsilon, /*cudnn_enabled=*/true);
  // In place: a normalisation's gradient does not need its output.
  if (residual) value.add_(*residual);
  return parts.rectify ? value.relu_() : value;
}

/// Embeddings `[n, c]` as images of one position, so that the same kernel normalises them: LibTorch adds
/// up a part a thread, and one thread and two would differ in the last bits.
at::Tensor as_images(const at::Tensor &values) {
  return values.dim() == 2 && values.is_cpu() ? values.unsqueeze(2).unsqueeze(3) : values;
}

/// Normalises and adds, in training by this project's kernels where they are for these operands.
at::Tensor normalized(ct_tensor self, const ct_batch_norm_parts &parts, bool training) {
  auto residual = optional(parts.residual);
  const auto &weight = tensor(parts.weight);
  if (!training || !uses_own_kernels()) return normalize(self, parts, residual, training);
  auto images = as_images(tensor(self));
  kernels::NormalizationOptions options{parts.rectify, parts.momentum, parts.epsilon};
  if (!residual && images.dim() != tensor(self).dim() &&
      kernels::supports_normalization(images, weight, residual))
    return kernels::normalization(images, weight, tensor(parts.bias), tensor(parts.running_mean),
                                  tensor(parts.running_var), residual, options)
        .flatten(1);
  if (cuda::supports_normalization(tensor(self), weight, residual))
    return cuda::normalization(tensor(self), weight, tensor(parts.bias), tensor(parts.running_mean),
                               tensor(parts.running_var), residual, options);
  if (!kernels::supports_normalization(tensor(self), weight, residual))
    return normalize(self, parts, residual, training);
  return kernels::normalization(tensor(self), weight, tensor(parts.bias), tensor(parts.running_mean),
                                tensor(parts.running_var), residual, options);
}

}  // namespace

ct_status ct_linear(ct_tensor self, ct_tensor weight, ct_tensor bias, ct_tensor *out) {
  return producing(out, [&] {
    return bias.impl == nullptr ? at::linear(tensor(self), tensor(weight))
                                : at::linear(tensor(self), tensor(weight), tensor(bias));
  });
}

ct_status ct_conv2d(ct_tensor self, ct_tensor weight, int64_t stride, int64_t padding,
                    int64_t groups, ct_tensor *out) {
  return producing(out, [&] {
    auto input = tensor(self), taps = tensor(weight);
    if (uses_own_kernels() && input.is_cpu()) {
      if (at::autocast::is_autocast_enabled(at::kCPU)) {
        auto type = at::autocast::get_autocast_dtype(at::kCPU);
        input = input.to(type);
        taps = taps.to(type);
      }
      if (kernels::supports_depthwise(input, taps, stride, padding, groups))
        return kernels::depthwise_convolution(input, taps, stride);
      if (kernels::supports_pointwise(input, taps, stride, padding, groups))
        return kernels::pointwise_convolution(input, taps, stride);
      if (kernels::supports_window(input, taps, stride, padding, groups))
        return kernels::window_convolution(input, taps, stride);
      if (kernels::is_recomputed(input) || kernels::widens_groups(input, taps, groups) ||
          kernels::has_unmet_taps(input, taps, stride, padding))
        return kernels::convolution(input, taps, stride, padding, groups);
    }
    return at::conv2d(input, taps, std::nullopt, {stride, stride}, {padding, padding}, {1, 1},
                      groups);
  });
}

ct_status ct_batch_norm(ct_tensor self, ct_batch_norm_parts parts, bool training, ct_tensor *out) {
  return producing(out, [&] {
    auto slopes = optional(parts.slopes);
    if (!slopes) return normalized(self, parts, training);
    if (training && uses_own_kernels() && !optional(parts.residual) &&
        kernels::supports_prelu_normalization(tensor(self), tensor(parts.weight), *slopes))
      return kernels::prelu_normalization(
          tensor(self), tensor(parts.weight), tensor(parts.bias), tensor(parts.running_mean),
          tensor(parts.running_var), *slopes, parts.momentum, parts.epsilon);
    return kernels::prelu(normalized(self, parts, training), *slopes);
  });
}

ct_status ct_folding_new(ct_folding *out) {
  return guarded([&] { out->impl = new kernels::Folding; });
}

void ct_folding_free(ct_folding self) { delete static_cast<kernels::Folding *>(self.impl); }

void ct_folding_forget(ct_folding self) { static_cast<kernels::Folding *>(self.impl)->forget(); }

ct_status ct_normalized_conv2d(ct_tensor self, ct_conv2d_parts convolution,
                               ct_batch_norm_parts parts, ct_folding folding, ct_tensor *out) {
  return producing(out, [&] {
    const auto &input = tensor(self);
    auto device = input.device().type();
    bool is_autocast = at::autocast::is_autocast_enabled(device);
    auto type = is_autocast ? at::autocast::get_autocast_dtype(device) : input.scalar_type();
    c10::AutoGradMode off(false);
    auto images = static_cast<kernels::Folding *>(folding.impl)->convolution(
        input,
        {tensor(convolution.weight), convolution.stride, convolution.padding, convolution.groups},
        {tensor(parts.weight), tensor(parts.bias), tensor(parts.running_mean),
         tensor(parts.running_var), parts.epsilon},
        optional(parts.residual), parts.rectify, type);
    if (auto slopes = optional(parts.slopes)) kernels::apply_prelu(images, *slopes);
    return images;
  });
}

ct_status ct_max_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                        ct_tensor *out) {
  return producing(out, [&] {
    if (uses_own_kernels() && kernels::supports_max_pool(tensor(self), kernel, stride, padding))
      return kernels::max_pool(tensor(self), kernel, stride, padding);
    return at::max_pool2d(tensor(self), {kernel, kernel}, {stride, stride}, {padding, padding});
  });
}

ct_status ct_global_average_pool(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return at::mean(tensor(self), {2, 3}); });
}

ct_status ct_cross_entropy(ct_tensor logits, ct_tensor labels, double label_smoothing,
                           ct_tensor *out) {
  return producing(out, [&] {
    return at::cross_entropy_loss(tensor(logits), tensor(labels), std::nullopt,
                                  at::Reduction::Mean, -100, label_smoothing);
  });
}
