#include "folding.h"

#include <string_view>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>

#include "dispatch.h"

namespace facet::kernels {
namespace {

using Ints = c10::IntArrayRef;
using Text = std::optional<std::string_view>;
using Scalars = c10::List<std::optional<c10::Scalar>>;
using Optional = std::optional<at::Tensor>;

/// oneDNN's convolution with something done to each output; LibTorch registers it where it was
/// built with oneDNN.
struct Fused {
  using Unary = at::Tensor(const at::Tensor &, const at::Tensor &, const Optional &, Ints, Ints,
                           Ints, int64_t, std::string_view, Scalars, Text);
  using Binary = at::Tensor(const at::Tensor &, const at::Tensor &, const at::Tensor &,
                            const Optional &, Ints, Ints, Ints, int64_t, std::string_view,
                            std::optional<at::Scalar>, Text, Scalars, Text);

  std::optional<c10::OperatorHandle> unary = find("");
  std::optional<c10::OperatorHandle> binary = find("binary");

  static std::optional<c10::OperatorHandle> find(const char *overload) {
    return c10::Dispatcher::singleton().findSchema({"mkldnn::_convolution_pointwise", overload});
  }

  bool is_there() const { return unary && binary; }

  static const Fused &shared() {
    static const Fused fused;
    return fused;
  }
};

at::Tensor fused(const at::Tensor &input, const ConvolutionParts &c, const at::Tensor &bias,
                 const Optional &residual, bool rectify) {
  const int64_t padding[] = {c.padding, c.padding}, stride[] = {c.stride, c.stride};
  const int64_t dilation[] = {1, 1};
  if (!residual)
    return Fused::shared().unary->typed<Fused::Unary>().call(
        input, c.weight, bias, padding, stride, dilation, c.groups, rectify ? "relu" : "none",
        Scalars(), "");
  Text rectifier = rectify ? Text("relu") : std::nullopt;
  return Fused::shared().binary->typed<Fused::Binary>().call(
      input, *residual, c.weight, bias, padding, stride, dilation, c.groups, "add", std::nullopt,
      rectifier, Scalars(), rectify ? Text("") : std::nullopt);
}

at::Tensor separate(const at::Tensor &input, const ConvolutionParts &c, const at::Tensor &bias,
                    const Optional &residual, bool rectify) {
  auto output = at::conv2d(input, c.weight, bias, {c.stride, c.stride}, {c.padding, c.padding},
                           {1, 1}, c.groups);
  if (residual) output.add_(*residual);
  return rectify ? output.relu_() : output;
}

/// Whether oneDNN's operator takes these operands: dense images that hold something.
bool can_fuse(const at::Tensor &input, const Optional &residual) {
  auto type = input.scalar_type();
  return enabled() && input.is_cpu() && input.numel() > 0 &&
         (type == at::kFloat || type == at::kBFloat16) &&
         (!residual || residual->scalar_type() == type) && Fused::shared().is_there();
}

}  // namespace

at::Tensor folded_convolution(const at::Tensor &input, const ConvolutionParts &convolution,
                              const NormalizationParts &normalization,
                              const std::optional<at::Tensor> &residual, bool rectify,
                              at::ScalarType type) {
  auto variance = normalization.running_variance + normalization.epsilon;
  auto scale = normalization.weight * variance.rsqrt();
  auto bias = normalization.bias - normalization.running_mean * scale;
  auto folded = convolution;
  folded.weight = (convolution.weight * scale.reshape({-1, 1, 1, 1})).to(type);
  auto images = input.to(type);
  bias = bias.to(type);
  return can_fuse(images, residual) ? fused(images, folded, bias, residual, rectify)
                                    : separate(images, folded, bias, residual, rectify);
}

}  // namespace facet::kernels
