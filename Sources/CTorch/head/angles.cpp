#include "angles.h"

#include <cmath>
#include <utility>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../elements.h"
#include "../parallel.h"
#include "rows.h"

namespace facet::head {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The square of the least length of a vector that has a direction.
constexpr double min_square = 0.25;
/// The square of the sine below which there is only rounding error.
constexpr double rounding_square = 1e-30;
/// The first number above pi / 2: rounding must not make a class the nearest one.
constexpr double right_angle = 1.5707963267948968;
/// Pairs that a thread takes at once.
constexpr int64_t grain = 16;

// On a processor -----------------------------------------------------------------------------------

/// Intermediate values of a pair of vectors.
struct Products {
  double first;   // <a, a>
  double second;  // <b, b>
  double both;    // <a, b>

  bool is_zero() const { return first < min_square || second < min_square; }
};

FACET_INLINE Products products_of(const double *a, const double *b, int64_t size) {
  return {dot(a, a, size), dot(b, b, size), dot(a, b, size)};
}

/// Writes `a` without its part along `b`, `coefficient` times `b`, and returns the square of its
/// length.
FACET_INLINE double reject(const double *a, const double *b, double coefficient, int64_t size,
                           double *out) {
  Vector<double> sum{};
  int64_t c = 0;
  for (; c + lanes <= size; c += lanes) {
    Vector<double> rest = load(a + c) - load(b + c) * coefficient;
    store(out + c, rest);
    sum += rest * rest;
  }
  double square = total<double>(sum);
  for (; c < size; ++c) {
    out[c] = a[c] - coefficient * b[c];
    square += out[c] * out[c];
  }
  return square;
}

FACET_INLINE double angle_of(const double *a, const double *b, int64_t size, double *memory) {
  auto all = products_of(a, b, size);
  if (all.is_zero()) return right_angle;
  double square = reject(b, a, all.both / all.first, size, memory);
  if (square < rounding_square * all.second) square = 0;
  return std::atan2(std::sqrt(square * all.first), all.both);
}

/// Writes the gradient with respect to `a`: against what of `b` is perpendicular to it.
FACET_INLINE void differentiate(const double *a, const double *b, double first, double both,
                                double second, double gradient, int64_t size, double *out) {
  double square = reject(b, a, both / first, size, out);
  double factor =
      square < rounding_square * second ? 0 : -gradient / std::sqrt(square * first);
  for (int64_t c = 0; c < size; ++c) out[c] *= factor;
}

FACET_INLINE void differentiate_pair(const double *a, const double *b, double gradient, int64_t size,
                                     double *to_a, double *to_b) {
  auto all = products_of(a, b, size);
  if (all.is_zero()) {
    std::fill_n(to_a, size, 0.0);
    std::fill_n(to_b, size, 0.0);
    return;
  }
  differentiate(a, b, all.first, all.both, all.second, gradient, size, to_a);
  differentiate(b, a, all.second, all.both, all.first, gradient, size, to_b);
}

at::Tensor angles_by_row(const at::Tensor &vectors, const at::Tensor &rows) {
  int64_t count = vectors.size(0), size = vectors.size(1);
  auto result = at::empty({count}, vectors.options());
  auto a = elements<double>(vectors), b = elements<double>(rows);
  auto out = result.mutable_data_ptr<double>();
  auto chosen = choice();
  parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    std::vector<double> memory(size);
    vectorized(chosen, [&]() FACET_LAMBDA {
      for (int64_t i = begin; i < end; ++i)
        out[i] = angle_of(a + i * size, b + i * size, size, memory.data());
    });
  });
  return result;
}

AngleGradients gradients_by_row(const at::Tensor &vectors, const at::Tensor &rows,
                                const at::Tensor &grad_output) {
  int64_t count = vectors.size(0), size = vectors.size(1);
  AngleGradients result{at::empty_like(vectors), at::empty_like(rows)};
  auto a = elements<double>(vectors), b = elements<double>(rows), by = elements<double>(grad_output);
  auto to_a = result.to_vectors.mutable_data_ptr<double>();
  auto to_b = result.to_rows.mutable_data_ptr<double>();
  auto chosen = choice();
  parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    vectorized(chosen, [&]() FACET_LAMBDA {
      for (int64_t i = begin; i < end; ++i)
        differentiate_pair(a + i * size, b + i * size, by[i], size, to_a + i * size,
                           to_b + i * size);
    });
  });
  return result;
}

