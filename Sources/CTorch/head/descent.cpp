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
FACET_INLINE void sgd_update(Value &weight, Value &momentum_buffer, Value gradient, T rate, T momentum, T decay,
                          bool nesterov) {
  gradient += weight * decay;
  momentum_buffer = momentum_buffer * momentum + gradient;
  weight -= (nesterov ? gradient + momentum_buffer * momentum : momentum_buffer) * rate;
}

template <class T>
FACET_INLINE void sparse_sgd_row(T *weight, T *momentum_buffer, const T *gradient, int64_t size,
                              const DescentRule &rule) {
  T rate = T(rule.learning_rate), momentum = T(rule.momentum), decay = T(rule.weight_decay);
  int64_t c = 0;
  for (; c + lanes <= size; c += lanes) {
    Vector<T> w = load(weight + c), v{};
    if (momentum_buffer != nullptr) v = load(momentum_buffer + c);
    sgd_update(w, v, load(gradient + c), rate, momentum, decay, rule.nesterov);
    store(weight + c, w);
    if (momentum_buffer != nullptr) store(momentum_buffer + c, v);
  }
  for (; c < size; ++c) {
    T v = momentum_buffer != nullptr ? momentum_buffer[c] : T(0);
    sgd_update(weight[c], v, gradient[c], rate, momentum, decay, rule.nesterov);
    if (momentum_buffer != nullptr) momentum_buffer[c] = v;
  }
}

template <class T>
void sparse_sgd_on_cpu(const at::Tensor &weight, const at::Tensor &momentum_buffer,
                          const at::Tensor &rows, const at::Tensor &gradient,
                          const DescentRule &rule) {
  auto indices = elements<int64_t>(rows);
  auto gradients = elements<T>(gradient);
  T *weights = weight.mutable_data_ptr<T>();
  T *momentum_buffers = momentum_buffer.defined() ? momentum_buffer.mutable_data_ptr<T>() : nullptr;
  int64_t size = weight.size(1);
  auto chosen = choice();
  parallel_for(0, rows.numel(), 64, [&](int64_t begin, int64_t end) {
    vectorized(chosen, [&]() FACET_LAMBDA {
      for (int64_t r = begin; r < end; ++r) {
        int64_t start = indices[r] * size;
        sparse_sgd_row(weights + start, momentum_buffers == nullptr ? nullptr : momentum_buffers + start,
                    gradients + r * size, size, rule);
      }
    });
  });
}

void sparse_sgd_composed(const at::Tensor &weight, const at::Tensor &momentum_buffer,
                      const at::Tensor &rows, const at::Tensor &gradient,
                      const DescentRule &rule) {
  auto own = at::index_select(weight, 0, rows);
  auto gradients = rule.divisor ? gradient / *rule.divisor : gradient.clone();
  gradients.add_(own, rule.weight_decay);
  auto put = [&](const at::Tensor &matrix, const at::Tensor &former, const at::Tensor &value) {
    matrix.index_copy_(0, rows, rule.skips ? at::where(*rule.skips > 0, former, value) : value);
  };
  if (momentum_buffer.defined()) {
    auto former = at::index_select(momentum_buffer, 0, rows);
    auto speed = former.mul(rule.momentum).add_(gradients);
    put(momentum_buffer, former, speed);
    gradients = rule.nesterov ? gradients.add(speed, rule.momentum) : speed;
  }
  put(weight, own, own.sub(gradients, rule.learning_rate));
}

}  // namespace

void sparse_sgd(const at::Tensor &weight, const at::Tensor &momentum_buffer, const at::Tensor &rows,
                  const at::Tensor &gradient, const DescentRule &rule) {
  bool plain = weight.is_cpu() && weight.dim() == 2 && weight.is_contiguous() &&
               (!momentum_buffer.defined() || momentum_buffer.is_contiguous()) && gradient.is_contiguous() &&
               rows.is_contiguous() && at::isFloatingType(weight.scalar_type()) &&
               weight.element_size() >= 4 && !rule.divisor && !rule.skips;
  if (!plain) return sparse_sgd_composed(weight, momentum_buffer, rows, gradient, rule);
  if (weight.scalar_type() == at::kDouble)
    sparse_sgd_on_cpu<double>(weight, momentum_buffer, rows, gradient, rule);
  else
    sparse_sgd_on_cpu<float>(weight, momentum_buffer, rows, gradient, rule);
}

}  // namespace facet::head
