// The head as two differentiable functions with the margin between them.
#pragma once

#include <ATen/core/Tensor.h>

#include "cosines.h"
#include "softmax.h"
#include "workspace.h"

namespace facet::head {

using WorkspacePointer = c10::intrusive_ptr<Workspace>;

/// A cosine similarity matrix, class by class (sample by sample where it is `composed`), the
/// samples' own cosines, `[n]`, and their angles, `[n]` of float64, which are precise near 0 and pi
/// as well.
///
/// The gradient with respect to the weight is sparse, with the rows of the classes that take part,
/// when `classes` is not empty.
std::vector<at::Tensor> cosine_similarity_matrix(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                     const at::Tensor &classes, const at::Tensor &labels,
                                     int64_t subcenters, bool bfloat16,
                                     const WorkspacePointer &workspace);

/// Sum over the non-target classes of e^(scale cosine), `[n]`; not differentiable.
at::Tensor other_exponentials(const at::Tensor &table, const at::Tensor &labels,
                              const at::Tensor &scale);

/// The mean over samples of log(e^(z_i) + sum over j != y of e^(scale_i cosine_ij)) - z_i, and two
/// `[n]` of bool: whether the sample's target class is first, without and with the margin.
///
/// The target logits may be of float64. Differentiating turns the table into its own gradient.
std::vector<at::Tensor> margin_cross_entropy(const at::Tensor &table,
                                             const at::Tensor &target_logits,
                                             const at::Tensor &scale, const at::Tensor &target_cosines,
                                             const at::Tensor &labels, NonTargetMap non_targets);

}  // namespace facet::head
