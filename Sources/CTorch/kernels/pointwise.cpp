#include "pointwise.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

namespace facet::kernels {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;
/// Places of an image up to which matrix products are faster, backward and forward.
constexpr int64_t places_backward = 14 * 14, places_forward = 7 * 7;

int64_t places(const at::Tensor &images) { return images.size(2) * images.size(3); }

/// Channels-last images as rows of channels, without a copy.
at::Tensor rows(const at::Tensor &images) {
  return images.permute({0, 2, 3, 1}).reshape({-1, images.size(1)});
}

at::Tensor images(const at::Tensor &rows, const at::Tensor &like) {
  return rows.view({like.size(0), like.size(2), like.size(3), rows.size(1)}).permute({0, 3, 1, 2});
}

at::Tensor matrix(const at::Tensor &weight) { return weight.view({weight.size(0), -1}); }

struct Pointwise : torch::autograd::Function<Pointwise> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight) {
    context->save_for_backward({input, weight});
    if (places(input) > places_forward) return at::conv2d(input, weight);
    return images(at::mm(rows(input), matrix(weight).t()), input);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &slopes) {
    auto saved = context->get_saved_variables();
    auto slope = rows(slopes[0].contiguous(last));
    at::Tensor to_input, to_weight;
    if (context->needs_input_grad(0))
      to_input = images(at::mm(slope, matrix(saved[1])), saved[0]);
    if (context->needs_input_grad(1))
      to_weight = at::mm(slope.t(), rows(saved[0])).view(saved[1].sizes());
    return {to_input, to_weight};
  }
};

}  // namespace

bool supports_pointwise(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                        int64_t padding, int64_t groups) {
  return input.is_cpu() && input.dim() == 4 && weight.dim() == 4 && weight.size(2) == 1 &&
         weight.size(3) == 1 && stride == 1 && padding == 0 && groups == 1 &&
         input.scalar_type() == at::kBFloat16 && input.is_contiguous(last) &&
         weight.is_contiguous() && input.numel() > 0 && places(input) <= places_backward;
}

at::Tensor pointwise_convolution(const at::Tensor &input, const at::Tensor &weight) {
  return Pointwise::apply(input, weight);
}

}  // namespace facet::kernels
