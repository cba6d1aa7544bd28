#include "folding.h"

#include <string_view>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <ATen/ops/conv2d.h>

#include "../dispatch.h"

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

  std::optional<c10::OperatorHandle> unary = find("mkldnn::_convolution_pointwise", "");
  std::optional<c10::OperatorHandle> binary = find("mkldnn::_convolution_pointwise", "binary");
  std::optional<c10::OperatorHandle> reorder = find("mkldnn::_reorder_convolution_weight", "");

  static std::optional<c10::OperatorHandle> find(const char *name, const char *overload) {
    return c10::Dispatcher::singleton().findSchema({name, overload});
  }

  bool is_there() const { return unary && binary && reorder; }

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

/// The weight in the order that oneDNN computes images of this size with.
at::Tensor reordered(const at::Tensor &input, const ConvolutionParts &c) {
  std::vector<int64_t> padding(2, c.padding), stride(2, c.stride), dilation(2, 1);
  torch::jit::Stack stack{c.weight, padding, stride, dilation, c.groups, input.sizes().vec()};
  Fused::shared().reorder->callBoxed(&stack);
  return stack[0].toTensor();
}

at::Tensor separate(const at::Tensor &input, const ConvolutionParts &c, const at::Tensor &bias,
                    const Optional &residual, bool rectify) {
  auto output = at::conv2d(input, c.weight, bias, {c.stride, c.stride}, {c.padding, c.padding},
                           {1, 1}, c.groups);
  if (residual) output.add_(*residual);
  return rectify ? output.relu_() : output;
}

/// Whether oneDNN's operator takes these operands. LibTorch adds and rectifies together only where
/// the input's strides say that it is channels-last and there are no groups.
bool can_fuse(const at::Tensor &input, const ConvolutionParts &convolution,
              const Optional &residual) {
  auto type = input.scalar_type();
  bool can_add = convolution.groups == 1 &&
                 input.suggest_memory_format() == at::MemoryFormat::ChannelsLast;
  return uses_own_kernels() && input.is_cpu() && input.numel() > 0 &&
         (type == at::kFloat || (type == at::kBFloat16 && has_bfloat16_convolutions())) &&
         (!residual || (can_add && residual->scalar_type() == type)) && Fused::shared().is_there();
}

/// Which tensors something was made of, and which of their versions.
void note(std::vector<int64_t> &origin, const at::Tensor &tensor) {
  origin.push_back(reinterpret_cast<int64_t>(tensor.unsafeGetTensorImpl()));
  origin.push_back(int64_t(tensor._version()));
}

}  // namespace

Folding::Weights Folding::weights(const ConvolutionParts &convolution,
                                  const NormalizationParts &normalization, at::ScalarType type,
                                  const at::Tensor *input) {
  std::vector<int64_t> origin{int64_t(type), input != nullptr};
  for (const auto &part : {convolution.weight, normalization.weight, normalization.bias,
                           normalization.running_mean, normalization.running_variance})
    note(origin, part);
  std::lock_guard lock(mutex_);
  if (origin == origin_) return saved_;
  auto variance = normalization.running_variance + normalization.epsilon;
  auto scale = normalization.weight * variance.rsqrt();
  auto folded = convolution;
  folded.weight = (convolution.weight * scale.reshape({-1, 1, 1, 1})).to(type);
  if (input != nullptr) folded.weight = reordered(*input, folded);
  saved_ = {folded.weight, (normalization.bias - normalization.running_mean * scale).to(type)};
  origin_ = origin;
  return saved_;
}

void Folding::forget() {
  std::lock_guard lock(mutex_);
  saved_ = {};
  origin_.clear();
}

at::Tensor Folding::convolution(const at::Tensor &input, const ConvolutionParts &convolution,
                                const NormalizationParts &normalization,
                                const std::optional<at::Tensor> &residual, bool rectify,
                                at::ScalarType type) {
  auto images = input.to(type);
  bool fuses = can_fuse(images, convolution, residual);
  auto own = weights(convolution, normalization, type, fuses ? &images : nullptr);
  ConvolutionParts folded{own.weight, convolution.stride, convolution.padding, convolution.groups};
  return fuses ? fused(images, folded, own.bias, residual, rectify)
               : separate(images, folded, own.bias, residual, rectify);
}

}  // namespace facet::kernels
