#include "depthwise.h"

#include <algorithm>
#include <vector>

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include "operands.h"

namespace facet::kernels {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;

/// Sizes of a convolution in channels-last order.
struct Shape {
  int64_t images, channels, height, width, out_height, out_width, stride;

  /// Channels in whole vectors.
  int64_t padded() const { return (channels + lanes - 1) / lanes * lanes; }
};

/// Inputs and outputs. Weight and `sums`, its gradient, are `[9, padded]`.
template <class T>
struct Memory {
  const T *input, *grad_output;
  const float *weight;
  T *to_input;
};

/// The values of an input that was kept.
struct Kept {
  template <class T>
  FACET_INLINE Floats value(Floats kept, int64_t) const {
    return kept;
  }
};

/// The values of an input that a normalisation made, from what it was made of.
template <Epilogue end>
struct Recomputed {
  Channels::View channels;

  template <class T>
  FACET_INLINE Floats value(Floats kept, int64_t c) const {
    return rounded<T>(channels.template output<end>(kept, Floats{}, c));
  }
};

/// A row of some channels of an image, or zeros where the image has none.
template <class T>
struct Row {
  const T *start;
  int64_t step;

  FACET_INLINE Row(const T *image, int64_t row, int64_t height, int64_t width, int64_t step_)
      : start(zeros), step(0) {
    if (row < 0 || row >= height) return;
    start = image + row * width * step_;
    step = step_;
  }

  template <int64_t whole>
  FACET_INLINE Floats at(int64_t column, int64_t count) const {
    return whole ? load(start + column * step) : load_some(start + column * step, count);
  }

  alignas(64) static constexpr T zeros[lanes] = {};
};

/// The weights and their gradient's sums of one vector of channels, in registers.
struct Window {
  Floats weight[9], sum[9];

  FACET_INLINE Window(const float *weights, const float *sums, int64_t stride) {
    for (int64_t k = 0; k < 9; ++k) {
      weight[k] = load(weights + k * stride);
      sum[k] = load(sums + k * stride);
    }
  }

  FACET_INLINE void keep(float *sums, int64_t stride) const {
    for (int64_t k = 0; k < 9; ++k) store(sums + k * stride, sum[k]);
  }

  /// Adds what an input value gets from the gradient of an output that saw it through position `k`, and
  /// what the weight at that position gets.
  FACET_INLINE void pass(int64_t k, Floats grad_output, Floats input, Floats &to_input) {
    sum[k] += grad_output * input;
    to_input += grad_output * weight[k];
  }
};

template <bool whole, class T>
FACET_INLINE Floats get(const T *from, int64_t count) {
  return whole ? load(from) : load_some(from, count);
}

template <bool whole, class T>
FACET_INLINE void put(T *to, Floats values, int64_t count) {
  if constexpr (whole)
    store(to, values);
  else
    store_some(to, values, count);
}

/// With stride 1 an input value was seen by the nine outputs around it.
struct UnitStride {
  template <bool whole, class T, class Input>
  static FACET_INLINE void rows(const Shape &s, const Input &given, int64_t c, const T *input,
                                const T *grad_output, T *to, Window &window, int64_t count,
                                int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      Row<T> above(grad_output, y - 1, s.out_height, s.out_width, s.channels);
      Row<T> here(grad_output, y, s.out_height, s.out_width, s.channels);
      Row<T> below(grad_output, y + 1, s.out_height, s.out_width, s.channels);
      const T *from = input + y * s.width * s.channels;
      T *into = to + y * s.width * s.channels;
      Floats left[3] = {}, right[3] = {};
      Floats middle[3] = {below.template at<whole>(0, count), here.template at<whole>(0, count),
                          above.template at<whole>(0, count)};
      for (int64_t x = 0; x < s.width; ++x) {
        int64_t next = x + 1;
        if (next < s.width) {
          right[0] = below.template at<whole>(next, count);
          right[1] = here.template at<whole>(next, count);
          right[2] = above.template at<whole>(next, count);
        } else {
          right[0] = right[1] = right[2] = Floats{};
        }
        Floats value = given.template value<T>(get<whole>(from + x * s.channels, count), c);
        Floats sum[3] = {};
        for (int64_t i = 0; i < 3; ++i) {
          window.pass(i * 3, right[i], value, sum[i]);
          window.pass(i * 3 + 1, middle[i], value, sum[i]);
          window.pass(i * 3 + 2, left[i], value, sum[i]);
          left[i] = middle[i];
          middle[i] = right[i];
        }
        put<whole>(into + x * s.channels, sum[0] + sum[1] + sum[2], count);
      }
    }
  }
};

