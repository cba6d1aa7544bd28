// What a convolution keeps of its operands until its gradients are computed.
#pragma once

#include <memory>
#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include "normalized.h"

namespace facet::kernels {

/// How a normalisation made its output, backward.
struct Recipe {
  SavedTensors parts;
  Epilogue end;
  /// How what was added was made; null if it was kept, or nothing was added.
  std::shared_ptr<const Recipe> residual;

  /// Outputs that have to be made one after the other.
  int depth() const { return residual ? residual->depth() + 1 : 1; }

  /// The output, made again: bit for bit the same.
  at::Tensor output() const;
};

/// The operands of a convolution, backward.
struct Operands {
  at::Tensor weight;
  /// The input; undefined if there is a recipe.
  at::Tensor kept;
  std::optional<Recipe> recipe;

  /// A tensor of the input's sizes, strides and type, whatever its values.
  at::Tensor like_input() const;

  /// The input, made again where it was not kept.
  at::Tensor input() const { return recipe ? recipe->output() : kept; }
};

/// Keeps a convolution's operands. An input that a normalisation made is made again backward from the
/// normalisation's own input, which it keeps itself, if this thread recomputes: activations then take
/// half the memory.
void keep_operands(torch::autograd::AutogradContext *context, const at::Tensor &input,
                   const at::Tensor &weight);

/// The operands that `keep_operands` kept.
Operands kept_operands(torch::autograd::AutogradContext *context);

/// What is kept in place of a tensor that a normalisation made: its node in the gradient's graph and not that node's
/// tensors, so that they are freed when the node's own gradients are known.
c10::IValue origin(const at::Tensor &made);

/// How a tensor of this origin was made.
std::optional<Recipe> recipe(const c10::IValue &origin);

/// The recipe of a tensor that can be made again, so that it need not be kept.
std::optional<Recipe> recipe(const at::Tensor &made);

/// Whether `keep_operands` would not keep this input.
bool is_recomputed(const at::Tensor &input);

/// Whether convolutions on this thread have outputs of normalisations made again backward.
bool recomputes();
void set_recomputes(bool value);

}  // namespace facet::kernels
