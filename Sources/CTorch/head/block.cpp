#include "block.h"

#include <array>
#include <utility>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "../elements.h"
#include "angles.h"
#include "composed.h"
#include "targets.h"

namespace facet::head {
namespace {

/// The samples whose labels are not negative, `[m]`.
at::Tensor samples_inside(const at::Tensor &labels) {
  return labels.ge(0).nonzero().squeeze(1);
}

/// Writes the columns of some samples.
void write_columns(const at::Tensor &out, const at::Tensor &samples, const at::Tensor &cosines,
                   const at::Tensor &angles) {
  out.index_copy_(1, samples, at::stack({cosines.to(at::kDouble), angles}));
}

// In passes ------------------------------------------------------------------------------------------

/// A block whose cosines lie class by class.
class PassedBlock final : public ClassBlock {
 public:
  PassedBlock(CosineProblem problem, at::Tensor labels, const WorkspacePointer &workspace)
      : problem_(std::move(problem)), labels_(std::move(labels)), samples_(samples_inside(labels_)) {
    std::array<int64_t, 2> sizes{problem_.class_count(), problem_.columns()};
    auto options = problem_.weight.options();
    table_.cosines = Workspace::take(workspace->cosines, sizes, options);
    table_.inverse_norms = at::empty({0}, options);
    if (problem_.subcenters > 1)
      table_.nearest = Workspace::take(workspace->nearest, sizes, options.dtype(at::kByte));
    if (sizes[0] > 0) compute_cosines(problem_, table_);
    positions_ = at::index_select(target_positions(problem_, table_, labels_), 0, samples_);
    targets_ = unit_rows(problem_, table_, positions_);
  }

  void write_targets(const at::Tensor &out) const override {
    auto cosines = at::zeros(labels_.sizes(), table_.cosines.options());
    AT_DISPATCH_FLOATING_TYPES(cosines.scalar_type(), "write_targets", [&] {
      auto values = cosines.mutable_data_ptr<scalar_t>();
      for_each_target<scalar_t>(table_.cosines, labels_,
                                [&](scalar_t &position, int64_t i) { values[i] = position; });
    });
    write_columns(out, samples_, at::index_select(cosines, 0, samples_),
                  angles(inside(problem_.unit_embeddings), targets_));
  }

  at::Tensor log_sum(const at::Tensor &scale) const override {
    SoftmaxProblem problem{table_.cosines, labels_, scale.detach().expand(labels_.sizes())};
    return summarize_non_targets(problem).log_sum;
  }

  at::Tensor summarize(const at::Tensor &scale, NonTargetMap map) override {
    scale_ = scale.detach();
    map_ = std::move(map);
    auto found = summarize_non_targets(softmax());
    reference_ = found.reference;
    std::vector<at::Tensor> rows{found.log_sum, found.largest, found.first_largest,
                                 found.plain_largest, found.plain_first_largest};
    for (auto &row : rows) row = row.to(at::kDouble);
    return at::stack(rows);
  }

  at::Tensor differentiate_softmax(const at::Tensor &log_total, const at::Tensor &weight) override {
    auto to_scale = at::empty(labels_.sizes(), log_total.options());
    differentiate_non_targets(softmax(), reference_, log_total, weight, to_scale);
    return to_scale;
  }

  at::Tensor differentiate_cosines(const at::Tensor &to_target_cosines,
                                   const at::Tensor &to_angles,
                                   const at::Tensor &to_rows) override {
    auto to_unit_embeddings = at::zeros_like(problem_.unit_embeddings);
    if (problem_.class_count() == 0) return to_unit_embeddings;
    add_to_target(table_.cosines, labels_, to_target_cosines);
    auto rows = to_rows;
    cosine_gradients(problem_, table_, table_.cosines, to_unit_embeddings, rows);
    auto target = angle_gradients(inside(problem_.unit_embeddings), targets_, inside(to_angles));
    to_unit_embeddings.index_add_(0, samples_,
                                  target.to_vectors.to(to_unit_embeddings.scalar_type()));
    if (rows.defined()) add_to_positions(rows, table_, positions_, target.to_rows);
    return to_unit_embeddings;
  }

