// The head out of LibTorch's own operations: where its passes over blocks of classes, which are the
// processor's, do not compute, as on a GPU. There a table is stored sample by sample, `[n, c]`.
#pragma once

#include <ATen/core/Tensor.h>

#include "softmax.h"

namespace facet::head::composed {

/// Whether the head of this matrix, or of a table made from it, is computed so.
bool applies(const at::Tensor &matrix);

/// As `head::cosine_similarity_matrix`; `fast` lets a GPU round the operands of products to 10 bits
/// of mantissa (TF32), and changes nothing on a processor. No other thread may multiply on a GPU
/// meanwhile.
std::vector<at::Tensor> cosine_similarity_matrix(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                     const at::Tensor &classes, const at::Tensor &labels,
                                     int64_t subcenters, bool fast);

/// Sum over the non-target classes of e^(scale cosine), `[n]`; not differentiable.
at::Tensor other_exponentials(const at::Tensor &table, const at::Tensor &labels,
                              const at::Tensor &scale);

/// As `head::margin_cross_entropy`. Differentiating it uses up what it keeps, not the table.
std::vector<at::Tensor> margin_cross_entropy(const at::Tensor &table,
                                             const at::Tensor &target_logits,
                                             const at::Tensor &scale, const at::Tensor &labels,
                                             const NonTargetMap &non_targets);

}  // namespace facet::head::composed
