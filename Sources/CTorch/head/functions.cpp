#include "functions.h"

#include <array>
#include <utility>

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../elements.h"
#include "angles.h"
#include "classes.h"
#include "composed.h"
#include "targets.h"

namespace facet::head {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void check_labels(const at::Tensor &labels, int64_t classes) {
  auto values = elements<int64_t>(labels);
  for (int64_t i = 0; i < labels.numel(); ++i)
    TORCH_CHECK(values[i] >= 0 && values[i] < classes, "label ", values[i], " of sample ", i,
                " is not one of ", classes, " classes");
}

at::Tensor gather_target_cosines(const at::Tensor &table, const at::Tensor &labels) {
  auto result = at::empty(labels.sizes(), table.options());
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "gather_target_cosines", [&] {
    auto out = result.mutable_data_ptr<scalar_t>();
    for_each_target<scalar_t>(table, labels, [&](scalar_t &position, int64_t i) { out[i] = position; });
  });
  return result;
}

struct Cosines : torch::autograd::Function<Cosines> {
  static variable_list forward(AutogradContext *context, const at::Tensor &unit_embeddings,
                               const at::Tensor &weight, const at::Tensor &classes,
                               const at::Tensor &labels, int64_t subcenters, bool bfloat16,
                               WorkspacePointer workspace) {
    auto problem = make_problem(unit_embeddings, weight, classes, subcenters, bfloat16);
    check_labels(labels, problem.class_count());
    CosineSimilarityMatrix table;
    std::array<int64_t, 2> sizes{problem.class_count(), problem.columns()};
    table.cosines = Workspace::take(workspace->cosines, sizes, weight.options());
    if (subcenters > 1)
      table.nearest =
          Workspace::take(workspace->nearest, sizes, weight.options().dtype(at::kByte));
    compute_cosines(problem, table);
    context->save_for_backward({unit_embeddings, weight, classes, labels});
    context->saved_data["subcenters"] = subcenters;
    context->saved_data["bfloat16"] = bfloat16;
    context->saved_data["norms"] = table.inverse_norms;
    if (subcenters > 1) context->saved_data["nearest"] = table.nearest;
    auto target_cosines = gather_target_cosines(table.cosines, labels);
    auto positions = target_positions(problem, table, labels);
    auto target = unit_rows(problem, table, positions);
    context->saved_data["places"] = positions;
    context->saved_data["own"] = target;
    context->saved_data["workspace"] = c10::IValue::make_capsule(std::move(workspace));
    context->set_materialize_grads(false);
    return {table.cosines, target_cosines, angles(problem.unit_embeddings, target)};
  }

  static variable_list backward(AutogradContext *context, variable_list grad_outputs) {
    auto saved = context->get_saved_variables();
    auto problem = make_problem(saved[0], saved[1], saved[2],
                                context->saved_data["subcenters"].toInt(),
                                context->saved_data["bfloat16"].toBool());
    CosineSimilarityMatrix table;
    table.inverse_norms = context->saved_data["norms"].toTensor();
    if (problem.subcenters > 1) table.nearest = context->saved_data["nearest"].toTensor();
    auto workspace = c10::static_intrusive_pointer_cast<Workspace>(
        context->saved_data["workspace"].toCapsule());
    auto to_cosines = grad_outputs[0].defined()
                          ? grad_outputs[0].contiguous()
                          : at::zeros({problem.class_count(), problem.columns()},
                                      problem.weight.options());
    if (grad_outputs[1].defined()) add_to_target(to_cosines, saved[3], grad_outputs[1]);
    at::Tensor to_unit_embeddings, to_weight;
    if (context->needs_input_grad(0)) to_unit_embeddings = at::empty_like(problem.unit_embeddings);
    if (context->needs_input_grad(1))
      to_weight = Workspace::take(
          workspace->gradient, {problem.class_count() * problem.subcenters, problem.size()},
          problem.weight.options());
    cosine_gradients(problem, table, to_cosines, to_unit_embeddings, to_weight);
    if (grad_outputs[2].defined()) {
      auto target = angle_gradients(problem.unit_embeddings, context->saved_data["own"].toTensor(), grad_outputs[2]);
      if (to_unit_embeddings.defined()) to_unit_embeddings.add_(target.to_vectors);
      if (to_weight.defined())
        add_to_positions(to_weight, table, context->saved_data["places"].toTensor(), target.to_rows);
    }
    if (to_weight.defined() && problem.classes.defined())
      to_weight = sparse_rows(problem.weight, row_indices(problem.classes, problem.subcenters),
                              to_weight);
    return {to_unit_embeddings, std::move(to_weight), at::Tensor(), at::Tensor(), at::Tensor(),
            at::Tensor(), at::Tensor()};
  }

 private:
  static CosineProblem make_problem(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                    const at::Tensor &classes, int64_t subcenters,
                                    bool bfloat16) {
    TORCH_CHECK(weight.is_cpu() && weight.is_contiguous() && unit_embeddings.dim() == 2 &&
                    unit_embeddings.scalar_type() == weight.scalar_type() &&
                    unit_embeddings.size(1) == weight.size(1) && subcenters >= 1,
                "a head cannot multiply directions ", unit_embeddings.sizes(), " with weights ",
                weight.sizes());
    CosineProblem problem;
    problem.unit_embeddings = unit_embeddings.detach().contiguous();
    problem.weight = weight.detach();
    if (classes.numel() > 0) problem.classes = classes;
    problem.subcenters = subcenters;
    problem.bfloat16 = bfloat16;
    return problem;
  }
};

