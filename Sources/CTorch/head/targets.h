// The samples' target classes in a cosine similarity matrix.
#pragma once

#include <ATen/Dispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_select.h>

#include "../elements.h"
#include "classes.h"
#include "cosines.h"

namespace facet::head {

/// Calls `body(element of the table, i)` for the target classes of the samples whose labels are not negative.
template <class T, class Body>
void for_each_target(const at::Tensor &table, const at::Tensor &labels, Body &&body) {
  auto positions = table.mutable_data_ptr<T>();
  auto classes = elements<int64_t>(labels);
  for (int64_t i = 0; i < labels.numel(); ++i)
    if (classes[i] >= 0) body(positions[classes[i] * table.size(1) + i], i);
}

/// Adds a number of each sample, `[n]`, at its target class.
inline void add_to_target(const at::Tensor &table, const at::Tensor &labels,
                          const at::Tensor &values) {
  auto plain = values.to(table.scalar_type()).contiguous();
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "add_to_target", [&] {
    auto from = elements<scalar_t>(plain);
    for_each_target<scalar_t>(table, labels,
                              [&](scalar_t &position, int64_t i) { position += from[i]; });
  });
}

/// Each sample's own row among those that take part, `[n]` of int64: of several the nearest one, and -1
/// where the label is negative.
inline at::Tensor target_positions(const CosineProblem &p, const CosineSimilarityMatrix &table,
                                   const at::Tensor &labels) {
  auto result = at::empty_like(labels);
  auto positions = result.mutable_data_ptr<int64_t>();
  auto classes = elements<int64_t>(labels);
  auto nearest = table.nearest.defined() ? elements<uint8_t>(table.nearest) : nullptr;
  auto position = [&](int64_t i) -> int64_t {
    int64_t first = classes[i] * p.subcenters;
    return nearest == nullptr ? first : first + nearest[classes[i] * p.columns() + i];
  };
  for (int64_t i = 0; i < labels.numel(); ++i) positions[i] = classes[i] < 0 ? -1 : position(i);
  return result;
}

/// The rows at these indices, divided by their norms, `[n, d]` of float64.
inline at::Tensor unit_rows(const CosineProblem &p, const CosineSimilarityMatrix &table,
                            const at::Tensor &positions) {
  auto all = p.classes.defined() ? row_indices(p.classes, p.subcenters) : at::Tensor();
  auto rows = at::index_select(
      p.weight, 0, all.defined() ? at::index_select(all, 0, positions) : positions);
  auto factors = at::index_select(table.inverse_norms, 0, positions).to(at::kDouble);
  return rows.to(at::kDouble).mul_(factors.unsqueeze(1));
}

/// Adds gradients with respect to unit rows to those of the rows at these indices.
inline void add_to_positions(const at::Tensor &gradient, const CosineSimilarityMatrix &table,
                             const at::Tensor &positions, const at::Tensor &values) {
  int64_t size = gradient.size(1);
  auto indices = elements<int64_t>(positions);
  auto from = elements<double>(values);
  AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "add_to_positions", [&] {
    auto rows = gradient.mutable_data_ptr<scalar_t>();
    auto inverse = elements<scalar_t>(table.inverse_norms);
    for (int64_t i = 0; i < positions.numel(); ++i)
      for (int64_t c = 0; c < size; ++c)
        rows[indices[i] * size + c] += scalar_t(from[i * size + c] * inverse[indices[i]]);
  });
}

}  // namespace facet::head
