// Changes in place, which differentiation does not see.
#include "bridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

using namespace facet;

namespace {

/// Numbers that are drawn at once. LibTorch draws normal variates in groups of 16 and a rest of
/// fewer in another way, so a part is a multiple of 16 and the last one has at least 16: then parts
/// give the same numbers as the whole.
constexpr int64_t random_part = 1 << 20;

/// Fills float64 copies of parts on the CPU first, so that every type and device gets the same
/// numbers.
template <class Fill>
void fill_random(ct_tensor self, uint64_t seed, Fill &&fill) {
  c10::AutoGradMode off(false);
  auto target = tensor(self);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  auto whole = target.is_contiguous() ? target : at::empty_like(target, at::MemoryFormat::Contiguous);
  auto flat = whole.view({-1});
  for (int64_t start = 0, count = flat.numel(); start < count;) {
    int64_t rest = count - start;
    int64_t length = rest < random_part + 16 ? rest : random_part;
    auto values = at::empty({length}, at::TensorOptions().dtype(at::kDouble));
    fill(values, generator);
    flat.narrow(0, start, length).copy_(values);
    start += length;
  }
  if (!whole.is_same(target)) target.copy_(whole);
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

ct_status ct_fill_normal(ct_tensor self, double mean, double standard_deviation, uint64_t seed) {
  return guarded([&] {
    fill_random(self, seed, [&](at::Tensor &values, at::Generator &generator) {
      values.normal_(mean, standard_deviation, generator);
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
