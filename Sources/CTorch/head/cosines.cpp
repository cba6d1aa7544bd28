#include "cosines.h"

#include <type_traits>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "products.h"
#include "rows.h"

namespace facet::head {
namespace {

/// Rows that are computed with at once: with 512 components, a block and what is computed of it fit
/// into the second cache of a core.
constexpr int64_t block_rows = 128;

int64_t even(int64_t count) { return (count + 1) / 2 * 2; }

/// Memory of one thread.
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

/// A contiguous run of classes' rows: where they lie in the weight matrix or, when they are chosen
/// from it, a copy.
template <class T>
class RowBlocks {
 public:
  explicit RowBlocks(const CosineProblem &p)
      : weight_(p.weight.const_data_ptr<T>()),
        classes_(p.classes.defined() ? p.classes.const_data_ptr<int64_t>() : nullptr),
        size_(p.size()),
        each_(p.subcenters),
        copy_(classes_ == nullptr ? 0 : (block_rows + each_) * size_) {}

  /// The rows of `count` classes from `first` on.
  const T *rows(int64_t first, int64_t count) {
    int64_t length = each_ * size_;
    if (classes_ == nullptr) return weight_ + first * length;
    for (int64_t i = 0; i < count; ++i)
      std::memcpy(copy_.data() + i * length, weight_ + classes_[first + i] * length,
                  length * sizeof(T));
    return copy_.data();
  }

 private:
  const T *weight_;
  const int64_t *classes_;
  int64_t size_;
  int64_t each_;
  Scratch<T> copy_;
};

/// Calls `body(part, first class, count)` for blocks of classes; the parts are run by threads, and
/// depend on nothing but their number.
template <class Body>
void for_each_block(const CosineProblem &p, int64_t parts, Body &&body) {
  int64_t step = std::max<int64_t>(1, block_rows / p.subcenters);
  int64_t classes = p.class_count(), blocks = (classes + step - 1) / step;
  at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      auto worker = body(part);
      for (int64_t b = blocks * part / parts; b < blocks * (part + 1) / parts; ++b)
        worker(b * step, std::min(step, classes - b * step));
    }
    end_products();
  });
}

/// The directions with zeros for the columns beyond the batch, `[columns, d]`.
at::Tensor padded_directions(const CosineProblem &p) {
  auto result = at::zeros({p.columns(), p.size()}, p.directions.options());
  result.narrow(0, 0, p.batch()).copy_(p.directions);
  return result;
}

/// The right operand of weight x directions, `[d, columns]`; in bfloat16 in pairs of rows.
at::Tensor directions_by_component(const CosineProblem &p) {
  auto padded = padded_directions(p);
  if (!p.bfloat16) return padded.t().contiguous();
  int64_t size = even(p.size());
  auto halves = at::zeros({p.columns(), size}, padded.options().dtype(at::kBFloat16));
  halves.narrow(1, 0, p.size()).copy_(padded);
  return halves.view({p.columns(), size / 2, 2}).permute({1, 0, 2}).contiguous();
}

/// The right operand of slopes x directions, `[columns, d]`; in bfloat16 in pairs of rows.
at::Tensor directions_by_sample(const CosineProblem &p) {
  auto padded = padded_directions(p);
  if (!p.bfloat16) return padded;
  return padded.to(at::kBFloat16)
      .view({p.columns() / 2, 2, p.size()})
      .permute({0, 2, 1})
      .contiguous();
}

// Forward ------------------------------------------------------------------------------------------

/// The cosines of blocks of one part.
template <class T, class Operand>
class CosineBlocks {
 public:
  CosineBlocks(const CosineProblem &p, CosineTable &table, const at::Tensor &right)
      : p_(p),
        rows_(p),
        size_(std::is_same_v<T, Operand> ? p.size() : even(p.size())),
        right_(right.const_data_ptr<Operand>()),
        cosines_(table.cosines.mutable_data_ptr<T>()),
        norms_(table.inverse_norms.mutable_data_ptr<T>()),
        nearest_(p.subcenters == 1 ? nullptr : table.nearest.mutable_data_ptr<uint8_t>()),
        halves_(std::is_same_v<T, Operand> ? 0 : (block_rows + p.subcenters) * size_),
        all_(p.subcenters == 1 ? 0 : (block_rows + p.subcenters) * p.columns()) {}

  void operator()(int64_t first, int64_t classes) {
    int64_t count = classes * p_.subcenters, columns = p_.columns();
    const T *rows = rows_.rows(first, classes);
    T *norms = norms_ + first * p_.subcenters;
    T *own = cosines_ + first * columns;
    T *out = nearest_ == nullptr ? own : all_.data();
    vectorized([&]() FACET_LAMBDA { inverse_norms(rows, count, p_.size(), norms); });
    multiply(count, columns, size_, left(rows, count), size_, right_, columns, out, columns,
             false);
    vectorized([&]() FACET_LAMBDA { scale_rows(out, count, columns, norms); });
    if (nearest_ != nullptr)
      keep_nearest(out, classes, p_.subcenters, columns, own, nearest_ + first * columns);
  }

 private:
  const Operand *left(const T *rows, int64_t count) {
    if constexpr (std::is_same_v<T, Operand>) {
      return rows;
    } else {
      vectorized([&]() FACET_LAMBDA { round_rows(rows, count, p_.size(), halves_.data(), size_); });
      return halves_.data();
    }
  }

  const CosineProblem &p_;
  RowBlocks<T> rows_;
  int64_t size_;
  const Operand *right_;
  T *cosines_;
  T *norms_;
  uint8_t *nearest_;
  Scratch<Operand> halves_;
  Scratch<T> all_;
};

