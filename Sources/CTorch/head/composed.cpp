#include "composed.h"

#include <utility>

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../dispatch.h"
#include "angles.h"
#include "classes.h"

namespace facet::head::composed {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Lets a GPU round the operands of float32 products to TF32 as long as it lives.
class FastProducts {
 public:
  explicit FastProducts(bool wanted) : former_(at::globalContext().allowTF32CuBLAS()) {
    if (wanted) at::globalContext().setAllowTF32CuBLAS(true);
  }
  ~FastProducts() { at::globalContext().setAllowTF32CuBLAS(former_); }

  FastProducts(const FastProducts &) = delete;
  FastProducts &operator=(const FastProducts &) = delete;

 private:
  bool former_;
};

/// Values `[n, c]` where the nearest of each class's rows is, `[n, c k]`; zeros elsewhere.
at::Tensor spread(const at::Tensor &values, const at::Tensor &nearest, int64_t subcenters) {
  auto n = values.size(0), c = values.size(1);
  return at::zeros({n, c, subcenters}, values.options())
      .scatter_(2, nearest.unsqueeze(2), values.unsqueeze(2))
      .view({n, c * subcenters});
}

/// A table as long as a graph needs it, without its cosines, which the graph keeps itself.
struct TableHolder : torch::CustomClassHolder {
  Table table;
  explicit TableHolder(Table value) : table(std::move(value)) {}
};

struct Cosines : torch::autograd::Function<Cosines> {
  static variable_list forward(AutogradContext *context, const at::Tensor &unit_embeddings,
                               const at::Tensor &weight, const at::Tensor &classes,
                               const at::Tensor &labels, int64_t subcenters, bool fast) {
    Table table(unit_embeddings.detach(), weight.detach(),
                classes.numel() > 0 ? classes : at::Tensor(), subcenters, fast);
    auto target_cosines = table.cosines.gather(1, labels.unsqueeze(1)).squeeze(1);
    auto positions = table.target_positions(labels, at::Tensor());
    auto target = table.unit_rows(positions);
    auto cosines = table.cosines;
    context->save_for_backward({unit_embeddings, weight, classes, labels, cosines});
    context->saved_data["places"] = positions;
    context->saved_data["own"] = target;
    table.cosines = at::Tensor();
    context->saved_data["table"] =
        c10::IValue::make_capsule(c10::make_intrusive<TableHolder>(std::move(table)));
    context->set_materialize_grads(false);
    return {cosines, target_cosines, angles(unit_embeddings, target)};
  }

