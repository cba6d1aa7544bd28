// What a convolution keeps of its operands until its gradients are computed.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include "normalized.h"

namespace facet::kernels {

/// How a normalisation made its output, backward.
struct Recipe {
  SavedTensors parts;
  Epilogue end;

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

/// Whether `keep_operands` would not keep this input.
bool is_recomputed(const at::Tensor &input);

/// Whether convolutions on this thread have outputs of normalisations made again backward.
bool recomputes();
void set_recomputes(bool value);

}  // namespace facet::kernels
