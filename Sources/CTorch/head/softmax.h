// The softmax over a table of cosines that lie class by class, without a second table.
#pragma once

#include <cstdint>
#include <functional>

#include <ATen/core/Tensor.h>

#include "../dispatch.h"

namespace facet::head {

/// What the other classes' cosines `[n, k]` of any k classes become: elementwise in the cosines.
using OthersMap = std::function<at::Tensor(const at::Tensor &)>;

/// A batch of scaled cosines, of which each sample's own class stands apart.
struct SoftmaxProblem {
  /// `[c, columns]`; the samples' own places may hold anything.
  at::Tensor cosines;
  /// `[n]` of int64, positions among the classes.
  at::Tensor labels;
  /// `[n]`, at least 0, in the cosines' type.
  at::Tensor scale;
  /// Null when the other classes' cosines stay as they are.
  const OthersMap *others = nullptr;
  /// The instructions: those of the thread that states the problem.
  Choice choice = facet::choice();
};

/// What the other classes of each sample come to; all `[n]`.
struct OthersSummary {
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

OthersSummary summarize_others(const SoftmaxProblem &problem);

/// Turns the table into the gradient of sum_i weight_i log(e^(z_i) + sum over j != y of
/// e^(scale_i cosine_ij)) with respect to the other classes' cosines, with zeros at the samples' own
/// places.
///
/// `reference` is the summary's; `log_total`, the logarithms, and `weight` are `[n]` of float64. A
/// defined `to_scale`, `[n]` of float64, is filled with the gradient with respect to the scale.
void differentiate_others(const SoftmaxProblem &problem, const at::Tensor &reference,
                          const at::Tensor &log_total, const at::Tensor &weight,
                          at::Tensor &to_scale);

}  // namespace facet::head
