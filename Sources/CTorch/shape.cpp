// Functions that move elements without changing them: shape and indexing.
#include "bridge.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_add.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/stack.h>

using namespace facet;

ct_status ct_reshape(ct_tensor self, const int64_t *shape, size_t rank, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).reshape(ints(shape, rank)); });
}

ct_status ct_expand(ct_tensor self, const int64_t *shape, size_t rank, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).expand(ints(shape, rank)); });
}

ct_status ct_permute(ct_tensor self, const int64_t *dims, size_t rank, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).permute(ints(dims, rank)); });
}

ct_status ct_transpose(ct_tensor self, int64_t a, int64_t b, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).transpose(a, b); });
}

ct_status ct_unsqueeze(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).unsqueeze(dim); });
}

ct_status ct_squeeze(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).squeeze(dim); });
}

ct_status ct_narrow(ct_tensor self, int64_t dim, int64_t start, int64_t length, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).narrow(dim, start, length); });
}

ct_status ct_flip(ct_tensor self, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).flip({dim}); });
}

ct_status ct_cat(const ct_tensor *parts, size_t count, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return at::cat(tensors(parts, count), dim); });
}

ct_status ct_stack(const ct_tensor *parts, size_t count, int64_t dim, ct_tensor *out) {
  return producing(out, [&] { return at::stack(tensors(parts, count), dim); });
}

ct_status ct_gather(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor *out) {
  return producing(out, [&] { return at::gather(tensor(self), dim, tensor(index)); });
}

ct_status ct_index_select(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor *out) {
  return producing(out, [&] { return at::index_select(tensor(self), dim, tensor(index)); });
}

ct_status ct_scatter(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor source,
                     ct_tensor *out) {
  return producing(out,
                   [&] { return at::scatter(tensor(self), dim, tensor(index), tensor(source)); });
}

ct_status ct_index_add(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor source,
                       ct_tensor *out) {
  return producing(out,
                   [&] { return at::index_add(tensor(self), dim, tensor(index), tensor(source)); });
}
