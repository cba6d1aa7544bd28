// Changes in place, which differentiation does not see.
#include "bridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>

using namespace facet;

namespace {

/// Numbers that are drawn at once. LibTorch draws normal variates in groups of 16 and a rest of
/// fewer in another way, so a part is a multiple of 16 and the last one has at least 16: then parts
/// give the same numbers as the whole.
constexpr int64_t random_part = 1 << 20;

/// Fills float64 copies of parts on the CPU first, so that every type and device gets the same
/// numbers.
///
/// The numbers are those that a tensor of `total` elements gets, from element `first`. A generator cannot skip
/// numbers, so all before them are drawn as well, and dropped.
template <class Fill>
void fill_random(ct_tensor self, uint64_t seed, int64_t first, int64_t total, Fill &&fill) {
  c10::AutoGradMode off(false);
  auto target = tensor(self);
  TORCH_CHECK(first >= 0 && target.numel() <= total - first, "elements ", first, " to ",
              first + target.numel(), " of ", total);
  if (target.numel() == 0) return;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  auto whole = target.is_contiguous() ? target : at::empty_like(target, at::MemoryFormat::Contiguous);
  auto flat = whole.view({-1});
  for (int64_t start = 0, end = first + flat.numel(); start < end;) {
    int64_t rest = total - start;
    int64_t length = rest < random_part + 16 ? rest : random_part;
    auto values = at::empty({length}, at::TensorOptions().dtype(at::kDouble));
    fill(values, generator);
    int64_t from = std::max(start, first), to = std::min(start + length, end);
    if (from < to) flat.narrow(0, from - first, to - from).copy_(values.narrow(0, from - start, to - from));
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

ct_status ct_fill_normal(ct_tensor self, double mean, double standard_deviation, uint64_t seed,
                         int64_t first, int64_t total) {
  return guarded([&] {
    fill_random(self, seed, first, total, [&](at::Tensor &values, at::Generator &generator) {
      values.normal_(mean, standard_deviation, generator);
    });
  });
}

ct_status ct_fill_uniform(ct_tensor self, double low, double high, uint64_t seed) {
  return guarded([&] {
    fill_random(self, seed, 0, tensor(self).numel(), [&](at::Tensor &values, at::Generator &generator) {
      values.uniform_(low, high, generator);
    });
  });
}