  static variable_list backward(AutogradContext *context, variable_list grad_outputs) {
    auto saved = context->get_saved_variables();
    const auto &unit_embeddings = saved[0], &classes = saved[2], &labels = saved[3];
    auto table = c10::static_intrusive_pointer_cast<TableHolder>(
                     context->saved_data["table"].toCapsule())->table;
    table.cosines = saved[4];
    auto all = grad_outputs[0].defined() ? grad_outputs[0] : at::zeros_like(table.cosines);
    // A tensor of its own, for it is changed in place.
    all = grad_outputs[1].defined()
              ? all.scatter_add(1, labels.unsqueeze(1), grad_outputs[1].unsqueeze(1))
              : all.clone();
    at::Tensor to_unit_embeddings, to_weight;
    table.differentiate(all, unit_embeddings, context->needs_input_grad(0),
                        context->needs_input_grad(1), to_unit_embeddings, to_weight);
    if (grad_outputs[2].defined()) {
      auto target = angle_gradients(unit_embeddings, context->saved_data["own"].toTensor(),
                                    grad_outputs[2]);
      if (to_unit_embeddings.defined()) to_unit_embeddings.add_(target.to_vectors);
      if (to_weight.defined())
        table.add_to_positions(to_weight, context->saved_data["places"].toTensor(), target.to_rows);
    }
    if (to_weight.defined() && classes.numel() > 0)
      to_weight = sparse_rows(saved[1], row_indices(classes, table.subcenters), to_weight);
    return {to_unit_embeddings, to_weight, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

at::Tensor logits_of(const at::Tensor &non_targets, const at::Tensor &scale) {
  return non_targets * scale.unsqueeze(1);
}

/// Whether each sample's target class has the largest value; of equal ones the first counts.
at::Tensor is_top1_correct(const at::Tensor &values, const at::Tensor &labels) {
  return values.argmax(1).eq(labels);
}

/// The cross-entropy when the non-target classes' cosines stay unchanged: one matrix is kept,
/// which becomes the gradient.
struct ScaledCrossEntropy : torch::autograd::Function<ScaledCrossEntropy> {
  static variable_list forward(AutogradContext *context, const at::Tensor &table,
                               const at::Tensor &target_logits, const at::Tensor &scale,
                               const at::Tensor &labels) {
    auto logits = logits_of(table.detach(), scale.detach());
    logits.scatter_(1, labels.unsqueeze(1), target_logits.detach().unsqueeze(1));
    auto log_total = at::logsumexp(logits, {1});
    auto with_margin = is_top1_correct(logits, labels);
    context->save_for_backward({table, scale, labels});
    // Not as a variable: differentiating changes it in place.
    context->saved_data["logits"] = logits;
    context->saved_data["log_total"] = log_total;
    context->mark_non_differentiable({with_margin});
    return {(log_total - target_logits).mean(), with_margin};
  }

  static variable_list backward(AutogradContext *context, variable_list grad_outputs) {
    auto saved = context->get_saved_variables();
    const auto &table = saved[0], &scale = saved[1];
    auto target = saved[2].unsqueeze(1);
    auto probabilities = context->saved_data["logits"].toTensor();
    auto weight = grad_outputs[0] / double(probabilities.size(0));
    probabilities.sub_(context->saved_data["log_total"].toTensor().unsqueeze(1)).exp_();
    auto to_logits = (probabilities.gather(1, target).squeeze(1) - 1) * weight;
    probabilities.scatter_(1, target, 0);
    at::Tensor to_scale;
    if (context->needs_input_grad(2)) to_scale = (probabilities * table).sum(1) * weight;
    probabilities.mul_((scale * weight).unsqueeze(1));
    return {probabilities, to_logits, to_scale, at::Tensor()};
  }
};

}  // namespace

/// Weights are never normalised: their products are, which are as many as a batch has samples and
/// not as a weight has components.
Table::Table(const at::Tensor &unit_embeddings, const at::Tensor &weight, const at::Tensor &classes,
             int64_t subcenters, bool fast)
    : rows(weight), subcenters(subcenters), fast(fast) {
  if (classes.defined()) rows = at::index_select(rows, 0, row_indices(classes, subcenters));
  auto norms = at::linalg_vector_norm(rows, 2, {1});
  inverse = norms.reciprocal().masked_fill_(norms.eq(0), 0);
  FastProducts precision(fast);
  cosines = at::mm(unit_embeddings, rows.t()).mul_(inverse);
  if (subcenters == 1) return;
  auto best = cosines.view({cosines.size(0), cosines.size(1) / subcenters, subcenters}).max(2);
  cosines = std::get<0>(best);
  nearest = std::get<1>(best);
}

at::Tensor Table::target_positions(const at::Tensor &labels, const at::Tensor &samples) const {
  auto of_samples = [&](const at::Tensor &values) {
    return samples.defined() ? at::index_select(values, 0, samples) : values;
  };
  auto own = of_samples(labels);
  if (subcenters == 1) return own;
  auto target = of_samples(nearest).gather(1, own.unsqueeze(1)).squeeze(1);
  return own * subcenters + target;
}

at::Tensor Table::unit_rows(const at::Tensor &positions) const {
  return at::index_select(rows, 0, positions).to(at::kDouble) *
         at::index_select(inverse, 0, positions).to(at::kDouble).unsqueeze(1);
}

void Table::differentiate(at::Tensor gradient, const at::Tensor &unit_embeddings,
                          bool wants_vectors, bool wants_rows, at::Tensor &to_unit_embeddings,
                          at::Tensor &to_rows) const {
  auto along = gradient * cosines;
  if (subcenters > 1) {
    gradient = spread(gradient, nearest, subcenters);
    along = spread(along, nearest, subcenters);
  }
  auto probabilities = along.sum(0).mul_(inverse).mul_(inverse);
  gradient.mul_(inverse);
  FastProducts precision(fast);
  if (wants_vectors) to_unit_embeddings = at::mm(gradient, rows);
  if (!wants_rows) return;
  to_rows = at::mm(gradient.t(), unit_embeddings);
  to_rows.addcmul_(rows, probabilities.unsqueeze(1), -1);
}

void Table::add_to_positions(const at::Tensor &gradient, const at::Tensor &positions,
                             const at::Tensor &values) const {
  auto rows = values.to(gradient.scalar_type());
  rows.mul_(at::index_select(inverse, 0, positions).unsqueeze(1));
  // Sorts before it adds, so that a GPU always adds in the same order.
  gradient.index_put_({positions}, rows, /*accumulate=*/true);
}

bool applies(const at::Tensor &matrix) { return !matrix.is_cpu() || !uses_own_kernels(); }

std::vector<at::Tensor> cosine_similarity_matrix(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                     const at::Tensor &classes, const at::Tensor &labels,
                                     int64_t subcenters, bool fast) {
  return Cosines::apply(unit_embeddings, weight, classes, labels, subcenters, fast);
}

at::Tensor other_exponentials(const at::Tensor &table, const at::Tensor &labels,
                              const at::Tensor &scale) {
  auto values = logits_of(table.detach(), scale.detach().expand(labels.sizes())).exp_();
  return values.scatter_(1, labels.unsqueeze(1), 0).sum(1);
}

std::vector<at::Tensor> margin_cross_entropy(const at::Tensor &table,
                                             const at::Tensor &target_logits,
                                             const at::Tensor &scale, const at::Tensor &labels,
                                             const NonTargetMap &non_targets) {
  auto plain = is_top1_correct(table.detach(), labels);
  auto target = target_logits.to(table.scalar_type());
  if (!non_targets) {
    auto result = ScaledCrossEntropy::apply(table, target, scale, labels);
    return {result[0], plain, result[1]};
  }
  auto logits = logits_of(non_targets(table), scale).scatter(1, labels.unsqueeze(1), target.unsqueeze(1));
  return {at::cross_entropy_loss(logits, labels), plain, is_top1_correct(logits.detach(), labels)};
}

}  // namespace facet::head::composed
