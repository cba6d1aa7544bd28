// Differentiation, and the optimiser's step.
#include "bridge.h"
#include "elements.h"
#include "head/descent.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace facet;

namespace {

/// Keeps autocast from what it is not for as long as it lives: gradients are computed in the types
/// that values had, wherever they are requested.
struct InOwnPrecision {
  c10::impl::ExcludeDispatchKeyGuard guard{c10::autocast_dispatch_keyset};
};

const at::Tensor &gradient(ct_tensor parameter, size_t index) {
  const auto &result = tensor(parameter).grad();
  TORCH_CHECK(result.defined(), "parameter ", index, " has no gradient");
  return result;
}

/// A gradient whose elements are laid out in memory as the parameter's are, as the fused step requires them; one
/// that was not accumulated may have another layout.
at::Tensor as_parameter_lies(const at::Tensor &grads, const at::Tensor &parameter) {
  if (grads.strides() == parameter.strides()) return grads;
  bool lies_alike = true;
  for (int64_t d = 0; d < grads.dim(); ++d)
    lies_alike &= grads.size(d) == 1 || grads.stride(d) == parameter.stride(d);
  // A stride over a single element means nothing, but is compared all the same.
  if (lies_alike) return grads.as_strided(parameter.sizes(), parameter.strides());
  return at::empty_like(parameter).copy_(grads);
}

bool is_ascending(const at::Tensor &indices) {
  if (!indices.is_cpu() || !indices.is_contiguous()) return false;
  auto values = elements<int64_t>(indices);
  for (int64_t i = 1; i < indices.numel(); ++i)
    if (values[i - 1] >= values[i]) return false;
  return true;
}

/// Adds up what a sparse gradient has more than once for a row, so that its values can be used as
/// they are. Accumulated gradients have.
void coalesce_rows(const at::Tensor &parameter) {
  auto &grads = parameter.mutable_grad();
  if (grads.is_sparse() && !grads.is_coalesced() && !is_ascending(grads._indices()[0]))
    grads = grads.coalesce();
}

/// The values of the gradients: of sparse ones, those of the rows that they have.
std::vector<at::Tensor> gradient_values(const ct_tensor *parameters, size_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if (gradient(parameters[i], i).is_sparse()) coalesce_rows(tensor(parameters[i]));
    const auto &grads = gradient(parameters[i], i);
    result.push_back(grads.is_sparse() ? grads._values() : grads);
  }
  return result;
}

/// L2 norm of all gradients together; there is at least one.
at::Tensor norm_of_gradients(const ct_tensor *parameters, size_t count) {
  return at::stack(at::_foreach_norm(gradient_values(parameters, count), 2)).norm();
}

}  // namespace

ct_status ct_replace_data(ct_tensor self, ct_tensor source) {
  return guarded([&] {
    tensor(self).mutable_grad().reset();
    tensor(self).set_data(tensor(source).detach());
  });
}

ct_status ct_set_requires_grad(ct_tensor self, bool value) {
  return guarded([&] { tensor(self).requires_grad_(value); });
}

ct_status ct_requires_grad(ct_tensor self, bool *out) {
  return guarded([&] { *out = tensor(self).requires_grad(); });
}

ct_status ct_backward(ct_tensor self) {
  return guarded([&] {
    InOwnPrecision precision;
    tensor(self).backward();
  });
}

ct_status ct_derivatives(ct_tensor self, ct_tensor grads, const ct_tensor *inputs, size_t count,
                         ct_tensor *out) {
  return guarded([&] {
    auto found = torch::autograd::grad({tensor(self)}, tensors(inputs, count), {tensor(grads)});
    for (size_t i = 0; i < count; ++i) out[i] = handle(std::move(found[i]));
  });
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

ct_status ct_to_dense(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] {
    const auto &value = tensor(self);
    return value.is_sparse() ? value.to_dense() : value;
  });
}

