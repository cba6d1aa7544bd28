// Differentiation, and the optimiser's step.
#include "bridge.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

using namespace facet;

namespace {

std::vector<at::Tensor> gradients(const ct_tensor *parameters, size_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    result.push_back(tensor(parameters[i]).grad());
    TORCH_CHECK(result.back().defined(), "parameter ", i, " has no gradient");
  }
  return result;
}

}  // namespace

ct_status ct_set_requires_grad(ct_tensor self, bool value) {
  return guarded([&] { tensor(self).requires_grad_(value); });
}

ct_status ct_requires_grad(ct_tensor self, bool *out) {
  return guarded([&] { *out = tensor(self).requires_grad(); });
}

ct_status ct_backward(ct_tensor self) {
  return guarded([&] { tensor(self).backward(); });
}

ct_status ct_grad(ct_tensor self, ct_tensor *out) {
  return guarded([&] {
    const auto &gradient = tensor(self).grad();
    *out = gradient.defined() ? handle(gradient) : ct_tensor{nullptr};
  });
}

ct_status ct_set_grad(ct_tensor self, ct_tensor gradient) {
  return guarded([&] { tensor(self).mutable_grad() = tensor(gradient); });
}

ct_status ct_clear_grad(ct_tensor self) {
  return guarded([&] { tensor(self).mutable_grad().reset(); });
}

bool ct_is_grad_enabled(void) { return c10::GradMode::is_enabled(); }

ct_status ct_set_grad_enabled(bool value, bool *former) {
  return guarded([&] {
    *former = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(value);
  });
}

ct_status ct_set_autocast(bool cuda, bool value, bool *former) {
  return guarded([&] {
    auto type = cuda ? at::kCUDA : at::kCPU;
    *former = at::autocast::is_autocast_enabled(type);
    at::autocast::set_autocast_enabled(type, value);
    at::autocast::set_autocast_dtype(type, at::kBFloat16);
    at::autocast::set_autocast_cache_enabled(true);
  });
}

ct_status ct_clear_autocast_cache(void) {
  return guarded([] { at::autocast::clear_cache(); });
}

ct_status ct_sgd_step(const ct_tensor *parameters, const ct_tensor *velocities, size_t count,
                      double learning_rate, double momentum, double weight_decay, bool nesterov,
                      bool first_step) {
  return guarded([&] {
    if (count == 0) return;
    c10::AutoGradMode off(false);
    auto values = tensors(parameters, count);
    auto slopes = gradients(parameters, count);
    auto buffers = momentum == 0 ? std::vector<at::Tensor>{} : tensors(velocities, count);
    at::_fused_sgd_(values, slopes, buffers, weight_decay, momentum, learning_rate,
                    /*dampening=*/0, nesterov, /*maximize=*/false, first_step);
  });
}

ct_status ct_gradient_norm(const ct_tensor *parameters, size_t count, double *out) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    *out = count == 0 ? 0
                      : at::stack(at::_foreach_norm(gradients(parameters, count), 2))
                            .norm()
                            .item()
                            .toDouble();
  });
}

ct_status ct_scale_gradients(const ct_tensor *parameters, size_t count, double factor) {
  return guarded([&] {
    if (count == 0) return;
    c10::AutoGradMode off(false);
    auto slopes = gradients(parameters, count);
    at::_foreach_mul_(slopes, factor);
  });
}