 private:
  SoftmaxProblem softmax() const {
    return {table_.cosines, labels_, scale_, map_ ? &map_ : nullptr, problem_.choice};
  }

  /// The rows of the samples whose classes are here.
  at::Tensor inside(const at::Tensor &values) const { return at::index_select(values, 0, samples_); }

  CosineProblem problem_;
  at::Tensor labels_, samples_;
  CosineSimilarityMatrix table_;
  at::Tensor positions_, targets_;
  at::Tensor scale_, reference_;
  NonTargetMap map_;
};

// Out of LibTorch's operations -----------------------------------------------------------------------

/// Stands in float64 at a sample's own place, as it does in the passes.
constexpr double absent = -1e15;

/// A block whose cosines lie sample by sample.
class ComposedBlock final : public ClassBlock {
 public:
  ComposedBlock(at::Tensor unit_embeddings, const at::Tensor &weight, const at::Tensor &classes,
                at::Tensor labels, int64_t subcenters, bool fast)
      : unit_embeddings_(std::move(unit_embeddings)),
        table_(unit_embeddings_, weight, classes, subcenters, fast),
        labels_(std::move(labels)),
        samples_(samples_inside(labels_)),
        positions_(table_.target_positions(labels_, samples_)),
        targets_(table_.unit_rows(positions_)) {}

  void write_targets(const at::Tensor &out) const override {
    auto cosines = inside(table_.cosines).gather(1, inside(labels_).unsqueeze(1)).squeeze(1);
    write_columns(out, samples_, cosines, angles(inside(unit_embeddings_), targets_));
  }

  at::Tensor log_sum(const at::Tensor &scale) const override {
    return summary_of(table_.cosines, scale.detach().expand(labels_.sizes())).log_sum;
  }

  at::Tensor summarize(const at::Tensor &scale, NonTargetMap map) override {
    scale_ = scale.detach();
    if (map && table_.cosines.size(1) > 0) {
      c10::AutoGradMode on(true);
      leaf_ = table_.cosines.clone().requires_grad_();
      mapped_ = map(leaf_);
    }
    auto plain = summary_of(table_.cosines, scale_);
    auto found = mapped_.defined() ? summary_of(mapped_.detach(), scale_) : plain;
    reference_ = found.reference;
    return at::stack({found.log_sum, found.largest, found.first, plain.largest, plain.first});
  }

  at::Tensor differentiate_softmax(const at::Tensor &log_total, const at::Tensor &weight) override {
    auto values = (mapped_.defined() ? mapped_.detach() : table_.cosines).to(at::kDouble);
    auto scale = scale_.to(at::kDouble);
    // Lowered by the block's largest first: e^(scale (x - largest)) is at most 1.
    // The same with the total, but for a block that has only the sample's own class.
    auto factors = weight * (scale * reference_ - log_total).clamp_max(0).exp();
    auto gradient = (scale.unsqueeze(1) * (values - reference_.unsqueeze(1))).exp();
    gradient.mul_(factors.unsqueeze(1));
    clear_targets(gradient);
    auto to_scale = (gradient * values).sum(1);
    gradient = gradient.mul_(scale.unsqueeze(1)).to(table_.cosines.scalar_type());
    gradient_ = mapped_.defined() ? through_map(gradient) : gradient;
    return to_scale;
  }

  at::Tensor differentiate_cosines(const at::Tensor &to_target_cosines,
                                   const at::Tensor &to_angles,
                                   const at::Tensor &to_rows) override {
    auto places = inside(labels_).unsqueeze(1);
    auto to_targets = inside(to_target_cosines).to(gradient_.scalar_type()).unsqueeze(1);
    auto own = inside(gradient_).scatter_add_(1, places, to_targets);
    auto gradient = gradient_.index_copy(0, samples_, own);
    at::Tensor to_unit_embeddings, rows;
    table_.differentiate(gradient, unit_embeddings_, true, to_rows.defined(), to_unit_embeddings,
                         rows);
    auto target = angle_gradients(inside(unit_embeddings_), targets_, inside(to_angles));
    to_unit_embeddings.index_add_(0, samples_,
                                  target.to_vectors.to(to_unit_embeddings.scalar_type()));
    if (to_rows.defined()) {
      table_.add_to_positions(rows, positions_, target.to_rows);
      to_rows.copy_(rows);
    }
    return to_unit_embeddings;
  }

