// Convolutions with the batch normalisation behind them folded into their weights, for evaluation.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

namespace facet::kernels {

/// A convolution without bias.
struct ConvolutionParts {
  at::Tensor weight;
  int64_t stride, padding, groups;
};

/// Running statistics and parameters of the normalisation that follows.
struct NormalizationParts {
  at::Tensor weight, bias, running_mean, running_variance;
  double epsilon;
};

/// Convolves, normalises with the running statistics, adds the residual where there is one, and
/// rectifies where that is asked. Not differentiable.
///
/// Scale and shift go into the convolution's weight and a bias, in the parameters' precision; `type`
/// is what the convolution computes in. On a CPU oneDNN adds and rectifies while it writes, so that
/// nothing passes over the output again.
at::Tensor folded_convolution(const at::Tensor &input, const ConvolutionParts &convolution,
                              const NormalizationParts &normalization,
                              const std::optional<at::Tensor> &residual, bool rectify,
                              at::ScalarType type);

}  // namespace facet::kernels
