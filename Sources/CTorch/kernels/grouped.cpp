#include "grouped.h"

#include "operands.h"

#include <ATen/Functions.h>
#include <torch/csrc/autograd/custom_function.h>

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

struct Grouped : torch::autograd::Function<Grouped> {
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
    const auto &weight = operands.weight;
    int64_t stride = context->saved_data["stride"].toInt(),
            padding = context->saved_data["padding"].toInt(),
            groups = context->saved_data["groups"].toInt();
    auto [to_input, to_dense, to_bias] = at::convolution_backward(
        grad_outputs[0].contiguous(at::MemoryFormat::ChannelsLast), operands.input(),
        widened(weight, groups),
        std::nullopt, {stride, stride}, {padding, padding}, {1, 1}, false, {0, 0}, 1,
        {true, true, false});
    auto to_weight =
        blocks(to_dense.contiguous(), groups).permute({4, 0, 1, 2, 3}).reshape(weight.sizes());
    return {to_input, to_weight, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool supports_grouped(const at::Tensor &input, const at::Tensor &weight, int64_t groups) {
  return input.is_cpu() && input.dim() == 4 && input.numel() > 0 && weight.dim() == 4 &&
         groups >= 8 && input.size(1) <= 512 && weight.size(0) <= 512 &&
         input.size(1) == weight.size(1) * groups && weight.size(0) % groups == 0 &&
         weight.size(1) >= 2 && weight.size(1) <= 8 &&
         input.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         input.scalar_type() == at::kBFloat16 && weight.scalar_type() == at::kBFloat16;
}

at::Tensor grouped_convolution(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                               int64_t padding, int64_t groups) {
  return Grouped::apply(input, weight, stride, padding, groups);
}

}  // namespace facet::kernels
