#include "pointwise.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include "operands.h"

namespace facet::kernels {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;
/// Positions of an output up to which matrix products are faster, backward and forward.
constexpr int64_t positions_backward = 14 * 14, positions_forward = 7 * 7;

/// The outputs' inputs in channels-last images: `[n, h, w, c]`, a view.
at::Tensor seen(const at::Tensor &images, int64_t stride) {
  auto all = images.permute({0, 2, 3, 1});
  return stride == 1 ? all : all.slice(1, 0, std::nullopt, stride).slice(2, 0, std::nullopt, stride);
}

/// Positions as rows of channels; a copy only where some positions were left out.
at::Tensor rows(const at::Tensor &positions) { return positions.reshape({-1, positions.size(3)}); }

at::Tensor images(const at::Tensor &rows, const at::Tensor &positions) {
  return rows.view({positions.size(0), positions.size(1), positions.size(2), rows.size(1)})
      .permute({0, 3, 1, 2});
}

/// The gradients at the positions that were seen, and zeros elsewhere.
at::Tensor spread(const at::Tensor &grad_outputs, const at::Tensor &input, int64_t stride) {
  auto result = at::empty(input.sizes(), input.options(), last).zero_();
  auto positions = seen(result, stride);
  positions.copy_(grad_outputs.view(positions.sizes()));
  return result;
}

at::Tensor matrix(const at::Tensor &weight) { return weight.view({weight.size(0), -1}); }

struct Pointwise : torch::autograd::Function<Pointwise> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, int64_t stride) {
    keep_operands(context, input, weight);
    context->saved_data["stride"] = stride;
    auto positions = seen(input, stride);
    if (positions.size(1) * positions.size(2) > positions_forward)
      return at::conv2d(input, weight, std::nullopt, {stride, stride});
    return images(at::mm(rows(positions), matrix(weight).t()), positions);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &grad_outputs) {
    auto operands = kept_operands(context);
    const auto &weight = operands.weight;
    int64_t stride = context->saved_data["stride"].toInt();
    auto grad_output = rows(seen(grad_outputs[0].contiguous(last), 1));
    at::Tensor to_input, to_weight;
    // First, so that an input that is made again is freed before the gradient that is as large.
    if (context->needs_input_grad(1))
      to_weight = at::mm(grad_output.t(), rows(seen(operands.input(), stride))).view(weight.sizes());
    if (context->needs_input_grad(0)) {
      to_input = at::mm(grad_output, matrix(weight));
      to_input = stride == 1 ? images(to_input, seen(operands.like_input(), 1))
                             : spread(to_input, operands.like_input(), stride);
    }
    return {to_input, to_weight, at::Tensor()};
  }
};

}  // namespace

bool supports_pointwise(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                        int64_t padding, int64_t groups) {
  return input.is_cpu() && input.dim() == 4 && weight.dim() == 4 && weight.size(2) == 1 &&
         weight.size(3) == 1 && stride >= 1 && padding == 0 && groups == 1 &&
         input.scalar_type() == at::kBFloat16 && input.is_contiguous(last) &&
         weight.is_contiguous() && input.numel() > 0 &&
         seen(input, stride).size(1) * seen(input, stride).size(2) <= positions_backward;
}

at::Tensor pointwise_convolution(const at::Tensor &input, const at::Tensor &weight,
                                 int64_t stride) {
  return Pointwise::apply(input, weight, stride);
}

}  // namespace facet::kernels
