// Functions that take dimensions away, and those that run along one.
#include "bridge.h"

#include <numeric>

#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/topk.h>

using namespace facet;

namespace {

/// The given dimensions, or all of them when none is given.
std::vector<int64_t> dimensions(const at::Tensor &self, const int64_t *dims, size_t count) {
  if (count > 0) return {dims, dims + count};
  std::vector<int64_t> all(static_cast<size_t>(self.dim()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

at::Tensor sum(const at::Tensor &self, at::IntArrayRef dims, bool keepdim) {
  return at::sum(self, dims, keepdim);
}
at::Tensor mean(const at::Tensor &self, at::IntArrayRef dims, bool keepdim) {
  return at::mean(self, dims, keepdim);
}
at::Tensor amax(const at::Tensor &self, at::IntArrayRef dims, bool keepdim) {
  return at::amax(self, dims, keepdim);
}
at::Tensor amin(const at::Tensor &self, at::IntArrayRef dims, bool keepdim) {
  return at::amin(self, dims, keepdim);
}
at::Tensor logsumexp(const at::Tensor &self, at::IntArrayRef dims, bool keepdim) {
  return at::logsumexp(self, dims, keepdim);
}
at::Tensor norm(const at::Tensor &self, at::IntArrayRef dims, bool keepdim) {
  return at::norm(self, 2, dims, keepdim);
}

}  // namespace

#define CT_DEFINE(name)                                                                           \
  ct_status ct_##name(ct_tensor self, const int64_t *dims, size_t count, bool keepdim,            \
                      ct_tensor *out) {                                                           \
    return producing(out, [&] {                                                                   \
      return ::name(tensor(self), dimensions(tensor(self), dims, count), keepdim);                \
    });                                                                                           \
  }
CT_FOR_EACH_REDUCTION(CT_DEFINE)
#undef CT_DEFINE

ct_status ct_argmax(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return at::argmax(tensor(self), dim); });
}

ct_status ct_all(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return at::all(tensor(self)); });
}

ct_status ct_cumsum(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return at::cumsum(tensor(self), dim); });
}

ct_status ct_softmax(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return at::softmax(tensor(self), dim); });
}

ct_status ct_log_softmax(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return at::log_softmax(tensor(self), dim); });
}

ct_status ct_topk(ct_tensor self, int64_t k, int64_t dim, bool largest, ct_tensor *values,
                  ct_tensor *indices) {
  return guarded([&] {
    auto [top, where] = at::topk(tensor(self), k, dim, largest);
    *values = handle(top);
    *indices = handle(where);
  });
}