template <class T, class Operand>
void compute(const CosineProblem &p, CosineTable &table) {
  auto right = directions_by_component(p);
  for_each_block(p, at::get_num_threads(),
                 [&](int64_t) { return CosineBlocks<T, Operand>(p, table, right); });
}

// Backward -----------------------------------------------------------------------------------------

/// The gradients of blocks of one part.
template <class T, class Operand>
class GradientBlocks {
 public:
  GradientBlocks(const CosineProblem &p, const CosineTable &table, const at::Tensor &slopes,
                 const at::Tensor &right, T *to_directions, T *to_weight)
      : p_(p),
        rows_(p),
        right_(right.const_data_ptr<Operand>()),
        slopes_(slopes.const_data_ptr<T>()),
        norms_(table.inverse_norms.const_data_ptr<T>()),
        nearest_(p.subcenters == 1 ? nullptr : table.nearest.const_data_ptr<uint8_t>()),
        to_directions_(to_directions),
        to_weight_(to_weight),
        all_(p.subcenters == 1 ? 0 : capacity() * p.columns()),
        weighed_(capacity() * p.columns()),
        transposed_(capacity() * p.columns()),
        pairs_(std::is_same_v<T, Operand> ? 0 : capacity() * p.size()) {}

  void operator()(int64_t first, int64_t classes) {
    int64_t count = classes * p_.subcenters, columns = p_.columns(), size = p_.size();
    int64_t depth = std::is_same_v<T, Operand> ? count : even(count);
    const T *rows = rows_.rows(first, classes);
    const T *norms = norms_ + first * p_.subcenters;
    const T *slopes = row_slopes(first, classes);
    Operand *weighed = weighed_.data(), *transposed = transposed_.data();
    if (depth > count)
      for (int64_t c = 0; c < columns; ++c) transposed[c * depth + count] = Operand(0.f);
    vectorized([&]() FACET_LAMBDA {
      weigh(slopes, count, columns, norms, weighed, transposed, depth);
    });
    if (to_directions_ != nullptr)
      multiply(columns, size, depth, transposed, depth, right_rows(rows, count), size,
               to_directions_, size, true);
    if (to_weight_ != nullptr) {
      T *out = to_weight_ + first * p_.subcenters * size;
      multiply(count, size, columns, weighed, columns, right_, size, out, size, false);
      vectorized([&]() FACET_LAMBDA { project(out, rows, count, size, norms); });
    }
  }

 private:
  int64_t capacity() const { return even(block_rows + p_.subcenters); }

  const T *row_slopes(int64_t first, int64_t classes) {
    int64_t columns = p_.columns();
    if (nearest_ == nullptr) return slopes_ + first * columns;
    spread_to_nearest(slopes_ + first * columns, classes, p_.subcenters, columns,
                      nearest_ + first * columns, all_.data());
    return all_.data();
  }

  const Operand *right_rows(const T *rows, int64_t count) {
    if constexpr (std::is_same_v<T, Operand>) {
      return rows;
    } else {
      vectorized([&]() FACET_LAMBDA { round_pairs(rows, count, p_.size(), pairs_.data()); });
      return pairs_.data();
    }
  }

  const CosineProblem &p_;
  RowBlocks<T> rows_;
  const Operand *right_;
  const T *slopes_;
  const T *norms_;
  const uint8_t *nearest_;
  T *to_directions_;
  T *to_weight_;
  Scratch<T> all_;
  Scratch<Operand> weighed_;
  Scratch<Operand> transposed_;
  Scratch<Operand> pairs_;
};

template <class T, class Operand>
void differentiate(const CosineProblem &p, const CosineTable &table, const at::Tensor &slopes,
                   at::Tensor &to_directions, at::Tensor &to_weight) {
  auto right = directions_by_sample(p);
  int64_t parts = at::get_num_threads();
  at::Tensor sums;
  if (to_directions.defined())
    sums = at::zeros({parts, p.columns(), p.size()}, p.directions.options());
  T *weight = to_weight.defined() ? to_weight.mutable_data_ptr<T>() : nullptr;
  for_each_block(p, parts, [&](int64_t part) {
    T *own = sums.defined() ? sums.mutable_data_ptr<T>() + part * p.columns() * p.size() : nullptr;
    return GradientBlocks<T, Operand>(p, table, slopes, right, own, weight);
  });
  if (!to_directions.defined()) return;
  to_directions.copy_(sums[0].narrow(0, 0, p.batch()));
  for (int64_t part = 1; part < parts; ++part)
    to_directions.add_(sums[part].narrow(0, 0, p.batch()));
}

}  // namespace

void compute_cosines(const CosineProblem &p, CosineTable &table) {
  int64_t rows = p.class_count() * p.subcenters;
  table.inverse_norms = at::empty({rows}, p.weight.options());
  if (p.directions.scalar_type() == at::kDouble)
    compute<double, double>(p, table);
  else if (p.bfloat16)
    compute<float, c10::BFloat16>(p, table);
  else
    compute<float, float>(p, table);
}

void cosine_gradients(const CosineProblem &p, const CosineTable &table, const at::Tensor &slopes,
                      at::Tensor &to_directions, at::Tensor &to_weight) {
  if (p.directions.scalar_type() == at::kDouble)
    differentiate<double, double>(p, table, slopes, to_directions, to_weight);
  else if (p.bfloat16)
    differentiate<float, c10::BFloat16>(p, table, slopes, to_directions, to_weight);
  else
    differentiate<float, float>(p, table, slopes, to_directions, to_weight);
}

}  // namespace facet::head
