#include "functions.h"

#include <array>
#include <utility>

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../elements.h"
#include "angles.h"
#include "classes.h"
#include "composed.h"

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

/// Calls `body(element of the table, i)` for the samples' own places.
template <class T, class Body>
void for_each_own(const at::Tensor &table, const at::Tensor &labels, Body &&body) {
  auto places = table.mutable_data_ptr<T>();
  auto classes = elements<int64_t>(labels);
  for (int64_t i = 0; i < labels.numel(); ++i) body(places[classes[i] * table.size(1) + i], i);
}

at::Tensor own_cosines(const at::Tensor &table, const at::Tensor &labels) {
  auto result = at::empty(labels.sizes(), table.options());
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "own_cosines", [&] {
    auto out = result.mutable_data_ptr<scalar_t>();
    for_each_own<scalar_t>(table, labels, [&](scalar_t &place, int64_t i) { out[i] = place; });
  });
  return result;
}

void add_to_own(const at::Tensor &table, const at::Tensor &labels, const at::Tensor &values) {
  auto plain = values.to(table.scalar_type()).contiguous();
  AT_DISPATCH_FLOATING_TYPES(table.scalar_type(), "add_to_own", [&] {
    auto from = elements<scalar_t>(plain);
    for_each_own<scalar_t>(table, labels, [&](scalar_t &place, int64_t i) { place += from[i]; });
  });
}

/// Each sample's own row among those that take part, `[n]` of int64: of several the nearest one.
at::Tensor own_places(const CosineProblem &p, const CosineTable &table, const at::Tensor &labels) {
  auto result = at::empty_like(labels);
  auto places = result.mutable_data_ptr<int64_t>();
  auto classes = elements<int64_t>(labels);
  auto nearest = table.nearest.defined() ? elements<uint8_t>(table.nearest) : nullptr;
  for (int64_t i = 0; i < labels.numel(); ++i)
    places[i] = classes[i] * p.subcenters +
                (nearest == nullptr ? 0 : nearest[classes[i] * p.columns() + i]);
  return result;
}

/// The rows at these places, divided by their norms, `[n, d]` of float64.
at::Tensor unit_rows(const CosineProblem &p, const CosineTable &table, const at::Tensor &places) {
  auto all = p.classes.defined() ? row_indices(p.classes, p.subcenters) : at::Tensor();
  auto rows = at::index_select(p.weight, 0, all.defined() ? at::index_select(all, 0, places) : places);
  auto factors = at::index_select(table.inverse_norms, 0, places).to(at::kDouble);
  return rows.to(at::kDouble).mul_(factors.unsqueeze(1));
}

/// Adds gradients with respect to unit rows to those of the rows at these places.
void add_to_places(const at::Tensor &gradient, const CosineTable &table, const at::Tensor &places,
                   const at::Tensor &values) {
  int64_t size = gradient.size(1);
  auto indices = elements<int64_t>(places);
  auto from = elements<double>(values);
  AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "add_to_places", [&] {
    auto rows = gradient.mutable_data_ptr<scalar_t>();
    auto inverse = elements<scalar_t>(table.inverse_norms);
    for (int64_t i = 0; i < places.numel(); ++i)
      for (int64_t c = 0; c < size; ++c)
        rows[indices[i] * size + c] += scalar_t(from[i * size + c] * inverse[indices[i]]);
  });
}

