#include "cosine_passes.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "../elements.h"
#include "../parallel.h"
#include "products.h"
#include "rows.h"

namespace facet::head {
namespace {

using Half = c10::BFloat16;

/// Rows that are computed with at once: with 512 components, a block and what is computed of it fit
/// into the second cache of a core.
constexpr int64_t block_rows = 128;

int64_t even(int64_t count) { return (count + 1) / 2 * 2; }

/// Classes of a block.
int64_t block_classes(const CosineProblem &p) {
  return std::max<int64_t>(1, block_rows / p.subcenters);
}

int64_t block_count(const CosineProblem &p) {
  return (p.class_count() + block_classes(p) - 1) / block_classes(p);
}

/// How many parts the blocks are split into, each with a sum of its own of the gradient with respect
/// to the directions: a power of two that the shape decides, so that the bits do not depend on the
/// threads, except for more threads than that, for which the sums' memory would take too long.
int64_t part_count(const CosineProblem &p) {
  constexpr int64_t blocks_a_part = 2, least_parts = 2, max_parts = 16;
  int64_t parts = least_parts;
  while (parts < max_parts && block_count(p) >= 2 * parts * blocks_a_part) parts *= 2;
  return parts < max_parts ? parts : std::max<int64_t>(parts, at::get_num_threads());
}

/// Calls `body(part, first class, count)` for blocks of classes; the parts are run by threads, and
/// depend only on their number.
template <class Body>
void for_each_block(const CosineProblem &p, int64_t parts, Body &&body) {
  int64_t step = block_classes(p), classes = p.class_count(), blocks = block_count(p);
  parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      auto worker = body(part);
      for (int64_t b = blocks * part / parts; b < blocks * (part + 1) / parts; ++b)
        worker(b * step, std::min(step, classes - b * step));
    }
    end_products();
  });
}

/// The right operand of weight x directions, `[d, columns]` in pairs of rows.
at::Tensor unit_embeddings_by_component(const CosineProblem &p) {
  auto padded = padded_unit_embeddings(p);
  int64_t size = even(p.size());
  auto halves = at::zeros({p.columns(), size}, padded.options().dtype(at::kBFloat16));
  halves.narrow(1, 0, p.size()).copy_(padded);
  return halves.view({p.columns(), size / 2, 2}).permute({1, 0, 2}).contiguous();
}

/// The right operand of gradients x unit embeddings, `[columns, d]` in pairs of rows.
at::Tensor unit_embeddings_by_sample(const CosineProblem &p) {
  return padded_unit_embeddings(p).to(at::kBFloat16)
      .view({p.columns() / 2, 2, p.size()})
      .permute({0, 2, 1})
      .contiguous();
}

// Forward ------------------------------------------------------------------------------------------

/// The cosines of blocks of one part.
class CosineBlocks {
 public:
  CosineBlocks(const CosineProblem &p, CosineSimilarityMatrix &table, const at::Tensor &right)
      : p_(p),
        rows_(p, block_rows + p.subcenters),
        size_(even(p.size())),
        right_(elements<Half>(right)),
        cosines_(table.cosines.mutable_data_ptr<float>()),
        norms_(table.inverse_norms.mutable_data_ptr<float>()),
        nearest_(p.subcenters == 1 ? nullptr : table.nearest.mutable_data_ptr<uint8_t>()),
        halves_((block_rows + p.subcenters) * size_),
        all_(p.subcenters == 1 ? 0 : (block_rows + p.subcenters) * p.columns()) {}

  void operator()(int64_t first, int64_t classes) {
    int64_t count = classes * p_.subcenters, columns = p_.columns();
    const float *rows = rows_.rows(first, classes);
    float *norms = norms_ + first * p_.subcenters;
    float *own = cosines_ + first * columns;
    float *out = nearest_ == nullptr ? own : all_.data();
    vectorized(p_.choice, [&]() FACET_LAMBDA { inverse_norms(rows, count, p_.size(), norms); });
    multiply(count, columns, size_, left(rows, count), size_, right_, columns, out, columns,
             false);
    vectorized(p_.choice, [&]() FACET_LAMBDA { scale_rows(out, count, columns, norms); });
    if (nearest_ != nullptr)
      keep_nearest(out, classes, p_.subcenters, columns, own, nearest_ + first * columns);
  }

 private:
  const Half *left(const float *rows, int64_t count) {
    vectorized(p_.choice, [&]() FACET_LAMBDA { round_rows(rows, count, p_.size(), halves_.data(), size_); });
    return halves_.data();
  }

  const CosineProblem &p_;
  RowBlocks<float> rows_;
  int64_t size_;
  const Half *right_;
  float *cosines_;
  float *norms_;
  uint8_t *nearest_;
  Scratch<Half> halves_;
  Scratch<float> all_;
};

}  // namespace

