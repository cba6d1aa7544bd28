#include "descent.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/where.h>

#include "../elements.h"
#include "../parallel.h"
#include "../dispatch.h"

namespace facet::head {
namespace {

/// One number or sixteen at once.
template <class T, class Value>
FACET_INLINE void descend(Value &weight, Value &velocity, Value slope, T rate, T momentum, T decay,
                          bool nesterov) {
  slope += weight * decay;
  velocity = velocity * momentum + slope;
  weight -= (nesterov ? slope + velocity * momentum : velocity) * rate;
}

template <class T>
FACET_INLINE void descend_row(T *weight, T *velocity, const T *gradient, int64_t size,
                              const DescentRule &rule) {
  T rate = T(rule.learning_rate), momentum = T(rule.momentum), decay = T(rule.weight_decay);
  int64_t c = 0;
  for (; c + lanes <= size; c += lanes) {
    Vector<T> w = load(weight + c), v{};
    if (velocity != nullptr) v = load(velocity + c);
    descend(w, v, load(gradient + c), rate, momentum, decay, rule.nesterov);
    store(weight + c, w);
    if (velocity != nullptr) store(velocity + c, v);
  }
  for (; c < size; ++c) {
    T v = velocity != nullptr ? velocity[c] : T(0);
    descend(weight[c], v, gradient[c], rate, momentum, decay, rule.nesterov);
    if (velocity != nullptr) velocity[c] = v;
  }
}

template <class T>
void descend_on_processor(const at::Tensor &weight, const at::Tensor &velocity,
                          const at::Tensor &rows, const at::Tensor &gradient,
                          const DescentRule &rule) {
  auto indices = elements<int64_t>(rows);
  auto slopes = elements<T>(gradient);
  T *weights = weight.mutable_data_ptr<T>();
  T *velocities = velocity.defined() ? velocity.mutable_data_ptr<T>() : nullptr;
  int64_t size = weight.size(1);
  auto chosen = choice();
  parallel_for(0, rows.numel(), 64, [&](int64_t begin, int64_t end) {
    vectorized(chosen, [&]() FACET_LAMBDA {
      for (int64_t r = begin; r < end; ++r) {
        int64_t start = indices[r] * size;
        descend_row(weights + start, velocities == nullptr ? nullptr : velocities + start,
                    slopes + r * size, size, rule);
      }
    });
  });
}

void descend_anywhere(const at::Tensor &weight, const at::Tensor &velocity,
                      const at::Tensor &rows, const at::Tensor &gradient,
                      const DescentRule &rule) {
  auto own = at::index_select(weight, 0, rows);
  auto slopes = rule.divisor ? gradient / *rule.divisor : gradient.clone();
  slopes.add_(own, rule.weight_decay);
  auto put = [&](const at::Tensor &matrix, const at::Tensor &former, const at::Tensor &value) {
    matrix.index_copy_(0, rows, rule.skips ? at::where(*rule.skips > 0, former, value) : value);
  };
  if (velocity.defined()) {
    auto former = at::index_select(velocity, 0, rows);
    auto speed = former.mul(rule.momentum).add_(slopes);
    put(velocity, former, speed);
    slopes = rule.nesterov ? slopes.add(speed, rule.momentum) : speed;
  }
  put(weight, own, own.sub(slopes, rule.learning_rate));
}

}  // namespace

void descend_rows(const at::Tensor &weight, const at::Tensor &velocity, const at::Tensor &rows,
                  const at::Tensor &gradient, const DescentRule &rule) {
  bool plain = weight.is_cpu() && weight.dim() == 2 && weight.is_contiguous() &&
               (!velocity.defined() || velocity.is_contiguous()) && gradient.is_contiguous() &&
               rows.is_contiguous() && at::isFloatingType(weight.scalar_type()) &&
               weight.element_size() >= 4 && !rule.divisor && !rule.skips;
  if (!plain) return descend_anywhere(weight, velocity, rows, gradient, rule);
  if (weight.scalar_type() == at::kDouble)
    descend_on_processor<double>(weight, velocity, rows, gradient, rule);
  else
    descend_on_processor<float>(weight, velocity, rows, gradient, rule);
}

}  // namespace facet::head
