#include "softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "../elements.h"
#include "../parallel.h"
#include "exponential.h"

namespace facet::head {
namespace {

/// Rows that are read twice in a row while they are in the first cache.
constexpr int64_t block_rows = 32;
/// Classes that a map is given at once.
constexpr int64_t map_classes = 4096;
/// Stands at a sample's target class: e^(scale x) is 0 for every scale from `min_scale` on, and
/// x times 0 is 0.
constexpr double absent = -1e15;
constexpr double min_scale = 1e-10;

/// Values of the batch's columns; those beyond the batch are `filler`.
template <class T>
std::vector<T> columns_of(const at::Tensor &values, int64_t columns, T filler) {
  std::vector<T> result(columns, filler);
  auto plain = values.to(c10::CppTypeToScalarType<T>::value).contiguous();
  std::copy_n(elements<T>(plain), plain.numel(), result.begin());
  return result;
}

template <class T>
std::vector<T> scales_of(const SoftmaxProblem &p, int64_t columns) {
  auto scales = columns_of<T>(p.scale, columns, T(1));
  for (auto &scale : scales)
    if (scale < T(min_scale)) scale = T(min_scale);  // A NaN stays one.
  return scales;
}

/// How many parts the rows are split into, each with sums of its own: a power of two. The shape alone
/// decides, so the bits do not depend on the threads.
int64_t part_count(const SoftmaxProblem &p) {
  constexpr int64_t elements_a_part = 32768, least_parts = 2, max_parts = 64;
  int64_t rows = p.cosines.size(0);
  if (p.non_targets != nullptr) rows = std::min(rows, map_classes);
  int64_t parts = least_parts;
  while (parts < max_parts && rows * p.cosines.size(1) >= 2 * parts * elements_a_part) parts *= 2;
  return parts;
}

/// A run of classes' rows of `columns` elements.
template <class T>
struct Rows {
  T *data;
  int64_t first_class;
  int64_t count;
  int64_t columns;
};

/// Calls `body(part, rows)` for each part of a run, by threads; the parts depend on nothing but
/// their number.
template <class T, class Body>
void for_each_part(const Rows<T> &rows, int64_t parts, Body &&body) {
  parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      int64_t from = rows.count * part / parts, to = rows.count * (part + 1) / parts;
      body(part, Rows<T>{rows.data + from * rows.columns, rows.first_class + from, to - from,
                         rows.columns});
    }
  });
}

// Sums ---------------------------------------------------------------------------------------------

/// Running statistics of each column after some rows.
template <class T>
struct Running {
  std::vector<T> largest;
  std::vector<int64_t> first_largest;
  std::vector<double> sum;  // Of e^(scale (x - largest)).

  explicit Running(int64_t columns)
      : largest(columns, -std::numeric_limits<T>::infinity()),
        first_largest(columns, 0),
        sum(columns, 0) {}
};

/// The largest of a few rows for the columns from `c` on, and where it first occurs.
template <class T>
FACET_INLINE void find_largest(const Rows<T> &rows, int64_t c, Running<T> &running) {
  Vector<T> largest = load(rows.data + c);
  for (int64_t r = 1; r < rows.count; ++r) {
    Vector<T> row = load(rows.data + r * rows.columns + c);
    largest = row > largest ? row : largest;
  }
  for (int64_t l = 0; l < lanes; ++l) {
    if (!(largest[l] > running.largest[c + l])) continue;
    int64_t r = 0;
    while (r + 1 < rows.count && rows.data[r * rows.columns + c + l] != largest[l]) ++r;
    running.largest[c + l] = largest[l];
    running.first_largest[c + l] = rows.first_class + r;
  }
}

/// The factor by which a sum of e^(scale (x - former)) is rescaled when a larger number is found.
template <class T>
double lowering(T scale, T former, T largest) {
  return std::exp(double(scale) * (double(former) - double(largest)));
}

