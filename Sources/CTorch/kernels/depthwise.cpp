#include "depthwise.h"

#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "vectors.h"

namespace facet::kernels {
namespace {

/// Sizes of a convolution in channels-last order.
struct Shape {
  int64_t images, channels, height, width, out_height, out_width, stride;
};

// The input's gradient -----------------------------------------------------------------------------

/// One output pixel that an input pixel was part of, and the place of the weight between them.
template <class T>
struct Tap {
  const T *gradient;
  const float *weight;
};

/// The output places that saw an input place, with the window's place: at most three.
struct Reach {
  int64_t count = 0;
  int64_t output[3];
  int64_t window[3];

  FACET_INLINE Reach(int64_t input, int64_t limit, int64_t stride) {
    for (int64_t k = 0; k < 3; ++k) {
      int64_t moved = input + 1 - k;
      if (moved < 0 || moved % stride != 0 || moved / stride >= limit) continue;
      output[count] = moved / stride;
      window[count++] = k;
    }
  }
};

template <class T>
FACET_INLINE void input_pixel(const Tap<T> *taps, int64_t count, T *to, int64_t channels) {
  int64_t c = 0;
  for (; c + 2 * lanes <= channels; c += 2 * lanes) {
    Floats first{}, second{};
    for (int64_t t = 0; t < count; ++t) {
      first += load(taps[t].gradient + c) * load(taps[t].weight + c);
      second += load(taps[t].gradient + c + lanes) * load(taps[t].weight + c + lanes);
    }
    store(to + c, first);
    store(to + c + lanes, second);
  }
  for (; c < channels; c += lanes) {
    int64_t left = std::min(lanes, channels - c);
    Floats sum{};
    for (int64_t t = 0; t < count; ++t)
      sum += load_some(taps[t].gradient + c, left) * load_some(taps[t].weight + c, left);
    store_some(to + c, sum, left);
  }
}

/// Rows `begin` to `end` of all images' rows; `weight` is `[9, channels]`.
template <class T>
FACET_INLINE void input_rows(const Shape &s, const T *gradient, const float *weight, T *to,
                             int64_t begin, int64_t end) {
  Tap<T> taps[9];
  for (int64_t row = begin; row < end; ++row) {
    int64_t image = row / s.height;
    Reach down(row % s.height, s.out_height, s.stride);
    for (int64_t x = 0; x < s.width; ++x) {
      Reach right(x, s.out_width, s.stride);
      int64_t count = 0;
      for (int64_t i = 0; i < down.count; ++i)
        for (int64_t j = 0; j < right.count; ++j)
          taps[count++] = {
              gradient + ((image * s.out_height + down.output[i]) * s.out_width +
                          right.output[j]) * s.channels,
              weight + (down.window[i] * 3 + right.window[j]) * s.channels};
      input_pixel(taps, count, to + (row * s.width + x) * s.channels, s.channels);
    }
  }
}

// The weight's gradient ----------------------------------------------------------------------------

/// Adds one row of output pixels to nine sums of the channels from `c` on.
template <class T, class Read>
FACET_INLINE void weight_row(const Shape &s, const T *input, const T *gradient, int64_t image,
                             int64_t y, int64_t c, Floats *sums, Read &&read) {
  int64_t top = y * s.stride - 1;
  const T *slopes = gradient + (image * s.out_height + y) * s.out_width * s.channels + c;
  for (int64_t ky = 0; ky < 3; ++ky) {
    if (top + ky < 0 || top + ky >= s.height) continue;
    const T *pixels = input + (image * s.height + top + ky) * s.width * s.channels + c;
    Floats left = sums[ky * 3], middle = sums[ky * 3 + 1], right = sums[ky * 3 + 2];
    for (int64_t x = 0; x < s.out_width; ++x) {
      Floats slope = read(slopes + x * s.channels);
      int64_t column = x * s.stride;
      if (column > 0) left += slope * read(pixels + (column - 1) * s.channels);
      middle += slope * read(pixels + column * s.channels);
      if (column + 1 < s.width) right += slope * read(pixels + (column + 1) * s.channels);
    }
    sums[ky * 3] = left;
    sums[ky * 3 + 1] = middle;
    sums[ky * 3 + 2] = right;
  }
}

/// Adds the images `begin` to `end` to `sums`, `[9, channels]`.
template <class T>
FACET_INLINE void weight_images(const Shape &s, const T *input, const T *gradient, float *sums,
                                int64_t begin, int64_t end) {
  for (int64_t image = begin; image < end; ++image) {
    for (int64_t c = 0; c < s.channels; c += lanes) {
      int64_t left = std::min(lanes, s.channels - c);
      Floats all[9];
      for (int64_t k = 0; k < 9; ++k) all[k] = load_some(sums + k * s.channels + c, left);
      for (int64_t y = 0; y < s.out_height; ++y) {
        if (left == lanes)
          weight_row(s, input, gradient, image, y, c, all,
                     [](const T *from) FACET_LAMBDA { return load(from); });
        else
          weight_row(s, input, gradient, image, y, c, all,
                     [left](const T *from) FACET_LAMBDA { return load_some(from, left); });
      }
      for (int64_t k = 0; k < 9; ++k) store_some(sums + k * s.channels + c, all[k], left);
    }
  }
}

// A version for each instruction set ---------------------------------------------------------------

#define FACET_VERSIONS(attribute, suffix)                                                         \
  template <class T>                                                                              \
  attribute void input_rows_##suffix(const Shape &s, const T *g, const float *w, T *to,           \
                                     int64_t begin, int64_t end) {                                \
    input_rows(s, g, w, to, begin, end);                                                          \
  }                                                                                               \
  template <class T>                                                                              \
  attribute void weight_images_##suffix(const Shape &s, const T *x, const T *g, float *sums,      \
                                        int64_t begin, int64_t end) {                             \
    weight_images(s, x, g, sums, begin, end);                                                     \
  }

