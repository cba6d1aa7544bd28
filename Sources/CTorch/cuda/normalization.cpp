#include "normalization.h"

#include <algorithm>
#include <map>
#include <mutex>

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels.h"
#include "normalization_source.h"

namespace facet::cuda {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;
constexpr int64_t threads = 256;
constexpr int64_t max_tiles = 4096;

const Kernels *kernels_for(const at::Tensor &tensor) {
  bool is_bfloat16 = tensor.scalar_type() == at::kBFloat16;
  return Kernels::of(normalization_source, is_bfloat16 ? "-DBFLOAT16=1" : "-DBFLOAT16=0",
                     tensor.device());
}

/// Channels that a thread reads at once.
int64_t lanes(const at::Tensor &tensor) { return tensor.scalar_type() == at::kBFloat16 ? 8 : 4; }

/// A matrix of rows and channels, and how blocks share it.
struct Plan {
  const Kernels &kernels;
  int64_t rows;
  int channels;
  Kernels::Shape sums, elements;

  explicit Plan(const at::Tensor &x)
      : kernels(*kernels_for(x)),
        rows(x.numel() / x.size(1)),
        channels(int(x.size(1))) {
    int64_t vectors = channels / lanes(x), width = 1;
    // Eight threads read 128 bytes, a line of the cache.
    while (width < 8 && width < vectors) width *= 2;
    int64_t height = threads / width, tiles = (vectors + width - 1) / width;
    int64_t processors = facts_of(x.device()).multiprocessors;
    auto shape = [&](int64_t blocks_each, int64_t rows_each) {
      int64_t wanted = std::max<int64_t>(1, processors * blocks_each / tiles);
      int64_t useful = std::max<int64_t>(1, rows / (height * rows_each));
      return Kernels::Shape{unsigned(tiles), unsigned(std::min(wanted, useful)), unsigned(width),
                            unsigned(height)};
    };
    // Sums are added up over blocks, so there are fewer of them.
    sums = shape(3, 4);
    elements = shape(16, 2);
  }

  at::Tensor partial(const at::Tensor &like) const {
    return at::empty({int64_t(sums.blocks_y), 2, channels}, like.options());
  }
};

/// Counters of blocks, which kernels leave at 0 as they found them.
at::Tensor tickets(c10::Device device) {
  static std::mutex mutex;
  static std::map<int, at::Tensor> all;
  std::lock_guard lock(mutex);
  auto &own = all[device.index()];
  if (!own.defined())
    own = at::zeros({max_tiles}, at::TensorOptions().dtype(at::kInt).device(device));
  return own;
}

void *address(const at::Tensor &tensor) { return tensor.defined() ? tensor.data_ptr() : nullptr; }

struct Normalization : torch::autograd::Function<Normalization> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, const at::Tensor &bias,
                            const std::optional<at::Tensor> &residual,
                            const at::Tensor &running_mean, const at::Tensor &running_variance,
                            bool rectify, double momentum, double epsilon) {
    Plan plan(input);
    auto partial = plan.partial(weight), counters = tickets(input.device());
    auto facts = at::empty({4, plan.channels}, weight.options());
    plan.kernels.launch("statistics", plan.sums, address(input), plan.rows, plan.channels,
                        address(partial), address(counters), address(weight), address(bias),
                        address(running_mean), address(running_variance), float(momentum),
                        float(epsilon), address(facts));
    running_mean.unsafeGetTensorImpl()->bump_version();
    running_variance.unsafeGetTensorImpl()->bump_version();
    auto output = at::empty(input.sizes(), input.options(), last);
    plan.kernels.launch("normalize", plan.elements, address(input),
                        residual ? address(*residual) : nullptr, address(output), plan.rows,
                        plan.channels, address(facts), int(rectify));
    bool needs_output = rectify && residual;
    context->save_for_backward({input, weight, needs_output ? output : at::Tensor()});
    context->saved_data["facts"] = facts;
    context->saved_data["rectify"] = rectify;
    context->saved_data["residual"] = residual.has_value();
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list &all) {
    auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1], &output = saved[2];
    auto facts = context->saved_data["facts"].toTensor();
    int rectify = context->saved_data["rectify"].toBool();
    bool residual = context->saved_data["residual"].toBool();
    Plan plan(input);
    auto partial = plan.partial(weight), counters = tickets(input.device());
    auto grad_output = all[0].to(input.scalar_type()).contiguous(last);
    auto passed = output.defined() ? at::empty_like(input) : at::Tensor();
    auto to_weight = at::empty_like(weight), to_bias = at::empty_like(weight);
    auto factors = at::empty({2, plan.channels}, weight.options());
    plan.kernels.launch("sum_gradients", plan.sums, address(input), address(grad_output), address(output),
                        address(passed), plan.rows, plan.channels, address(partial),
                        address(counters), address(facts), rectify, address(to_weight),
                        address(to_bias), address(factors));
    if (passed.defined()) {
      grad_output = passed;
      rectify = 0;
    }
    auto to_input = at::empty_like(input);
    plan.kernels.launch("input_gradient", plan.elements, address(input), address(grad_output),
                        address(to_input), plan.rows, plan.channels, address(facts),
                        address(factors), rectify);
    torch::autograd::variable_list result{to_input, to_weight, to_bias,
                                          residual ? grad_output : at::Tensor()};
    result.resize(9);
    return result;
  }
};

/// Whether 16 bytes can be read at once from every row.
bool is_aligned(const at::Tensor &tensor) {
  return reinterpret_cast<uintptr_t>(tensor.data_ptr()) % 16 == 0;
}

}  // namespace

bool supports_normalization(const at::Tensor &input, const at::Tensor &weight,
                            const std::optional<at::Tensor> &residual) {
  auto type = input.scalar_type();
  if (!input.is_cuda() || input.dim() != 4 || (type != at::kFloat && type != at::kBFloat16) ||
      !input.is_contiguous(last) || input.size(1) == 0 || input.numel() < 2 * input.size(1) ||
      input.size(1) % lanes(input) != 0 || input.size(1) > max_tiles || !is_aligned(input) ||
      weight.scalar_type() != at::kFloat || !weight.is_contiguous())
    return false;
  if (residual && (!residual->is_cuda() || residual->scalar_type() != type ||
                   residual->sizes() != input.sizes() || !residual->is_contiguous(last) ||
                   !is_aligned(*residual)))
    return false;
  return kernels_for(input) != nullptr;
}

at::Tensor normalization(const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
                         const at::Tensor &running_mean, const at::Tensor &running_variance,
                         const std::optional<at::Tensor> &residual,
                         const kernels::NormalizationOptions &options) {
  return Normalization::apply(input, weight, bias, residual, running_mean, running_variance,
                              options.rectify, options.momentum, options.epsilon);
}

}  // namespace facet::cuda
