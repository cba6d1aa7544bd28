#include "cosine_passes.h"

#include <algorithm>

#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include "../elements.h"
#include "../parallel.h"
#include "rows.h"

namespace facet::head {
namespace {

/// Rows that are multiplied at once: enough for several threads, and with what is computed of them
/// still in the last cache.
constexpr int64_t block_rows = 2048;
/// Classes that a thread takes at once of a block.
constexpr int64_t grain = 32;

/// A tensor on memory that is somebody's.
template <class T>
at::Tensor matrix(const T *data, int64_t rows, int64_t columns) {
  return at::from_blob(const_cast<T *>(data), {rows, columns},
                       at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value));
}

/// Calls `body(first class, count)` for blocks of classes, one after the other.
template <class Body>
void for_each_block(const CosineProblem &p, Body &&body) {
  int64_t step = std::max<int64_t>(1, block_rows / p.subcenters), classes = p.class_count();
  for (int64_t first = 0; first < classes; first += step)
    body(first, std::min(step, classes - first));
}

template <class T>
void compute(const CosineProblem &p, CosineTable &table) {
  int64_t each = p.subcenters, columns = p.columns(), size = p.size();
  RowBlocks<T> blocks(p, block_rows + each);
  auto right = padded_directions(p).t();
  Scratch<T> all(each == 1 ? 0 : (block_rows + each) * columns);
  for_each_block(p, [&](int64_t first, int64_t classes) {
    const T *rows = blocks.place(first);
    T *norms = table.inverse_norms.mutable_data_ptr<T>() + first * each;
    parallel_for(0, classes, grain, [&](int64_t begin, int64_t end) {
      blocks.fetch(first, begin, end);
      vectorized(p.choice, [&]() FACET_LAMBDA {
        inverse_norms(rows + begin * each * size, (end - begin) * each, size, norms + begin * each);
      });
    });
    T *own = table.cosines.mutable_data_ptr<T>() + first * columns;
    T *products = each == 1 ? own : all.data();
    auto out = matrix(products, classes * each, columns);
    at::mm_out(out, matrix(rows, classes * each, size), right);
    parallel_for(0, classes, grain, [&](int64_t begin, int64_t end) {
      T *part = products + begin * each * columns;
      vectorized(p.choice, [&]() FACET_LAMBDA {
        scale_rows(part, (end - begin) * each, columns, norms + begin * each);
      });
      if (each > 1)
        keep_nearest(part, end - begin, each, columns, own + begin * columns,
                     table.nearest.mutable_data_ptr<uint8_t>() + (first + begin) * columns);
    });
  });
}

template <class T>
void differentiate(const CosineProblem &p, const CosineTable &table, const at::Tensor &slopes,
                   at::Tensor &to_directions, at::Tensor &to_weight) {
  int64_t each = p.subcenters, columns = p.columns(), size = p.size();
  RowBlocks<T> blocks(p, block_rows + each);
  auto right = padded_directions(p);
  auto sum = at::zeros({columns, size}, p.directions.options());
  Scratch<T> weighed((block_rows + each) * columns);
  for_each_block(p, [&](int64_t first, int64_t classes) {
    const T *rows = blocks.place(first);
    const T *norms = elements<T>(table.inverse_norms) + first * each;
    const T *own = elements<T>(slopes) + first * columns;
    parallel_for(0, classes, grain, [&](int64_t begin, int64_t end) {
      blocks.fetch(first, begin, end);
      T *part = weighed.data() + begin * each * columns;
      if (each == 1)
        std::copy_n(own + begin * columns, (end - begin) * columns, part);
      else
        spread_to_nearest(own + begin * columns, end - begin, each, columns,
                          elements<uint8_t>(table.nearest) + (first + begin) * columns,
                          part);
      vectorized(p.choice, [&]() FACET_LAMBDA {
        scale_rows(part, (end - begin) * each, columns, norms + begin * each);
      });
    });
    auto left = matrix(weighed.data(), classes * each, columns);
    if (to_directions.defined()) sum.addmm_(left.t(), matrix(rows, classes * each, size));
    if (!to_weight.defined()) return;
    T *gradient = to_weight.mutable_data_ptr<T>() + first * each * size;
    auto out = matrix(gradient, classes * each, size);
    at::mm_out(out, left, right);
    parallel_for(0, classes, grain, [&](int64_t begin, int64_t end) {
      vectorized(p.choice, [&]() FACET_LAMBDA {
        project(gradient + begin * each * size, rows + begin * each * size, (end - begin) * each,
                size, norms + begin * each);
      });
    });
  });
  if (to_directions.defined()) to_directions.copy_(sum.narrow(0, 0, p.batch()));
}

}  // namespace

void compute_in_own_type(const CosineProblem &p, CosineTable &table) {
  if (p.directions.scalar_type() == at::kDouble)
    compute<double>(p, table);
  else
    compute<float>(p, table);
}

void differentiate_in_own_type(const CosineProblem &p, const CosineTable &table,
                               const at::Tensor &slopes, at::Tensor &to_directions,
                               at::Tensor &to_weight) {
  if (p.directions.scalar_type() == at::kDouble)
    differentiate<double>(p, table, slopes, to_directions, to_weight);
  else
    differentiate<float>(p, table, slopes, to_directions, to_weight);
}

}  // namespace facet::head