/// Adds a few rows to the sums of the columns from `c` on.
template <class T>
FACET_INLINE void add_rows(const Rows<T> &rows, int64_t c, const T *scales, Running<T> &running) {
  Vector<T> former = load(running.largest.data() + c);
  find_largest(rows, c, running);
  Vector<T> scale = load(scales + c);
  Vector<T> largest = load(running.largest.data() + c);
  Vector<T> sum{};
  // The difference first: of two large products it would be as large as their rounding.
  for (int64_t r = 0; r < rows.count; ++r)
    sum += exponential(scale * (load(rows.data + r * rows.columns + c) - largest));
  for (int64_t l = 0; l < lanes; ++l) {
    double &total = running.sum[c + l];
    if (former[l] < largest[l]) total *= lowering(scale[l], former[l], largest[l]);
    total += sum[l];
  }
}

/// Adds rows to what each part knows; without scales only the largest are found.
template <class T>
void accumulate(const SoftmaxProblem &p, const Rows<T> &rows, const T *scales,
                std::vector<Running<T>> &parts) {
  for_each_part(rows, int64_t(parts.size()), [&](int64_t part, const Rows<T> &target) {
    auto &running = parts[part];
    for (int64_t r = 0; r < target.count; r += block_rows) {
      Rows<T> block{target.data + r * target.columns, target.first_class + r,
                    std::min(block_rows, target.count - r), target.columns};
      vectorized(p.choice, [&]() FACET_LAMBDA {
        for (int64_t c = 0; c < target.columns; c += lanes) {
          if (scales != nullptr)
            add_rows(block, c, scales, running);
          else
            find_largest(block, c, running);
        }
      });
    }
  });
}

/// The combined statistics of all parts; without scales only the largest.
template <class T>
Running<T> merge(const std::vector<Running<T>> &parts, const T *scales) {
  Running<T> all = parts[0];
  for (size_t part = 1; part < parts.size(); ++part) {
    const auto &target = parts[part];
    for (size_t c = 0; c < all.sum.size(); ++c) {
      T largest = std::max(all.largest[c], target.largest[c]);
      auto lowered = [&](double sum, T former) {
        return former == largest ? sum : sum * lowering(scales[c], former, largest);
      };
      if (scales != nullptr)
        all.sum[c] = lowered(all.sum[c], all.largest[c]) + lowered(target.sum[c], target.largest[c]);
      if (target.largest[c] > all.largest[c] ||
          (target.largest[c] == all.largest[c] && target.first_largest[c] < all.first_largest[c])) {
        all.largest[c] = target.largest[c];
        all.first_largest[c] = target.first_largest[c];
      }
    }
  }
  return all;
}

/// Puts a value at the samples' target classes in a run of rows, and keeps the previous value.
template <class T>
std::vector<T> replace_target(const SoftmaxProblem &p, const Rows<T> &rows, const T *values,
                           T otherwise) {
  auto labels = elements<int64_t>(p.labels);
  std::vector<T> former(p.labels.numel(), T(0));
  for (int64_t i = 0; i < p.labels.numel(); ++i) {
    int64_t row = labels[i] - rows.first_class;
    if (row < 0 || row >= rows.count) continue;
    T &position = rows.data[row * rows.columns + i];
    former[i] = position;
    position = values != nullptr ? values[i] : otherwise;
  }
  return former;
}

/// Calls `body(rows of the table, view [n, k] of them)` for runs of classes.
template <class T, class Body>
void for_each_run(const SoftmaxProblem &p, Body &&body) {
  int64_t classes = p.cosines.size(0), columns = p.cosines.size(1);
  for (int64_t first = 0; first < classes; first += map_classes) {
    int64_t count = std::min(map_classes, classes - first);
    auto view = p.cosines.narrow(0, first, count).narrow(1, 0, p.labels.numel()).t();
    body(Rows<T>{p.cosines.mutable_data_ptr<T>() + first * columns, first, count, columns}, view);
  }
}

