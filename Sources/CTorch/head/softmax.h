// The softmax over a cosine similarity matrix stored class by class, without a second table.
#pragma once

#include <cstdint>
#include <functional>

#include <ATen/core/Tensor.h>

#include "../dispatch.h"

namespace facet::head {

/// A map of the non-target classes' cosines `[n, k]`, for any k classes: elementwise in the
/// cosines.
using NonTargetMap = std::function<at::Tensor(const at::Tensor &)>;

/// A batch of scaled cosines, of which each sample's target class is stored separately.
struct SoftmaxProblem {
  /// `[c, columns]`; the samples' target classes may hold anything.
  at::Tensor cosines;
  /// `[n]` of int64, positions among the classes.
  at::Tensor labels;
  /// `[n]`, at least 0, in the cosines' type.
  at::Tensor scale;
  /// Null when the non-target classes' cosines stay unchanged.
  const NonTargetMap *non_targets = nullptr;
  /// The instructions: those of the thread that states the problem.
  Choice choice = facet::choice();
};

/// Statistics of the non-target classes of each sample; all `[n]`.
struct NonTargetSummary {
  /// log of the sum over j != y of e^(scale cosine_j), in float64; -infinity for one class.
  at::Tensor log_sum;
  /// The largest cosine of another class, 0 for one class; in float64.
  at::Tensor reference;
  /// The largest cosine of another class; below -1e14 for one class.
  at::Tensor largest;
  /// The first class that has it.
  at::Tensor first_largest;
  /// The largest cosine and its first class without the map.
  at::Tensor plain_largest;
  at::Tensor plain_first_largest;
};

NonTargetSummary summarize_non_targets(const SoftmaxProblem &problem);

/// Turns the table into the gradient of sum_i weight_i log(e^(z_i) + sum over j != y of
/// e^(scale_i cosine_ij)) with respect to the non-target classes' cosines, with zeros at the
/// samples' target classes.
///
/// `reference` is the summary's; `log_total`, the logarithms, and `weight` are `[n]` of float64. A
/// defined `to_scale`, `[n]` of float64, is filled with the gradient with respect to the scale.
void differentiate_non_targets(const SoftmaxProblem &problem, const at::Tensor &reference,
                          const at::Tensor &log_total, const at::Tensor &weight,
                          at::Tensor &to_scale);

}  // namespace facet::head
