// A part of a head's classes, whose other parts may be computed elsewhere.
//
// Nothing here is recorded for differentiation: what the parts say has to be joined before anybody knows
// the loss, and its derivatives are handed back to each of them.
#pragma once

#include <memory>

#include <ATen/core/Tensor.h>

#include "functions.h"

namespace facet::head {

/// Some classes of a head, and a batch's cosines with them.
class ClassBlock {
 public:
  virtual ~ClassBlock() = default;

  /// Writes the cosines and angles of the samples whose classes are here to the two rows of `[2, n]` of
  /// float64; other samples' columns stay as they are.
  virtual void write_targets(const at::Tensor &out) const = 0;

  /// log of the sum over the non-target classes of e^(scale cosine), `[n]` of float64.
  virtual at::Tensor log_sum(const at::Tensor &scale) const = 0;

  /// What the non-target classes come to, `[5, n]` of float64: the logarithm of the sum of e^(scale cosine), the
  /// largest cosine and the first class that has it, and both without the map. Of no class they are -infinity,
  /// numbers below -1e14, and 0.
  virtual at::Tensor summarize(const at::Tensor &scale, NonTargetMap map) = 0;

  /// Turns the cosines into the gradient of sum_i weight_i log(total_i), whose logarithms are those of the sums over
  /// all blocks and the samples' own; after `summarize`, with its scale and map.
  ///
  /// Returns the gradient with respect to the scale as far as it comes from here, `[n]` of float64.
  virtual at::Tensor differentiate_softmax(const at::Tensor &log_total,
                                           const at::Tensor &weight) = 0;

  /// The gradients with respect to directions, `[n, d]`, as far as they come from here, and to the rows of the
  /// classes that take part, which a defined `to_rows` is filled with; after `differentiate_softmax`.
  ///
  /// `to_target_cosines` and `to_angles` are the gradients with respect to what `write_targets` gave, `[n]`.
  virtual at::Tensor differentiate_cosines(const at::Tensor &to_target_cosines,
                                           const at::Tensor &to_angles,
                                           const at::Tensor &to_rows) = 0;
};

/// Multiplies. `classes`, ascending, are those that take part; undefined for all. `labels` are places among them, and
/// negative where a sample's class is in another block.
std::unique_ptr<ClassBlock> class_block(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                        const at::Tensor &classes, const at::Tensor &labels,
                                        int64_t subcenters, bool bfloat16,
                                        const WorkspacePointer &workspace);

/// The sum of all squares, added row by row in float64: of the same bits on any number of threads.
double sum_of_squares(const at::Tensor &rows);

}  // namespace facet::head