// Out of LibTorch's operations ---------------------------------------------------------------------

at::Tensor dots(const at::Tensor &a, const at::Tensor &b) { return (a * b).sum(1); }

/// The same products of all pairs at once.
struct ProductTensors {
  at::Tensor first, second, both, is_zero;

  ProductTensors(const at::Tensor &a, const at::Tensor &b)
      : first(dots(a, a)), second(dots(b, b)), both(dots(a, b)) {
    is_zero = first.lt(min_square).logical_or_(second.lt(min_square));
  }
};

at::Tensor reject(const at::Tensor &a, const at::Tensor &b, const at::Tensor &coefficient) {
  return a - b * coefficient.unsqueeze(1);
}

/// Squares of lengths, 0 if there is only rounding error.
at::Tensor squares_of(const at::Tensor &rest, const at::Tensor &whole) {
  auto squares = dots(rest, rest);
  return squares.masked_fill(squares.lt(whole * rounding_square), 0);
}

at::Tensor composed_angles(const at::Tensor &a, const at::Tensor &b) {
  ProductTensors all(a, b);
  auto rest = reject(b, a, all.both / all.first);
  auto sines = (squares_of(rest, all.second) * all.first).sqrt();
  return at::atan2(sines, all.both).masked_fill_(all.is_zero, right_angle);
}

at::Tensor composed_gradient(const at::Tensor &a, const at::Tensor &b, const at::Tensor &first,
                             const at::Tensor &second, const ProductTensors &all,
                             const at::Tensor &grad_output) {
  auto rest = reject(b, a, all.both / first);
  auto squares = squares_of(rest, second);
  auto factors = -grad_output * (squares * first).rsqrt();
  auto has_none = all.is_zero.logical_or(squares.eq(0));
  return (rest * factors.unsqueeze(1)).masked_fill_(has_none.unsqueeze(1), 0);
}

AngleGradients composed_gradients(const at::Tensor &a, const at::Tensor &b,
                                  const at::Tensor &grad_output) {
  ProductTensors all(a, b);
  return {composed_gradient(a, b, all.first, all.second, all, grad_output),
          composed_gradient(b, a, all.second, all.first, all, grad_output)};
}

at::Tensor plain(const at::Tensor &values) { return values.detach().to(at::kDouble).contiguous(); }

bool is_by_row(const at::Tensor &vectors) { return vectors.is_cpu() && uses_own_kernels(); }

struct AngleBetween : torch::autograd::Function<AngleBetween> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &vectors,
                            const at::Tensor &rows) {
    context->save_for_backward({vectors, rows});
    return angles(vectors, rows);
  }

  static variable_list backward(AutogradContext *context, variable_list grad_output) {
    auto saved = context->get_saved_variables();
    auto result = angle_gradients(saved[0], saved[1], grad_output[0]);
    return {result.to_vectors.to(saved[0].scalar_type()),
            result.to_rows.to(saved[1].scalar_type())};
  }
};

}  // namespace

at::Tensor angles(const at::Tensor &vectors, const at::Tensor &rows) {
  TORCH_CHECK(vectors.dim() == 2 && vectors.sizes() == rows.sizes(), "there are no angles between ",
              vectors.sizes(), " and ", rows.sizes());
  auto a = plain(vectors), b = plain(rows);
  return is_by_row(a) ? angles_by_row(a, b) : composed_angles(a, b);
}

AngleGradients angle_gradients(const at::Tensor &vectors, const at::Tensor &rows,
                               const at::Tensor &grad_output) {
  auto a = plain(vectors), b = plain(rows), by = plain(grad_output);
  return is_by_row(a) ? gradients_by_row(a, b, by) : composed_gradients(a, b, by);
}

at::Tensor angle_between(const at::Tensor &vectors, const at::Tensor &rows) {
  return AngleBetween::apply(vectors, rows);
}

}  // namespace facet::head
