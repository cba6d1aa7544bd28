// Changes in place, which differentiation does not see.
#include "bridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Generator.h>
#include <c10/core/GradMode.h>

using namespace facet;

namespace {

/// Fills a float64 copy on the CPU first, so that every type and device gets the same numbers.
template <class Fill>
void fill_random(ct_tensor self, uint64_t seed, Fill &&fill) {
  c10::AutoGradMode off(false);
  auto target = tensor(self);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  auto values = at::Tensor(target.new_empty(
      target.sizes(), at::TensorOptions().dtype(at::kDouble).device(at::kCPU)));
  fill(values, generator);
  target.copy_(values);
}

}  // namespace

ct_status ct_assign(ct_tensor self, ct_tensor source) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    auto target = tensor(self);
    TORCH_CHECK(target.sizes() == tensor(source).sizes(), "cannot assign shape ",
                tensor(source).sizes(), " to shape ", target.sizes());
    target.copy_(tensor(source));
  });
}

ct_status ct_fill(ct_tensor self, double value) {
  return guarded([&] {
    c10::AutoGradMode off(false);
    at::Tensor(tensor(self)).fill_(value);
  });
}

ct_status ct_fill_normal(ct_tensor self, double mean, double deviation, uint64_t seed) {
  return guarded([&] {
    fill_random(self, seed, [&](at::Tensor &values, at::Generator &generator) {
      values.normal_(mean, deviation, generator);
    });
  });
}

ct_status ct_fill_uniform(ct_tensor self, double low, double high, uint64_t seed) {
  return guarded([&] {
    fill_random(self, seed, [&](at::Tensor &values, at::Generator &generator) {
      values.uniform_(low, high, generator);
    });
  });
}