 private:
  /// What the non-target classes come to; all `[n]` of float64.
  struct Summary {
    at::Tensor log_sum, reference, largest, first;
  };

  at::Tensor inside(const at::Tensor &values) const { return at::index_select(values, 0, samples_); }

  /// Puts a number at the samples' own places.
  void fill_targets(at::Tensor &values, double number) const {
    auto own = inside(values).scatter_(1, inside(labels_).unsqueeze(1), number);
    values.index_copy_(0, samples_, own);
  }

  void clear_targets(at::Tensor &values) const { fill_targets(values, 0); }

  Summary summary_of(const at::Tensor &table, const at::Tensor &scale) const {
    auto others = table.to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
    auto zeros = at::zeros(labels_.sizes(), others.options());
    if (others.size(1) == 0) {
      auto none = zeros - std::numeric_limits<double>::infinity();
      return {none, zeros, none, zeros};
    }
    fill_targets(others, absent);
    auto best = others.max(1);
    auto largest = std::get<0>(best);
    auto alone = largest.lt(absent / 2);
    auto reference = largest.masked_fill(alone, 0);
    auto scales = scale.to(at::kDouble);
    auto sum = (scales.unsqueeze(1) * (others - reference.unsqueeze(1))).exp().sum(1);
    auto log_sum = (sum.log() + scales * reference)
                       .masked_fill(alone, -std::numeric_limits<double>::infinity());
    // Of equal ones the first, which a GPU's maximum does not promise.
    auto first = others.eq(largest.unsqueeze(1)).to(at::kByte).argmax(1).to(at::kDouble);
    return {log_sum, reference, largest, first};
  }

  /// The gradient of the map's result, handed on to the cosines.
  at::Tensor through_map(const at::Tensor &gradient) const {
    auto none = at::zeros(gradient.sizes(), gradient.options());
    if (!mapped_.requires_grad()) return none;
    auto found = torch::autograd::grad({mapped_}, {leaf_}, {gradient.to(mapped_.scalar_type())},
                                       std::nullopt, /*create_graph=*/false,
                                       /*allow_unused=*/true)[0];
    if (!found.defined()) return none;
    clear_targets(found);
    return found;
  }

  at::Tensor unit_embeddings_;
  composed::Table table_;
  at::Tensor labels_, samples_, positions_, targets_;
  at::Tensor scale_, reference_, leaf_, mapped_, gradient_;
};

void check(const at::Tensor &unit_embeddings, const at::Tensor &weight, int64_t subcenters) {
  TORCH_CHECK(weight.is_contiguous() && unit_embeddings.dim() == 2 && weight.dim() == 2 &&
                  unit_embeddings.scalar_type() == weight.scalar_type() &&
                  unit_embeddings.size(1) == weight.size(1) && subcenters >= 1,
              "a head cannot multiply directions ", unit_embeddings.sizes(), " with weights ",
              weight.sizes());
}

}  // namespace

std::unique_ptr<ClassBlock> class_block(const at::Tensor &unit_embeddings, const at::Tensor &weight,
                                        const at::Tensor &classes, const at::Tensor &labels,
                                        int64_t subcenters, bool bfloat16,
                                        const WorkspacePointer &workspace) {
  check(unit_embeddings, weight, subcenters);
  auto directions = unit_embeddings.detach().contiguous();
  if (composed::applies(weight))
    return std::make_unique<ComposedBlock>(directions, weight.detach(), classes, labels, subcenters,
                                           bfloat16);
  CosineProblem problem;
  problem.unit_embeddings = directions;
  problem.weight = weight.detach();
  problem.classes = classes;
  problem.subcenters = subcenters;
  problem.bfloat16 = bfloat16;
  return std::make_unique<PassedBlock>(std::move(problem), labels, workspace);
}

double sum_of_squares(const at::Tensor &rows) {
  auto norms = at::linalg_vector_norm(rows, 2, {1}, /*keepdim=*/false, at::kDouble).cpu();
  auto values = elements<double>(norms);
  double sum = 0;
  for (int64_t r = 0; r < norms.numel(); ++r) sum += values[r] * values[r];
  return sum;
}

}  // namespace facet::head