FACET_VERSIONS(, portable)
#if defined(FACET_X86)
FACET_VERSIONS(FACET_AVX2, avx2)
FACET_VERSIONS(FACET_AVX512, avx512)
#define FACET_CALL(name, ...)                                                                     \
  switch (processor) {                                                                            \
    case Processor::avx512: name##_avx512(__VA_ARGS__); break;                                    \
    case Processor::avx2: name##_avx2(__VA_ARGS__); break;                                        \
    case Processor::portable: name##_portable(__VA_ARGS__); break;                                \
  }
#else
#define FACET_CALL(name, ...) name##_portable(__VA_ARGS__)
#endif
#undef FACET_VERSIONS

const Processor processor = best_processor();

template <class T>
void input_gradient(const Shape &s, const at::Tensor &gradient, const at::Tensor &weight,
                    at::Tensor &to) {
  const T *from = gradient.const_data_ptr<T>();
  const float *taps = weight.const_data_ptr<float>();
  T *out = to.mutable_data_ptr<T>();
  at::parallel_for(0, s.images * s.height, 1, [&](int64_t begin, int64_t end) {
    FACET_CALL(input_rows, s, from, taps, out, begin, end);
  });
}

template <class T>
void weight_gradient(const Shape &s, const at::Tensor &input, const at::Tensor &gradient,
                     at::Tensor &parts) {
  const T *pixels = input.const_data_ptr<T>();
  const T *slopes = gradient.const_data_ptr<T>();
  float *sums = parts.mutable_data_ptr<float>();
  int64_t count = parts.size(0);
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      float *own = sums + part * 9 * s.channels;
      int64_t first = s.images * part / count, last = s.images * (part + 1) / count;
      FACET_CALL(weight_images, s, pixels, slopes, own, first, last);
    }
  });
}

Shape shape(at::IntArrayRef input, const at::Tensor &gradient, int64_t stride) {
  return {input[0], input[1], input[2], input[3], gradient.size(2), gradient.size(3), stride};
}

struct Depthwise : torch::autograd::Function<Depthwise> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, int64_t stride) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    return at::conv2d(input, weight, std::nullopt, {stride, stride}, {1, 1}, {1, 1},
                      input.size(1));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list slopes) {
    auto saved = context->get_saved_variables();
    auto stride = context->saved_data["stride"].toInt();
    at::Tensor to_input, to_weight;
    if (context->needs_input_grad(0))
      to_input = depthwise_input_gradient(slopes[0], saved[1], saved[0].sizes(), stride);
    if (context->needs_input_grad(1))
      to_weight = depthwise_weight_gradient(slopes[0], saved[0], stride);
    return {to_input, to_weight, at::Tensor()};
  }
};

}  // namespace

bool supports_depthwise(const at::Tensor &input, const at::Tensor &weight, int64_t padding,
                        int64_t groups) {
  return input.is_cpu() && input.dim() == 4 && groups > 1 && groups == input.size(1) &&
         padding == 1 && weight.dim() == 4 && weight.size(0) == groups && weight.size(2) == 3 &&
         weight.size(3) == 3 &&
         (input.scalar_type() == at::kFloat || input.scalar_type() == at::kBFloat16) &&
         (weight.scalar_type() == at::kFloat || weight.scalar_type() == at::kBFloat16);
}

at::Tensor depthwise_convolution(const at::Tensor &input, const at::Tensor &weight,
                                 int64_t stride) {
  return Depthwise::apply(input, weight, stride);
}

at::Tensor depthwise_input_gradient(const at::Tensor &gradient, const at::Tensor &weight,
                                    at::IntArrayRef input_size, int64_t stride) {
  auto slopes = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  auto taps = weight.reshape({weight.size(0), 9}).t().to(at::kFloat).contiguous();
  auto result = at::empty(input_size, slopes.options(), at::MemoryFormat::ChannelsLast);
  auto sizes = shape(input_size, slopes, stride);
  if (slopes.scalar_type() == at::kBFloat16)
    input_gradient<at::BFloat16>(sizes, slopes, taps, result);
  else
    input_gradient<float>(sizes, slopes, taps, result);
  return result;
}

at::Tensor depthwise_weight_gradient(const at::Tensor &gradient, const at::Tensor &input,
                                     int64_t stride) {
  auto slopes = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  auto pixels = input.contiguous(at::MemoryFormat::ChannelsLast);
  auto sizes = shape(input.sizes(), slopes, stride);
  int64_t count = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), sizes.images));
  auto parts = at::zeros({count, 9, sizes.channels}, slopes.options().dtype(at::kFloat));
  if (slopes.scalar_type() == at::kBFloat16)
    weight_gradient<at::BFloat16>(sizes, pixels, slopes, parts);
  else
    weight_gradient<float>(sizes, pixels, slopes, parts);
  auto sum = parts[0];
  for (int64_t part = 1; part < count; ++part) sum = sum.add(parts[part]);
  return sum.t().reshape({sizes.channels, 1, 3, 3}).to(slopes.scalar_type());
}

}  // namespace facet::kernels
