#include "cosine_passes.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

namespace facet::head {

at::Tensor padded_unit_embeddings(const CosineProblem &p) {
  auto result = at::zeros({p.columns(), p.size()}, p.unit_embeddings.options());
  result.narrow(0, 0, p.batch()).copy_(p.unit_embeddings);
  return result;
}

void compute_cosines(const CosineProblem &p, CosineSimilarityMatrix &table) {
  table.inverse_norms = at::empty({p.class_count() * p.subcenters}, p.weight.options());
  if (p.bfloat16 && p.unit_embeddings.scalar_type() == at::kFloat)
    compute_in_bfloat16(p, table);
  else
    compute_in_input_type(p, table);
}

void cosine_gradients(const CosineProblem &p, const CosineSimilarityMatrix &table, const at::Tensor &grad_output,
                      at::Tensor &to_unit_embeddings, at::Tensor &to_weight) {
  if (p.bfloat16 && p.unit_embeddings.scalar_type() == at::kFloat)
    differentiate_in_bfloat16(p, table, grad_output, to_unit_embeddings, to_weight);
  else
    differentiate_in_input_type(p, table, grad_output, to_unit_embeddings, to_weight);
}

}  // namespace facet::head
