// The layers of a network.
#include "bridge.h"
#include "kernels/depthwise.h"

#include <atomic>

#include <ATen/autocast_mode.h>

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>

using namespace facet;

namespace {

/// Whether the kernels of this project are used, where they exist, or LibTorch's throughout.
std::atomic<bool> own_kernels{true};

}  // namespace

void ct_use_own_kernels(bool value) { own_kernels = value; }

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
    if (own_kernels && kernels::supports_depthwise(input, taps, padding, groups)) {
      if (at::autocast::is_autocast_enabled(at::kCPU)) {
        input = input.to(at::kBFloat16);
        taps = taps.to(at::kBFloat16);
      }
      return kernels::depthwise_convolution(input, taps.to(input.scalar_type()), stride);
    }
    return at::conv2d(input, taps, std::nullopt, {stride, stride}, {padding, padding}, {1, 1},
                      groups);
  });
}

ct_status ct_batch_norm(ct_tensor self, ct_tensor weight, ct_tensor bias, ct_tensor running_mean,
                        ct_tensor running_var, bool training, double momentum, double epsilon,
                        ct_tensor *out) {
  return producing(out, [&] {
    return at::batch_norm(tensor(self), tensor(weight), tensor(bias), tensor(running_mean),
                          tensor(running_var), training, momentum, epsilon,
                          /*cudnn_enabled=*/true);
  });
}

ct_status ct_max_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                        ct_tensor *out) {
  return producing(out, [&] {
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
