#include "operands.h"

#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>

#include "normalization.h"

namespace facet::kernels {
namespace {

thread_local bool is_recomputing = true;

/// A node of the gradient's graph, as saved data of another.
struct Origin : torch::CustomClassHolder {
  std::decay_t<decltype(at::Tensor().grad_fn())> node;
};

}  // namespace

bool recomputes() { return is_recomputing; }

void set_recomputes(bool value) { is_recomputing = value; }

at::Tensor Recipe::output() const {
  const auto &input = parts.input;
  auto addend = residual ? residual->output() : parts.residual;
  auto result = at::empty(input.sizes(), input.options(), at::MemoryFormat::ChannelsLast);
  Columns columns(input.size(1), input.numel());
  Channels channels(columns, parts);
  with_types(input.scalar_type(), end, [&]<class T, Epilogue end> {
    const T *added = adds(end) ? elements<T>(addend) : nullptr;
    each_element(columns, Normalize<T, end>{elements<T>(input), added,
                                            result.template mutable_data_ptr<T>(), channels.view()});
  });
  return result;
}

at::Tensor Operands::like_input() const {
  if (!recipe) return kept;
  // Of one channel there is more than one way to be channels-last, by which LibTorch chooses its kernel.
  const auto &input = recipe->parts.input;
  int64_t c = input.size(1), h = input.size(2), w = input.size(3);
  return input.as_strided(input.sizes(), {h * w * c, 1, w * c, c});
}

c10::IValue origin(const at::Tensor &made) {
  auto result = c10::make_intrusive<Origin>();
  result->node = made.grad_fn();
  return c10::IValue::make_capsule(std::move(result));
}

std::optional<Recipe> recipe(const c10::IValue &origin) {
  auto holder = origin.toCapsule();
  return recipe(*static_cast<Origin *>(holder.get())->node);
}

std::optional<Recipe> recipe(const at::Tensor &made) {
  return is_recomputing && made.grad_fn() ? recipe(*made.grad_fn()) : std::nullopt;
}

bool is_recomputed(const at::Tensor &input) { return recipe(input).has_value(); }

void keep_operands(torch::autograd::AutogradContext *context, const at::Tensor &input,
                   const at::Tensor &weight) {
  if (!is_recomputed(input)) return context->save_for_backward({weight, input});
  context->saved_data["origin"] = origin(input);
  context->save_for_backward({weight});
}

Operands kept_operands(torch::autograd::AutogradContext *context) {
  auto saved = context->get_saved_variables();
  if (saved.size() == 2) return {saved[0], saved[1], std::nullopt};
  return {saved[0], at::Tensor(), recipe(context->saved_data["origin"])};
}

}  // namespace facet::kernels