struct Cosines : torch::autograd::Function<Cosines> {
  static variable_list forward(AutogradContext *context, const at::Tensor &directions,
                               const at::Tensor &weight, const at::Tensor &classes,
                               const at::Tensor &labels, int64_t subcenters, bool bfloat16,
                               WorkspacePointer workspace) {
    auto problem = make_problem(directions, weight, classes, subcenters, bfloat16);
    check_labels(labels, problem.class_count());
    CosineTable table;
    std::array<int64_t, 2> sizes{problem.class_count(), problem.columns()};
    table.cosines = Workspace::take(workspace->cosines, sizes, weight.options());
    if (subcenters > 1)
      table.nearest =
          Workspace::take(workspace->nearest, sizes, weight.options().dtype(at::kByte));
    compute_cosines(problem, table);
    context->save_for_backward({directions, weight, classes, labels});
    context->saved_data["subcenters"] = subcenters;
    context->saved_data["bfloat16"] = bfloat16;
    context->saved_data["norms"] = table.inverse_norms;
    if (subcenters > 1) context->saved_data["nearest"] = table.nearest;
    auto targets = own_cosines(table.cosines, labels);
    auto places = own_places(problem, table, labels);
    auto own = unit_rows(problem, table, places);
    context->saved_data["places"] = places;
    context->saved_data["own"] = own;
    context->saved_data["workspace"] = c10::IValue::make_capsule(std::move(workspace));
    context->set_materialize_grads(false);
    return {table.cosines, targets, angles(problem.directions, own)};
  }

  static variable_list backward(AutogradContext *context, variable_list slopes) {
    auto saved = context->get_saved_variables();
    auto problem = make_problem(saved[0], saved[1], saved[2],
                                context->saved_data["subcenters"].toInt(),
                                context->saved_data["bfloat16"].toBool());
    CosineTable table;
    table.inverse_norms = context->saved_data["norms"].toTensor();
    if (problem.subcenters > 1) table.nearest = context->saved_data["nearest"].toTensor();
    auto workspace = c10::static_intrusive_pointer_cast<Workspace>(
        context->saved_data["workspace"].toCapsule());
    auto to_cosines = slopes[0].defined()
                          ? slopes[0].contiguous()
                          : at::zeros({problem.class_count(), problem.columns()},
                                      problem.weight.options());
    if (slopes[1].defined()) add_to_own(to_cosines, saved[3], slopes[1]);
    at::Tensor to_directions, to_weight;
    if (context->needs_input_grad(0)) to_directions = at::empty_like(problem.directions);
    if (context->needs_input_grad(1))
      to_weight = Workspace::take(
          workspace->gradient, {problem.class_count() * problem.subcenters, problem.size()},
          problem.weight.options());
    cosine_gradients(problem, table, to_cosines, to_directions, to_weight);
    if (slopes[2].defined()) {
      auto own = angle_gradients(problem.directions, context->saved_data["own"].toTensor(), slopes[2]);
      if (to_directions.defined()) to_directions.add_(own.to_vectors);
      if (to_weight.defined())
        add_to_places(to_weight, table, context->saved_data["places"].toTensor(), own.to_rows);
    }
    if (to_weight.defined() && problem.classes.defined())
      to_weight = sparse_rows(problem.weight, row_indices(problem.classes, problem.subcenters),
                              to_weight);
    return {to_directions, std::move(to_weight), at::Tensor(), at::Tensor(), at::Tensor(),
            at::Tensor(), at::Tensor()};
  }

 private:
  static CosineProblem make_problem(const at::Tensor &directions, const at::Tensor &weight,
                                    const at::Tensor &classes, int64_t subcenters,
                                    bool bfloat16) {
    TORCH_CHECK(weight.is_cpu() && weight.is_contiguous() && directions.dim() == 2 &&
                    directions.scalar_type() == weight.scalar_type() &&
                    directions.size(1) == weight.size(1) && subcenters >= 1,
                "a head cannot multiply directions ", directions.sizes(), " with weights ",
                weight.sizes());
    CosineProblem problem;
    problem.directions = directions.detach().contiguous();
    problem.weight = weight.detach();
    if (classes.numel() > 0) problem.classes = classes;
    problem.subcenters = subcenters;
    problem.bfloat16 = bfloat16;
    return problem;
  }
};

/// Keeps a map alive as long as the graph needs it.
struct MapHolder : torch::CustomClassHolder {
  OthersMap map;
  explicit MapHolder(OthersMap value) : map(std::move(value)) {}
  const OthersMap *pointer() const { return map ? &map : nullptr; }
};