/// Rows that hold what a map made of a run, zeros beyond the batch.
template <class T>
Rows<T> mapped_rows(const at::Tensor &mapped, const Rows<T> &like, at::Tensor &memory) {
  memory = at::zeros({like.count, like.columns},
                     at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value));
  memory.narrow(1, 0, mapped.size(0)).copy_(mapped.t());
  return {memory.mutable_data_ptr<T>(), like.first_class, like.count, like.columns};
}

template <class T>
at::Tensor first_columns(const std::vector<T> &values, int64_t count) {
  auto result = at::empty({count}, at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value));
  std::copy_n(values.begin(), count, result.template mutable_data_ptr<T>());
  return result;
}

template <class T>
NonTargetSummary summary_of(const Running<T> &all, const Running<T> &plain, const T *scales,
                         int64_t count) {
  std::vector<double> log_sums(all.sum.size()), references(all.largest.begin(), all.largest.end());
  for (size_t c = 0; c < log_sums.size(); ++c) {
    bool alone = all.largest[c] < T(absent / 2);
    if (alone) references[c] = 0;
    log_sums[c] = alone ? -std::numeric_limits<double>::infinity()
                        : std::log(all.sum[c]) + double(scales[c]) * references[c];
  }
  return {first_columns(log_sums, count), first_columns(references, count),
          first_columns(all.largest, count), first_columns(all.first_largest, count),
          first_columns(plain.largest, count), first_columns(plain.first_largest, count)};
}

template <class T>
NonTargetSummary summarize(const SoftmaxProblem &p) {
  int64_t columns = p.cosines.size(1), count = p.labels.numel();
  auto scales = scales_of<T>(p, columns);
  std::vector<Running<T>> parts(part_count(p), Running<T>(columns));
  Rows<T> table{p.cosines.mutable_data_ptr<T>(), 0, p.cosines.size(0), columns};
  auto target = replace_target(p, table, static_cast<const T *>(nullptr), T(absent));
  if (p.non_targets == nullptr) {
    accumulate(p, table, scales.data(), parts);
    auto all = merge(parts, scales.data());
    replace_target(p, table, target.data(), T(0));
    return summary_of(all, all, scales.data(), count);
  }
  std::vector<Running<T>> plain(parts.size(), Running<T>(columns));
  accumulate(p, table, static_cast<const T *>(nullptr), plain);
  replace_target(p, table, target.data(), T(0));
  for_each_run<T>(p, [&](const Rows<T> &rows, const at::Tensor &view) {
    at::Tensor memory;
    auto mapped = mapped_rows((*p.non_targets)(view), rows, memory);
    replace_target(p, mapped, static_cast<const T *>(nullptr), T(absent));
    accumulate(p, mapped, scales.data(), parts);
  });
  return summary_of(merge(parts, scales.data()), merge(plain, static_cast<const T *>(nullptr)),
                    scales.data(), count);
}

// Gradients ----------------------------------------------------------------------------------------

/// Operands of the columns' gradients.
template <class T>
struct SoftmaxGradient {
  std::vector<T> scales;
  std::vector<T> references;
  std::vector<T> factors;  // weight scale e^(scale reference - log total)
};

/// Turns rows into gradients; adds x e^(scale (x - reference)) to `moments`, `[columns]`.
template <class T>
FACET_INLINE void differentiate_block(const Rows<T> &rows, const SoftmaxGradient<T> &gradients, double *moments) {
  for (int64_t c = 0; c < rows.columns; c += lanes) {
    Vector<T> scale = load(gradients.scales.data() + c);
    Vector<T> reference = load(gradients.references.data() + c);
    Vector<T> factor = load(gradients.factors.data() + c);
    Vector<T> moment{};
    for (int64_t r = 0; r < rows.count; ++r) {
      T *position = rows.data + r * rows.columns + c;
      Vector<T> x = load(position);
      Vector<T> probability = exponential(scale * (x - reference));
      moment += probability * x;
      store(position, probability * factor);
    }
    for (int64_t l = 0; l < lanes; ++l) moments[c + l] += moment[l];
  }
}

