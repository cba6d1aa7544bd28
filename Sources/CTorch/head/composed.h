// The head out of LibTorch's own operations: where its passes over blocks of classes, which are the
// processor's, do not compute, as on a GPU. There a table is stored sample by sample, `[n, c]`.
#pragma once

#include <ATen/core/Tensor.h>

#include "softmax.h"

namespace facet::head::composed {

/// Whether the head of this matrix, or of a table made from it, is computed so.
bool applies(const at::Tensor &matrix);

/// Cosines sample by sample, and what their gradients are made of.
struct Table {
  /// `[c k, d]`, the rows of the classes that take part.
  at::Tensor rows;
  /// `[c k]`, 1 / norm; 0 for a row of zeros.
  at::Tensor inverse;
  /// `[n, c]`.
  at::Tensor cosines;
  /// `[n, c]`, which of a class's rows is nearest; undefined for one row a class.
  at::Tensor nearest;
  int64_t subcenters = 1;
  /// Whether a GPU may round the operands of products.
  bool fast = false;

  /// Multiplies; `classes` is undefined for all.
  Table(const at::Tensor &unit_embeddings, const at::Tensor &weight, const at::Tensor &classes,
        int64_t subcenters, bool fast);

  /// The places among the rows of samples of these labels, `[n]`: of all, or of some.
  at::Tensor target_positions(const at::Tensor &labels, const at::Tensor &samples) const;

  /// The rows at these places, divided by their norms, of float64.
  at::Tensor unit_rows(const at::Tensor &positions) const;

  /// What a gradient with respect to the cosines, `[n, c]`, is with respect to directions, `[n, d]`, and rows, as far
  /// as they are wanted. The gradient is changed.
  void differentiate(at::Tensor gradient, const at::Tensor &unit_embeddings, bool wants_vectors,
                     bool wants_rows, at::Tensor &to_unit_embeddings, at::Tensor &to_rows) const;

  /// Adds gradients with respect to unit rows to those of the rows at these places.
  void add_to_positions(const at::Tensor &gradient, const at::Tensor &positions,
                        const at::Tensor &values) const;
};

/// As `head::cosine_similarity_matrix`; `fast` lets a GPU round the operands of products to 10 bits
/// of mantissa (TF32), and changes nothing on a processor. No other thread may multiply on a GPU
/// meanwhile.
std::vector<at::Tensor> cosine_similarity_matrix(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                     const at::Tensor &classes, const at::Tensor &labels,
                                     int64_t subcenters, bool fast);

/// Sum over the non-target classes of e^(scale cosine), `[n]`; not differentiable.
at::Tensor other_exponentials(const at::Tensor &table, const at::Tensor &labels,
                              const at::Tensor &scale);

/// As `head::margin_cross_entropy`. Differentiating it uses up what it keeps, not the table.
std::vector<at::Tensor> margin_cross_entropy(const at::Tensor &table,
                                             const at::Tensor &target_logits,
                                             const at::Tensor &scale, const at::Tensor &labels,
                                             const NonTargetMap &non_targets);

}  // namespace facet::head::composed