/// Whether a sample's own value comes before the largest of the others: of equal ones the class
/// that is listed first counts, as in an arg-max.
at::Tensor is_first(const at::Tensor &own, const at::Tensor &largest, const at::Tensor &labels,
                    const at::Tensor &first) {
  return own.gt(largest).logical_or(own.eq(largest).logical_and(labels.lt(first)));
}

struct MarginCrossEntropy : torch::autograd::Function<MarginCrossEntropy> {
  static variable_list forward(AutogradContext *context, const at::Tensor &table,
                               const at::Tensor &target_logits, const at::Tensor &scale,
                               const at::Tensor &targets, const at::Tensor &labels,
                               c10::intrusive_ptr<MapHolder> map) {
    SoftmaxProblem problem{table.detach(), labels, scale.detach(), map->pointer()};
    auto others = summarize_others(problem);
    auto logits = target_logits.to(at::kDouble);
    auto log_total = at::logaddexp(logits, others.log_sum);
    context->save_for_backward({target_logits, scale, labels});
    // Not as a variable: differentiating changes it in place.
    context->saved_data["table"] = problem.cosines;
    context->saved_data["version"] = int64_t(problem.cosines._version());
    context->saved_data["reference"] = others.reference;
    context->saved_data["log_total"] = log_total;
    context->saved_data["map"] = c10::IValue::make_capsule(map);
    auto loss = (log_total - logits).mean().to(table.scalar_type());
    auto plain = is_first(targets, others.plain_largest, labels, others.plain_first_largest);
    auto margined =
        is_first(target_logits, others.largest * scale, labels, others.first_largest);
    context->mark_non_differentiable({plain, margined});
    return {loss, plain, margined};
  }

  static variable_list backward(AutogradContext *context, variable_list slopes) {
    auto saved = context->get_saved_variables();
    auto map = c10::static_intrusive_pointer_cast<MapHolder>(
        context->saved_data["map"].toCapsule());
    SoftmaxProblem problem{context->saved_data["table"].toTensor(), saved[2], saved[1].detach(),
                           map->pointer()};
    TORCH_CHECK(int64_t(problem.cosines._version()) == context->saved_data["version"].toInt(),
                "a table of cosines became its gradient and cannot be differentiated again: make a "
                "table for each loss");
    problem.cosines.unsafeGetTensorImpl()->bump_version();
    auto log_total = context->saved_data["log_total"].toTensor();
    auto logits = saved[0].detach().to(at::kDouble);
    auto weight = (slopes[0].to(at::kDouble) / double(logits.numel())).expand_as(logits);
    at::Tensor to_scale;
    if (context->needs_input_grad(2)) to_scale = at::empty_like(logits);
    differentiate_others(problem, context->saved_data["reference"].toTensor(), log_total, weight,
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

std::vector<at::Tensor> cosine_table(const at::Tensor &directions, const at::Tensor &weight,
                                     const at::Tensor &classes, const at::Tensor &labels,
                                     int64_t subcenters, bool bfloat16,
                                     const WorkspacePointer &workspace) {
  if (composed::applies(weight))
    return composed::cosine_table(directions, weight, classes, labels, subcenters, bfloat16);
  return Cosines::apply(directions, weight, classes, labels, subcenters, bfloat16, workspace);
}

std::vector<at::Tensor> margin_cross_entropy(const at::Tensor &table,
                                             const at::Tensor &target_logits,
                                             const at::Tensor &scale, const at::Tensor &targets,
                                             const at::Tensor &labels, OthersMap others) {
  if (composed::applies(table))
    return composed::margin_cross_entropy(table, target_logits, scale, labels, others);
  return MarginCrossEntropy::apply(table, target_logits, scale, targets, labels,
                                   c10::make_intrusive<MapHolder>(std::move(others)));
}

at::Tensor other_exponentials(const at::Tensor &table, const at::Tensor &labels,
                              const at::Tensor &scale) {
  if (composed::applies(table)) return composed::other_exponentials(table, labels, scale);
  SoftmaxProblem problem{table.detach(), labels, scale.detach().expand(labels.sizes()), nullptr};
  return summarize_others(problem).log_sum.exp().to(table.scalar_type());
}

}  // namespace facet::head