void compute_in_bfloat16(const CosineProblem &p, CosineSimilarityMatrix &table) {
  auto right = unit_embeddings_by_component(p);
  // Blocks do not depend on each other, so neither do the bits on how many a thread has.
  for_each_block(p, at::get_num_threads(),
                 [&](int64_t) { return CosineBlocks(p, table, right); });
}

namespace {

// Backward -----------------------------------------------------------------------------------------

/// The gradients of blocks of one part.
class GradientBlocks {
 public:
  GradientBlocks(const CosineProblem &p, const CosineSimilarityMatrix &table, const at::Tensor &grad_output,
                 const at::Tensor &right, float *to_unit_embeddings, float *to_weight)
      : p_(p),
        rows_(p, block_rows + p.subcenters),
        right_(elements<Half>(right)),
        grad_output_(elements<float>(grad_output)),
        norms_(elements<float>(table.inverse_norms)),
        nearest_(p.subcenters == 1 ? nullptr : elements<uint8_t>(table.nearest)),
        to_unit_embeddings_(to_unit_embeddings),
        to_weight_(to_weight),
        all_(p.subcenters == 1 ? 0 : capacity() * p.columns()),
        weighed_(capacity() * p.columns()),
        transposed_(capacity() * p.columns()),
        pairs_(capacity() * p.size()) {}

  void operator()(int64_t first, int64_t classes) {
    int64_t count = classes * p_.subcenters, columns = p_.columns(), size = p_.size();
    int64_t depth = even(count);
    const float *rows = rows_.rows(first, classes);
    const float *norms = norms_ + first * p_.subcenters;
    const float *grad_output = row_gradients(first, classes);
    Half *weighed = weighed_.data(), *transposed = transposed_.data();
    if (depth > count)
      for (int64_t c = 0; c < columns; ++c) transposed[c * depth + count] = Half(0.f);
    vectorized(p_.choice, [&]() FACET_LAMBDA {
      weigh(grad_output, count, columns, norms, weighed, transposed, depth);
    });
    if (to_unit_embeddings_ != nullptr)
      multiply(columns, size, depth, transposed, depth, right_rows(rows, count), size,
               to_unit_embeddings_, size, true);
    if (to_weight_ != nullptr) {
      float *out = to_weight_ + first * p_.subcenters * size;
      multiply(count, size, columns, weighed, columns, right_, size, out, size, false);
      vectorized(p_.choice, [&]() FACET_LAMBDA { project(out, rows, count, size, norms); });
    }
  }

 private:
  int64_t capacity() const { return even(block_rows + p_.subcenters); }

  const float *row_gradients(int64_t first, int64_t classes) {
    int64_t columns = p_.columns();
    if (nearest_ == nullptr) return grad_output_ + first * columns;
    spread_to_nearest(grad_output_ + first * columns, classes, p_.subcenters, columns,
                      nearest_ + first * columns, all_.data());
    return all_.data();
  }

  const Half *right_rows(const float *rows, int64_t count) {
    vectorized(p_.choice, [&]() FACET_LAMBDA { round_pairs(rows, count, p_.size(), pairs_.data()); });
    return pairs_.data();
  }

  const CosineProblem &p_;
  RowBlocks<float> rows_;
  const Half *right_;
  const float *grad_output_;
  const float *norms_;
  const uint8_t *nearest_;
  float *to_unit_embeddings_;
  float *to_weight_;
  Scratch<float> all_;
  Scratch<Half> weighed_;
  Scratch<Half> transposed_;
  Scratch<Half> pairs_;
};

}  // namespace

void differentiate_in_bfloat16(const CosineProblem &p, const CosineSimilarityMatrix &table,
                               const at::Tensor &grad_output, at::Tensor &to_unit_embeddings,
                               at::Tensor &to_weight) {
  auto right = unit_embeddings_by_sample(p);
  int64_t parts = part_count(p);
  at::Tensor sums;
  if (to_unit_embeddings.defined())
    sums = at::zeros({parts, p.columns(), p.size()}, p.unit_embeddings.options());
  float *weight = to_weight.defined() ? to_weight.mutable_data_ptr<float>() : nullptr;
  for_each_block(p, parts, [&](int64_t part) {
    float *own = nullptr;
    if (sums.defined()) own = sums.mutable_data_ptr<float>() + part * p.columns() * p.size();
    return GradientBlocks(p, table, grad_output, right, own, weight);
  });
  if (!to_unit_embeddings.defined()) return;
  to_unit_embeddings.copy_(sums[0].narrow(0, 0, p.batch()));
  for (int64_t part = 1; part < parts; ++part)
    to_unit_embeddings.add_(sums[part].narrow(0, 0, p.batch()));
}

}  // namespace facet::head
