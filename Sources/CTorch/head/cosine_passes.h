// The two ways in which the passes over the classes are made.
#pragma once

#include <cstring>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "../elements.h"
#include "cosines.h"

namespace facet::head {

/// Products of numbers rounded to bfloat16: each thread multiplies blocks of its own.
void compute_in_bfloat16(const CosineProblem &problem, CosineSimilarityMatrix &table);
void differentiate_in_bfloat16(const CosineProblem &problem, const CosineSimilarityMatrix &table,
                               const at::Tensor &grad_output, at::Tensor &to_unit_embeddings,
                               at::Tensor &to_weight);

/// Products in the operands' own type: LibTorch multiplies block after block with all threads, which
/// for float32 is faster by half than what it offers to a single thread.
void compute_in_input_type(const CosineProblem &problem, CosineSimilarityMatrix &table);
void differentiate_in_input_type(const CosineProblem &problem, const CosineSimilarityMatrix &table,
                               const at::Tensor &grad_output, at::Tensor &to_unit_embeddings,
                               at::Tensor &to_weight);

/// The directions with zeros for the columns beyond the batch, `[columns, d]`.
at::Tensor padded_unit_embeddings(const CosineProblem &problem);

/// Memory for intermediate results.
template <class T>
class Scratch {
 public:
  explicit Scratch(int64_t count)
      : tensor_(at::empty({count}, at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value))) {
  }
  T *data() { return tensor_.template mutable_data_ptr<T>(); }

 private:
  at::Tensor tensor_;
};

/// Runs of classes' rows: where they are in the weight matrix or, when the classes are chosen from
/// it, a copy of them.
template <class T>
class RowBlocks {
 public:
  /// `capacity` is the largest number of rows of a run.
  RowBlocks(const CosineProblem &p, int64_t capacity)
      : weight_(elements<T>(p.weight)),
        classes_(p.classes.defined() ? elements<int64_t>(p.classes) : nullptr),
        length_(p.subcenters * p.size()),
        copy_(classes_ == nullptr ? 0 : capacity * p.size()) {}

  /// The rows of `count` classes from `first` on.
  const T *rows(int64_t first, int64_t count) {
    if (classes_ == nullptr) return weight_ + first * length_;
    fetch(first, 0, count);
    return copy_.data();
  }

  /// Where `rows` of a run from `first` on would be, still to be fetched when they are chosen.
  const T *position(int64_t first) {
    return classes_ == nullptr ? weight_ + first * length_ : copy_.data();
  }

  /// Copies the classes `begin` to `end` of the run from `first` on, where they are chosen.
  void fetch(int64_t first, int64_t begin, int64_t end) {
    if (classes_ == nullptr) return;
    for (int64_t i = begin; i < end; ++i)
      std::memcpy(copy_.data() + i * length_, weight_ + classes_[first + i] * length_,
                  length_ * sizeof(T));
  }

 private:
  const T *weight_;
  const int64_t *classes_;
  int64_t length_;
  Scratch<T> copy_;
};

}  // namespace facet::head
