#include "cosine_passes.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

namespace facet::head {

at::Tensor padded_directions(const CosineProblem &p) {
  auto result = at::zeros({p.columns(), p.size()}, p.directions.options());
  result.narrow(0, 0, p.batch()).copy_(p.directions);
  return result;
}

void compute_cosines(const CosineProblem &p, CosineTable &table) {
  table.inverse_norms = at::empty({p.class_count() * p.subcenters}, p.weight.options());
  if (p.bfloat16 && p.directions.scalar_type() == at::kFloat)
    compute_in_bfloat16(p, table);
  else
    compute_in_own_type(p, table);
}

void cosine_gradients(const CosineProblem &p, const CosineTable &table, const at::Tensor &slopes,
                      at::Tensor &to_directions, at::Tensor &to_weight) {
  if (p.bfloat16 && p.directions.scalar_type() == at::kFloat)
    differentiate_in_bfloat16(p, table, slopes, to_directions, to_weight);
  else
    differentiate_in_own_type(p, table, slopes, to_directions, to_weight);
}

}  // namespace facet::head
