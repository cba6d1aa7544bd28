// Batch normalisation in training, with what follows it in a network: the addition of a residual, a
// rectifier, or one whose slope below zero is trained (PReLU).
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>

namespace facet::kernels {

struct Recipe;

/// Settings of a normalisation and of the operation that follows it.
struct NormalizationOptions {
  bool rectify;
  double momentum, epsilon;
};

/// Whether `normalization` computes these operands itself: channels-last `[n, c, h, w]` in float32
/// or bfloat16 on the CPU with parameters in float32, and more than one value per channel.
bool supports_normalization(const at::Tensor &input, const at::Tensor &weight,
                            const std::optional<at::Tensor> &residual);

/// Whether `prelu_normalization` does: without a residual, and slopes `[c]` in float32.
bool supports_prelu_normalization(const at::Tensor &input, const at::Tensor &weight,
                                  const at::Tensor &slopes);

/// Normalises with the statistics of the batch, which also enter the running ones; adds the
/// residual where there is one; rectifies where that is asked. Differentiable in `input`, `weight`,
/// `bias` and `residual`.
///
/// LibTorch reads and writes memory for each of the three; here one pass takes the statistics and
/// one does all the rest, and backward in the same way. Nothing is kept but input and output, which the
/// convolutions around hold anyway, and two numbers a channel. Everything in between is float32, but
/// for sums over more than 128 rows, which are float64.
at::Tensor normalization(const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
                         const at::Tensor &running_mean, const at::Tensor &running_variance,
                         const std::optional<at::Tensor> &residual,
                         const NormalizationOptions &options);

/// How a node of the gradient's graph made its output, if it is one of these normalisations and added no residual, or
/// one that it keeps, or one that can be made again.
std::optional<Recipe> recipe(const torch::autograd::Node &node);

/// Normalises in the same way and multiplies the negative values of a channel by its slope. Differentiable in
/// `input`, `weight`, `bias` and `slopes`.
///
/// LibTorch's gradient of the slopes is as large as the images before it is added up; here it is one
/// more sum of the pass that the other parameters' gradients take.
at::Tensor prelu_normalization(const at::Tensor &input, const at::Tensor &weight,
                               const at::Tensor &bias, const at::Tensor &running_mean,
                               const at::Tensor &running_variance, const at::Tensor &slopes,
                               double momentum, double epsilon);

}  // namespace facet::kernels
