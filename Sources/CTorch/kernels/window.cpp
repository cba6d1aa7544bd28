#include "window.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include "operands.h"

namespace facet::kernels {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;
/// Positions of an output up to which the product is faster, with a stride of 1 and of 2.
constexpr int64_t positions_unit = 4 * 4, positions_strided = 7 * 7;

int64_t outputs(int64_t size, int64_t stride) { return (size - 1) / stride + 1; }

/// The input window of each output, `[n * h * w, 9 * c]`: in channels-last order the three values of a window's
/// row follow each other.
at::Tensor windows(const at::Tensor &input, int64_t stride) {
  auto padded = at::constant_pad_nd(input.permute({0, 2, 3, 1}), {0, 0, 1, 1, 1, 1}).contiguous();
  int64_t images = input.size(0), channels = input.size(1);
  int64_t height = outputs(input.size(2), stride), width = outputs(input.size(3), stride);
  int64_t pixel = padded.stride(2), line = padded.stride(1);
  return padded
      .as_strided({images, height, width, 3, 3 * channels},
                  {padded.stride(0), stride * line, stride * pixel, line, 1})
      .reshape({images * height * width, 9 * channels});
}

struct Window : torch::autograd::Function<Window> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, int64_t stride) {
    keep_operands(context, input, weight);
    context->saved_data["stride"] = stride;
    return at::conv2d(input, weight, std::nullopt, {stride, stride}, {1, 1});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &grad_outputs) {
    auto operands = kept_operands(context);
    const auto &weight = operands.weight;
    int64_t stride = context->saved_data["stride"].toInt();
    auto grad_output = grad_outputs[0].contiguous(last);
    at::Tensor to_input, to_weight;
    // First, so that an input that is made again is freed before the gradient that is as large.
    if (context->needs_input_grad(1)) {
      auto rows = grad_output.permute({0, 2, 3, 1}).reshape({-1, grad_output.size(1)});
      to_weight = at::mm(rows.t(), windows(operands.input(), stride))
                      .view({weight.size(0), 3, 3, weight.size(1)})
                      .permute({0, 3, 1, 2})
                      .contiguous();
    }
    if (context->needs_input_grad(0))
      to_input = std::get<0>(at::convolution_backward(
          grad_output, operands.like_input(), weight, at::OptionalIntArrayRef(), {stride, stride},
          {1, 1}, {1, 1}, /*transposed=*/false, {0, 0}, /*groups=*/1, {true, false, false}));
    return {to_input, to_weight, at::Tensor()};
  }
};

}  // namespace

bool supports_window(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                     int64_t padding, int64_t groups) {
  if (!input.is_cpu() || input.dim() != 4 || weight.dim() != 4 || weight.size(2) != 3 ||
      weight.size(3) != 3 || groups != 1 || padding != 1 || (stride != 1 && stride != 2) ||
      input.scalar_type() != at::kBFloat16 || weight.scalar_type() != at::kBFloat16 ||
      !input.is_contiguous(last) || input.numel() == 0)
    return false;
  int64_t positions = outputs(input.size(2), stride) * outputs(input.size(3), stride);
  return positions <= (stride == 1 ? positions_unit : positions_strided);
}

at::Tensor window_convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride) {
  return Window::apply(input, weight, stride);
}

}  // namespace facet::kernels
