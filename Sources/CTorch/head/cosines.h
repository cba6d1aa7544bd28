// Cosines between directions and the rows of a weight matrix, and their gradients, in passes over
// blocks of rows that stay in the cache.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "../dispatch.h"

namespace facet::head {

/// The operands of the matrix product.
struct CosineProblem {
  /// `[n, d]`, rows of length 1 or 0, contiguous, float32 or float64.
  at::Tensor unit_embeddings;
  /// `[rows, d]` of the same type, contiguous; only the rows' directions count.
  at::Tensor weight;
  /// `[c]` of int64, ascending: the classes that take part; undefined for all.
  at::Tensor classes;
  /// Rows of a class, side by side, of which the nearest one counts.
  int64_t subcenters = 1;
  /// Whether products are of numbers rounded to bfloat16; sums and results stay float32.
  bool bfloat16 = false;
  /// The instructions: those of the thread that states the problem.
  Choice choice = facet::choice();

  int64_t batch() const { return unit_embeddings.size(0); }
  /// The batch rounded up to whole vectors.
  int64_t columns() const { return (batch() + lanes - 1) / lanes * lanes; }
  int64_t size() const { return unit_embeddings.size(1); }
  int64_t class_count() const {
    return classes.defined() ? classes.size(0) : weight.size(0) / subcenters;
  }
};

/// Cosines class by class, in the layout that all passes use.
struct CosineSimilarityMatrix {
  /// `[c, columns]`; columns beyond the batch hold zeros.
  at::Tensor cosines;
  /// `[c * subcenters]`, 1 / norm of the rows that take part; 0 for a row of zeros.
  at::Tensor inverse_norms;
  /// `[c, columns]` of uint8: which of a class's rows is nearest; undefined for one row per class.
  at::Tensor nearest;
};

/// Fills a table whose `cosines` are allocated.
void compute_cosines(const CosineProblem &problem, CosineSimilarityMatrix &table);

/// The gradients with respect to directions, `[n, d]`, and to the rows of the classes that take
/// part, `[c * subcenters, d]`; an undefined tensor is not computed, a defined one is filled.
///
/// `grad_output` has the shape of the table's cosines and may be the same memory.
void cosine_gradients(const CosineProblem &problem, const CosineSimilarityMatrix &table,
                      const at::Tensor &grad_output, at::Tensor &to_unit_embeddings,
                      at::Tensor &to_weight);

}  // namespace facet::head