/// With stride 2 the four input values of a square were seen by the output at the same position through
/// the window's middle and its right and lower half, and by the next ones through the rest.
struct StrideTwo {
  template <bool whole, class T, class Input>
  static FACET_INLINE void rows(const Shape &s, const Input &given, int64_t c, const T *input,
                                const T *grad_output, T *to, Window &window, int64_t count,
                                int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      Row<T> here(grad_output, y, s.out_height, s.out_width, s.channels);
      Row<T> below(grad_output, y + 1, s.out_height, s.out_width, s.channels);
      bool has_lower = 2 * y + 1 < s.height;
      int64_t start = 2 * y * s.width * s.channels, line = s.width * s.channels;
      Floats first = here.template at<whole>(0, count), third = below.template at<whole>(0, count);
      for (int64_t x = 0; x < s.out_width; ++x) {
        bool has_next = x + 1 < s.out_width;
        Floats second = has_next ? here.template at<whole>(x + 1, count) : Floats{};
        Floats fourth = has_next ? below.template at<whole>(x + 1, count) : Floats{};
        int64_t position = start + 2 * x * s.channels;
        bool has_right = 2 * x + 1 < s.width;
        Floats value = given.template value<T>(get<whole>(input + position, count), c), sum{};
        window.pass(4, first, value, sum);
        put<whole>(to + position, sum, count);
        if (has_right) {
          value = given.template value<T>(get<whole>(input + position + s.channels, count), c);
          sum = Floats{};
          window.pass(5, first, value, sum);
          window.pass(3, second, value, sum);
          put<whole>(to + position + s.channels, sum, count);
        }
        if (has_lower) {
          value = given.template value<T>(get<whole>(input + position + line, count), c);
          sum = Floats{};
          window.pass(7, first, value, sum);
          window.pass(1, third, value, sum);
          put<whole>(to + position + line, sum, count);
        }
        if (has_lower && has_right) {
          value = given.template value<T>(get<whole>(input + position + line + s.channels, count), c);
          sum = Floats{};
          window.pass(8, first, value, sum);
          window.pass(6, second, value, sum);
          window.pass(2, third, value, sum);
          window.pass(0, fourth, value, sum);
          put<whole>(to + position + line + s.channels, sum, count);
        }
        first = second;
        third = fourth;
      }
    }
  }
};

/// Both gradients of the images `begin` to `end`; the weight's is added to `sums`.
///
/// Each vector of channels processes a band of rows that stays in the cache for the next one.
template <class T, class Stride, class Input>
struct Images {
  static constexpr int64_t band_bytes = 1 << 14;

  static FACET_INLINE void run(Shape s, Memory<T> o, Input given, float *sums, int64_t begin,
                               int64_t end) {
    int64_t row_bytes = s.width * s.channels * s.stride * int64_t(sizeof(T));
    int64_t band = std::max<int64_t>(1, band_bytes / row_bytes);
    for (int64_t image = begin; image < end; ++image)
      for (int64_t row = 0; row < s.out_height; row += band)
        rows(s, o, given, sums, image, row, std::min(row + band, s.out_height));
  }

  static FACET_INLINE void rows(const Shape &s, const Memory<T> &o, const Input &given,
                                float *sums, int64_t image, int64_t begin, int64_t end) {
    int64_t size = s.height * s.width * s.channels;
    int64_t out_size = s.out_height * s.out_width * s.channels;
    for (int64_t c = 0; c < s.channels; c += lanes) {
      Window window(o.weight + c, sums + c, s.padded());
      int64_t count = std::min(lanes, s.channels - c);
      const T *input = o.input + image * size + c, *grad_output = o.grad_output + image * out_size + c;
      T *to = o.to_input + image * size + c;
      if (count == lanes)
        Stride::template rows<true>(s, given, c, input, grad_output, to, window, lanes, begin, end);
      else
        Stride::template rows<false>(s, given, c, input, grad_output, to, window, count, begin, end);
      window.keep(sums + c, s.padded());
    }
  }
};

/// How many parts the images are split into, each with sums of its own. The shape alone decides, so
/// the bits do not depend on the threads.
int64_t splits(const Shape &s) {
  constexpr int64_t elements_per_split = 1 << 17, max_splits = 64;
  int64_t elements = s.images * s.height * s.width * s.channels;
  return std::clamp(elements / elements_per_split, int64_t(1), std::min(max_splits, s.images));
}

