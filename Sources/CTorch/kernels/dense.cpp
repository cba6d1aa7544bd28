#include "dense.h"

#include <ATen/Functions.h>
#include <torch/csrc/autograd/custom_function.h>

#include "operands.h"

namespace facet::kernels {
namespace {

/// The part of `[d, c, k, k]` that groups have: `[d / groups, c / groups, k, k, groups]`.
at::Tensor blocks(const at::Tensor &dense, int64_t groups) {
  return dense
      .view({groups, dense.size(0) / groups, groups, dense.size(1) / groups, dense.size(2),
             dense.size(3)})
      .diagonal(0, 0, 2);
}

/// `[d, c / groups, k, k]` with zeros for what a group does not see: `[d, c, k, k]`.
at::Tensor widened(const at::Tensor &weight, int64_t groups) {
  auto dense = at::zeros(
      {weight.size(0), weight.size(1) * groups, weight.size(2), weight.size(3)}, weight.options());
  blocks(dense, groups)
      .copy_(weight
                 .reshape({groups, weight.size(0) / groups, weight.size(1), weight.size(2),
                           weight.size(3)})
                 .permute({1, 2, 3, 4, 0}));
  return dense;
}

/// Along one side of the images, whether a window's k-th weight meets a pixel in any of its places.
bool meets(int64_t k, int64_t size, int64_t kernel, int64_t stride, int64_t padding) {
  int64_t places = (size + 2 * padding - kernel) / stride + 1;
  for (int64_t i = 0; i < places; ++i)
    if (int64_t pixel = i * stride - padding + k; pixel >= 0 && pixel < size) return true;
  return false;
}

/// Calls `body` with each side of the images and each index along it whose weights meet no pixel.
template <class Body>
void for_unmet_taps(const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding,
                    Body &&body) {
  for (int64_t side : {2, 3})
    for (int64_t k = 0; k < weight.size(side); ++k)
      if (!meets(k, input.size(side), weight.size(side), stride, padding)) body(side, k);
}

struct Convolution : torch::autograd::Function<Convolution> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, int64_t stride, int64_t padding,
                            int64_t groups) {
    keep_operands(context, input, weight);
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["groups"] = groups;
    return at::conv2d(input, weight, std::nullopt, {stride, stride}, {padding, padding}, {1, 1},
                      groups);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &grad_outputs) {
    auto operands = kept_operands(context);
    int64_t stride = context->saved_data["stride"].toInt();
    int64_t padding = context->saved_data["padding"].toInt();
    int64_t groups = context->saved_data["groups"].toInt();
    bool widens = widens_groups(operands.like_input(), operands.weight, groups);
    auto weight = widens ? widened(operands.weight, groups) : operands.weight;
    auto gradients = [&](const at::Tensor &input, bool of_input) {
      return at::convolution_backward(grad_outputs[0], input, weight,
                                      at::OptionalIntArrayRef(), {stride, stride},
                                      {padding, padding}, {1, 1}, /*transposed=*/false, {0, 0},
                                      widens ? 1 : groups, {of_input, !of_input, false});
    };
    at::Tensor to_input, to_weight;
    // First, so that an input that is made again is freed before the gradient that is as large.
    if (context->needs_input_grad(1)) {
      to_weight = std::get<1>(gradients(operands.input(), false));
      for_unmet_taps(operands.like_input(), weight, stride, padding,
                     [&](int64_t side, int64_t k) { to_weight.select(side, k).zero_(); });
      if (widens)
        to_weight = blocks(to_weight.contiguous(), groups)
                        .permute({4, 0, 1, 2, 3})
                        .reshape(operands.weight.sizes());
    }
    if (context->needs_input_grad(0))
      to_input = std::get<0>(gradients(operands.like_input(), true));
    return {to_input, to_weight, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool widens_groups(const at::Tensor &input, const at::Tensor &weight, int64_t groups) {
  return input.is_cpu() && input.dim() == 4 && input.numel() > 0 && weight.dim() == 4 &&
         groups >= 8 && input.size(1) <= 512 && weight.size(0) <= 512 &&
         input.size(1) == weight.size(1) * groups && weight.size(0) % groups == 0 &&
         weight.size(1) >= 2 && weight.size(1) <= 8 &&
         input.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         input.scalar_type() == at::kBFloat16 && weight.scalar_type() == at::kBFloat16;
}

bool has_unmet_taps(const at::Tensor &input, const at::Tensor &weight, int64_t stride, int64_t padding) {
  if (!input.is_cpu() || input.dim() != 4 || weight.dim() != 4 || input.scalar_type() != at::kBFloat16)
    return false;
  bool found = false;
  for_unmet_taps(input, weight, stride, padding, [&](int64_t, int64_t) { found = true; });
  return found;
}

at::Tensor convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                       int64_t padding, int64_t groups) {
  return Convolution::apply(input, weight, stride, padding, groups);
}

}  // namespace facet::kernels
