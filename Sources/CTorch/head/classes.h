// The rows of a weight matrix that belong to the classes that take part in a step.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/_sparse_coo_tensor_unsafe.h>
#include <ATen/ops/arange.h>

namespace facet::head {

/// The indices of the rows of ascending classes, of which each has `subcenters` side by side.
inline at::Tensor row_indices(const at::Tensor &classes, int64_t subcenters) {
  if (subcenters == 1) return classes;
  auto positions = at::arange(subcenters, classes.options());
  return (classes.unsqueeze(1) * subcenters + positions).reshape(-1);
}

/// A gradient of `weight` that has only the rows of ascending indices.
inline at::Tensor sparse_rows(const at::Tensor &weight, const at::Tensor &indices,
                              const at::Tensor &values) {
  return at::_sparse_coo_tensor_unsafe(indices.unsqueeze(0), values, weight.sizes(),
                                       values.options().layout(at::kSparse),
                                       /*is_coalesced=*/true);
}

}  // namespace facet::head