ct_status ct_sgd_step(const ct_tensor *parameters, const ct_tensor *momentum_buffers, size_t count,
                      double learning_rate, double momentum, double weight_decay, bool nesterov,
                      bool first_step, ct_gradient_guard guard) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    auto grads = gradient_values(parameters, count);
    std::vector<at::Tensor> values, dense_grads, buffers;
    auto divisor = optional(guard.divisor), skips = optional(guard.skips);
    for (size_t i = 0; i < count; ++i) {
      const auto &own = gradient(parameters[i], i);
      if (own.is_sparse()) {
        head::sparse_sgd(tensor(parameters[i]),
                           momentum == 0 ? at::Tensor() : tensor(momentum_buffers[i]),
                           own._indices()[0], grads[i],
                           {learning_rate, momentum, weight_decay, nesterov, divisor, skips});
        continue;
      }
      values.push_back(tensor(parameters[i]));
      dense_grads.push_back(as_parameter_lies(grads[i], values.back()));
      if (momentum != 0) buffers.push_back(tensor(momentum_buffers[i]));
    }
    if (values.empty()) return;
    at::_fused_sgd_(values, dense_grads, buffers, weight_decay, momentum, learning_rate,
                    /*dampening=*/0, nesterov, /*maximize=*/false, first_step, divisor, skips);
  });
}

ct_status ct_adamw_step(const ct_tensor *parameters, const ct_tensor *first_moments,
                        const ct_tensor *second_moments, const ct_tensor *steps, size_t count,
                        double learning_rate, double beta1, double beta2, double weight_decay,
                        double epsilon, ct_gradient_guard guard) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    auto grads = gradient_values(parameters, count);
    std::vector<at::Tensor> values, dense_grads, firsts, seconds, counts;
    for (size_t i = 0; i < count; ++i) {
      values.push_back(tensor(parameters[i]));
      dense_grads.push_back(as_parameter_lies(grads[i], values.back()));
      firsts.push_back(tensor(first_moments[i]));
      seconds.push_back(tensor(second_moments[i]));
      counts.push_back(tensor(steps[i]));
    }
    if (values.empty()) return;
    auto divisor = optional(guard.divisor), skips = optional(guard.skips);
    at::_foreach_add_(counts, 1);
    at::_fused_adamw_(values, dense_grads, firsts, seconds, {}, counts, learning_rate, beta1, beta2,
                      weight_decay, epsilon, /*amsgrad=*/false, /*maximize=*/false, divisor, skips);
    // A step that is not taken is ignored.
    if (skips)
      for (auto &steps_taken : counts) steps_taken.sub_(*skips);
  });
}

ct_status ct_move_averages(const ct_tensor *averages, const ct_tensor *values, size_t count,
                           double weight) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    std::vector<at::Tensor> moved, towards;
    for (size_t i = 0; i < count; ++i) {
      moved.push_back(tensor(averages[i]));
      towards.push_back(tensor(values[i]));
    }
    if (!moved.empty()) at::_foreach_lerp_(moved, towards, weight);
  });
}

ct_status ct_set_rows_distinct(const ct_tensor *parameters, size_t count) {
  return guarded([&] {
    for (size_t i = 0; i < count; ++i) {
      const auto &grads = gradient(parameters[i], i);
      if (grads.is_sparse()) grads._coalesced_(true);
    }
  });
}

ct_status ct_guard_gradients(const ct_tensor *parameters, size_t count, ct_tensor loss,
                             double limit, ct_gradient_guard *out) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    auto norm = count == 0 ? at::zeros_like(tensor(loss).detach())
                           : norm_of_gradients(parameters, count);
    auto is_finite = norm.isfinite().logical_and(tensor(loss).detach().isfinite());
    out->skips = handle(is_finite.logical_not().to(at::kFloat));
    if (limit > 0) out->divisor = handle((norm / limit).clamp_min(1).to(at::kFloat));
    out->norm = handle(norm);
  });
}

ct_status ct_gradient_norm(const ct_tensor *parameters, size_t count, double *out) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    *out = count == 0 ? 0 : norm_of_gradients(parameters, count).item().toDouble();
  });
}

ct_status ct_scale_gradients(const ct_tensor *parameters, size_t count, double factor) {
  return guarded([&] {
    if (count == 0) return;
    c10::AutoGradMode off(false);
    auto grads = gradient_values(parameters, count);
    at::_foreach_mul_(grads, factor);
  });
}
