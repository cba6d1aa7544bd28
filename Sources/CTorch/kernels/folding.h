// Convolutions with the batch normalisation that follows them folded into their weights, for evaluation.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

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

/// A convolution's weight and bias with the normalisation that follows it folded in.
///
/// They are kept, in oneDNN's own order where it is used, until a parameter or a statistic changes:
/// folding and reordering take a twentieth of ResNet50's time on a batch of 32 images.
class Folding {
 public:
  /// Convolves, normalises with the running statistics, adds the residual where there is one, and
  /// rectifies where that is asked. Not differentiable.
  ///
  /// Scale and shift go into the convolution's weight and a bias, in the parameters' precision;
  /// `type` is what the convolution computes in. On a CPU oneDNN adds and rectifies while it
  /// writes, so that nothing passes over the output again.
  at::Tensor convolution(const at::Tensor &input, const ConvolutionParts &convolution,
                         const NormalizationParts &normalization,
                         const std::optional<at::Tensor> &residual, bool rectify,
                         at::ScalarType type);

  /// Lets go of the weights.
  void forget();

 private:
  struct Weights {
    at::Tensor weight, bias;
  };

  Weights weights(const ConvolutionParts &convolution, const NormalizationParts &normalization,
                  at::ScalarType type, const at::Tensor *input);

  std::mutex mutex_;
  Weights saved_;
  std::vector<int64_t> origin_;
};

}  // namespace facet::kernels