template <class T>
void differentiate_rows(const SoftmaxProblem &p, const Rows<T> &rows, const SoftmaxGradient<T> &gradients,
                        std::vector<std::vector<double>> &moments) {
  for_each_part(rows, int64_t(moments.size()), [&](int64_t part, const Rows<T> &target) {
    for (int64_t r = 0; r < target.count; r += block_rows) {
      Rows<T> block{target.data + r * target.columns, target.first_class + r,
                    std::min(block_rows, target.count - r), target.columns};
      vectorized(p.choice, [&]() FACET_LAMBDA { differentiate_block(block, gradients, moments[part].data()); });
    }
  });
}

/// The gradient of a map's result, handed on to the cosines.
at::Tensor through_map(const at::Tensor &view, const at::Tensor &mapped, const at::Tensor &leaf,
                       const at::Tensor &gradients) {
  if (!mapped.requires_grad()) return at::zeros(view.sizes(), view.options());
  auto gradient = torch::autograd::grad({mapped}, {leaf}, {gradients}, std::nullopt,
                                        /*create_graph=*/false, /*allow_unused=*/true)[0];
  return gradient.defined() ? gradient : at::zeros(view.sizes(), view.options());
}

template <class T>
void differentiate_mapped(const SoftmaxProblem &p, const SoftmaxGradient<T> &gradients,
                          std::vector<std::vector<double>> &moments) {
  for_each_run<T>(p, [&](const Rows<T> &rows, const at::Tensor &view) {
    at::Tensor leaf, mapped, memory;
    {
      c10::AutoGradMode on(true);
      leaf = view.detach().clone().requires_grad_();
      mapped = (*p.non_targets)(leaf);
    }
    auto values = mapped_rows<T>(mapped.detach(), rows, memory);
    replace_target(p, values, static_cast<const T *>(nullptr), T(absent));
    differentiate_rows(p, values, gradients, moments);
    auto to_mapped = memory.narrow(1, 0, view.size(0)).t();
    view.copy_(through_map(view, mapped, leaf, to_mapped));
    replace_target(p, rows, static_cast<const T *>(nullptr), T(0));
  });
}

template <class T>
void differentiate(const SoftmaxProblem &p, const at::Tensor &reference,
                   const at::Tensor &log_total, const at::Tensor &weight, at::Tensor &to_scale) {
  int64_t columns = p.cosines.size(1), count = p.labels.numel();
  auto scale = p.scale.to(at::kDouble);
  // At most 0, but for a block that has only the sample's own class, whose reference says nothing.
  auto lowered = weight * (scale * reference - log_total).clamp_max(0).exp();
  SoftmaxGradient<T> gradients{scales_of<T>(p, columns), columns_of<T>(reference, columns, T(0)),
                   columns_of<T>(lowered * scale, columns, T(0))};
  std::vector<std::vector<double>> moments(part_count(p), std::vector<double>(columns, 0));
  if (p.non_targets == nullptr) {
    Rows<T> table{p.cosines.mutable_data_ptr<T>(), 0, p.cosines.size(0), columns};
    replace_target(p, table, static_cast<const T *>(nullptr), T(absent));
    differentiate_rows(p, table, gradients, moments);
  } else {
    differentiate_mapped(p, gradients, moments);
  }
  if (!to_scale.defined()) return;
  std::vector<double> sum(columns, 0);
  for (const auto &target : moments)
    for (int64_t c = 0; c < columns; ++c) sum[c] += target[c];
  to_scale.copy_(first_columns(sum, count) * lowered);
}

}  // namespace

NonTargetSummary summarize_non_targets(const SoftmaxProblem &p) {
  return p.cosines.scalar_type() == at::kDouble ? summarize<double>(p) : summarize<float>(p);
}

void differentiate_non_targets(const SoftmaxProblem &p, const at::Tensor &reference,
                          const at::Tensor &log_total, const at::Tensor &weight,
                          at::Tensor &to_scale) {
  if (p.cosines.scalar_type() == at::kDouble)
    differentiate<double>(p, reference, log_total, weight, to_scale);
  else
    differentiate<float>(p, reference, log_total, weight, to_scale);
}

}  // namespace facet::head
