// A step of descent in some rows of a matrix.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

namespace facet::head {

/// Parameters that are the same for every row.
struct DescentRule {
  double learning_rate;
  double momentum;
  double weight_decay;
  bool nesterov;
  /// Scalars: what gradients are divided by, and 1 if nothing may change.
  std::optional<at::Tensor> divisor, skips;
};

/// v <- momentum v + (g + decay w), w <- w - rate v in the given rows of `weight` and
/// `momentum_buffer`,
/// `[count, d]`; all other rows stay unchanged. `gradient` is `[rows, d]`; `momentum_buffer` is
/// undefined without momentum.
void sparse_sgd(const at::Tensor &weight, const at::Tensor &momentum_buffer, const at::Tensor &rows,
                  const at::Tensor &gradient, const DescentRule &rule);

}  // namespace facet::head