/// Keeps a map alive as long as the graph needs it.
struct MapHolder : torch::CustomClassHolder {
  NonTargetMap map;
  explicit MapHolder(NonTargetMap value) : map(std::move(value)) {}
  const NonTargetMap *pointer() const { return map ? &map : nullptr; }
};

/// Whether a sample's own value comes before the largest of the others: of equal ones the class
/// that is listed first counts, as in an arg-max.
at::Tensor is_top1_correct(const at::Tensor &target, const at::Tensor &largest, const at::Tensor &labels,
                    const at::Tensor &first) {
  return target.gt(largest).logical_or(target.eq(largest).logical_and(labels.lt(first)));
}

struct MarginCrossEntropy : torch::autograd::Function<MarginCrossEntropy> {
  static variable_list forward(AutogradContext *context, const at::Tensor &table,
                               const at::Tensor &target_logits, const at::Tensor &scale,
                               const at::Tensor &target_cosines, const at::Tensor &labels,
                               c10::intrusive_ptr<MapHolder> map) {
    SoftmaxProblem problem{table.detach(), labels, scale.detach(), map->pointer()};
    auto non_targets = summarize_non_targets(problem);
    auto logits = target_logits.to(at::kDouble);
    auto log_total = at::logaddexp(logits, non_targets.log_sum);
    context->save_for_backward({target_logits, scale, labels});
    // Not as a variable: differentiating changes it in place.
    context->saved_data["table"] = problem.cosines;
    context->saved_data["version"] = int64_t(problem.cosines._version());
    context->saved_data["reference"] = non_targets.reference;
    context->saved_data["log_total"] = log_total;
    context->saved_data["map"] = c10::IValue::make_capsule(map);
    auto loss = (log_total - logits).mean().to(table.scalar_type());
    auto plain = is_top1_correct(target_cosines, non_targets.plain_largest, labels, non_targets.plain_first_largest);
    auto margined =
        is_top1_correct(target_logits, non_targets.largest * scale, labels, non_targets.first_largest);
    context->mark_non_differentiable({plain, margined});
    return {loss, plain, margined};
  }

  static variable_list backward(AutogradContext *context, variable_list grad_outputs) {
    auto saved = context->get_saved_variables();
    auto map = c10::static_intrusive_pointer_cast<MapHolder>(
        context->saved_data["map"].toCapsule());
    SoftmaxProblem problem{context->saved_data["table"].toTensor(), saved[2], saved[1].detach(),
                           map->pointer()};
    TORCH_CHECK(int64_t(problem.cosines._version()) == context->saved_data["version"].toInt(),
                "a cosine similarity matrix became its gradient and cannot be differentiated again: make a "
                "table for each loss");
    problem.cosines.unsafeGetTensorImpl()->bump_version();
    auto log_total = context->saved_data["log_total"].toTensor();
    auto logits = saved[0].detach().to(at::kDouble);
    auto weight = (grad_outputs[0].to(at::kDouble) / double(logits.numel())).expand_as(logits);
    at::Tensor to_scale;
    if (context->needs_input_grad(2)) to_scale = at::empty_like(logits);
    differentiate_non_targets(problem, context->saved_data["reference"].toTensor(), log_total, weight,
                         to_scale);
    auto to_logits = weight * ((logits - log_total).exp() - 1);
    return {problem.cosines,
            to_logits.to(saved[0].scalar_type()),
            to_scale.defined() ? to_scale.to(saved[1].scalar_type()) : at::Tensor(),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

std::vector<at::Tensor> cosine_similarity_matrix(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                     const at::Tensor &classes, const at::Tensor &labels,
                                     int64_t subcenters, bool bfloat16,
                                     const WorkspacePointer &workspace) {
  if (composed::applies(weight))
    return composed::cosine_similarity_matrix(unit_embeddings, weight, classes, labels, subcenters, bfloat16);
  return Cosines::apply(unit_embeddings, weight, classes, labels, subcenters, bfloat16, workspace);
}

std::vector<at::Tensor> margin_cross_entropy(const at::Tensor &table,
                                             const at::Tensor &target_logits,
                                             const at::Tensor &scale, const at::Tensor &target_cosines,
                                             const at::Tensor &labels, NonTargetMap non_targets) {
  if (composed::applies(table))
    return composed::margin_cross_entropy(table, target_logits, scale, labels, non_targets);
  return MarginCrossEntropy::apply(table, target_logits, scale, target_cosines, labels,
                                   c10::make_intrusive<MapHolder>(std::move(non_targets)));
}

at::Tensor other_exponentials(const at::Tensor &table, const at::Tensor &labels,
                              const at::Tensor &scale) {
  if (composed::applies(table)) return composed::other_exponentials(table, labels, scale);
  SoftmaxProblem problem{table.detach(), labels, scale.detach().expand(labels.sizes()), nullptr};
  return summarize_non_targets(problem).log_sum.exp().to(table.scalar_type());
}

}  // namespace facet::head