/// Fills `o.to_input` and returns the weight's gradient, `[9, padded]`.
template <class T, class Input>
std::vector<float> gradients(const Shape &s, const Memory<T> &o, const Input &given) {
  int64_t count = splits(s), size = 9 * s.padded();
  std::vector<float> sums(count * size);
  auto chosen = choice();
  parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t split = begin; split < end; ++split) {
      float *own = sums.data() + split * size;
      int64_t first = s.images * split / count, past = s.images * (split + 1) / count;
      if (s.stride == 1)
        dispatch<Images<T, UnitStride, Input>>(chosen, s, o, given, own, first, past);
      else
        dispatch<Images<T, StrideTwo, Input>>(chosen, s, o, given, own, first, past);
    }
  });
  std::vector<double> totals(size);
  for (int64_t split = 0; split < count; ++split)
    for (int64_t i = 0; i < size; ++i) totals[i] += sums[split * size + i];
  return {totals.begin(), totals.end()};
}

/// The weight, `[channels, 1, 3, 3]`, with the channels last and padded.
template <class T>
std::vector<float> transposed(const Shape &s, const at::Tensor &weight) {
  std::vector<float> result(9 * s.padded());
  auto from = weight.contiguous();
  const T *taps = elements<T>(from);
  for (int64_t c = 0; c < s.channels; ++c)
    for (int64_t k = 0; k < 9; ++k) result[k * s.padded() + c] = float(taps[c * 9 + k]);
  return result;
}

template <class T, class Input>
torch::autograd::variable_list backward(const Shape &s, const at::Tensor &input, const Input &given,
                                        const at::Tensor &weight, const at::Tensor &grad_output) {
  auto to_input = at::empty(input.sizes(), input.options(), last);
  auto to_weight = at::empty(weight.sizes(), weight.options());
  auto taps = transposed<T>(s, weight);
  auto sums = gradients<T>(s, {elements<T>(input), elements<T>(grad_output), taps.data(),
                               to_input.template mutable_data_ptr<T>()}, given);
  T *to = to_weight.template mutable_data_ptr<T>();
  for (int64_t c = 0; c < s.channels; ++c)
    for (int64_t k = 0; k < 9; ++k) to[c * 9 + k] = T(sums[k * s.padded() + c]);
  return {to_input, to_weight, at::Tensor()};
}

/// The gradients with an input that was kept, or is recomputed value by value while it is read.
torch::autograd::variable_list backward(const Shape &s, const Operands &operands,
                                        const at::Tensor &grad_output) {
  torch::autograd::variable_list result;
  if (!operands.recipe || adds(operands.recipe->end)) {
    auto input = operands.input();
    with_type(input.scalar_type(), [&]<class T>(T) {
      result = backward<T>(s, input, Kept(), operands.weight, grad_output);
    });
    return result;
  }
  auto input = operands.like_input();
  Channels channels(Columns(s.channels, input.numel()), operands.recipe->parts);
  with_types(input.scalar_type(), operands.recipe->end, [&]<class T, Epilogue end> {
    if constexpr (!adds(end))
      result = backward<T>(s, input, Recomputed<end>{channels.view()}, operands.weight, grad_output);
  });
  return result;
}

struct Depthwise : torch::autograd::Function<Depthwise> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, int64_t stride) {
    keep_operands(context, input, weight);
    context->saved_data["stride"] = stride;
    return at::conv2d(input, weight, std::nullopt, {stride, stride}, {1, 1}, {1, 1},
                      input.size(1));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &grad_outputs) {
    auto operands = kept_operands(context);
    auto grad_output = grad_outputs[0].contiguous(last);
    auto input = operands.like_input();
    Shape s{input.size(0),  input.size(1), input.size(2), input.size(3), grad_output.size(2),
            grad_output.size(3), context->saved_data["stride"].toInt()};
    return kernels::backward(s, operands, grad_output);
  }
};

}  // namespace

bool supports_depthwise(const at::Tensor &input, const at::Tensor &weight, int64_t stride,
                        int64_t padding, int64_t groups) {
  return input.is_cpu() && input.dim() == 4 && groups > 1 && groups == input.size(1) &&
         padding == 1 && (stride == 1 || stride == 2) && weight.dim() == 4 &&
         weight.size(0) == groups && weight.size(2) == 3 && weight.size(3) == 3 &&
         input.is_contiguous(last) && input.numel() > 0 &&
         ((input.scalar_type() == at::kFloat && stride == 1) ||
          input.scalar_type() == at::kBFloat16) &&
         weight.scalar_type() == input.scalar_type();
}

at::Tensor depthwise_convolution(const at::Tensor &input, const at::Tensor &weight,
                                 int64_t stride) {
  return Depthwise::apply(input, weight, stride);
}

}  // namespace facet::kernels
