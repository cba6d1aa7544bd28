#include "dense.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <torch/csrc/autograd/custom_function.h>

#include "operands.h"

namespace facet::kernels {
namespace {

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
    auto gradients = [&](const at::Tensor &input, bool of_input) {
      return at::convolution_backward(grad_outputs[0], input, operands.weight,
                                      at::OptionalIntArrayRef(), {stride, stride},
                                      {padding, padding}, {1, 1}, /*transposed=*/false, {0, 0},
                                      groups, {of_input, !of_input, false});
    };
    at::Tensor to_input, to_weight;
    // First, so that an input that is made again is freed before the gradient that is as large.
    if (context->needs_input_grad(1))
      to_weight = std::get<1>(gradients(operands.input(), false));
    if (context->needs_input_grad(0))
      to_input = std::get<0>(gradients(operands.like_input(), true));
    return {to_input, to_weight, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor recomputing_convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                                   int64_t padding, int64_t groups) {
  return Convolution::apply(input, weight, stride, padding, groups);
}

}  // namespace facet::kernels
