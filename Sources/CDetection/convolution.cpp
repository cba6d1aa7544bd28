#include <algorithm>
#include <cstddef>

#include "targets.h"

namespace facet::detection {
namespace {

/// Parameters that are the same for every pixel.
struct Layer {
  cdetection_map input;
  /// Of sixteen outputs.
  const float *weights;
  Floats bias, slopes;
  bool has_slopes;
  size_t kernel;
};

CDETECTION_INLINE Floats activated(const Layer &layer, Floats value) {
  return layer.has_slopes ? value > 0 ? value : value * layer.slopes : value;
}

/// Sixteen outputs of `count` pixels next to each other, whose sums stay in registers. `known` is the input's stride, or
/// 0 if that is not known when this is compiled: then each pixel's address is computed.
template <size_t count, size_t known>
CDETECTION_INLINE void pixels(const Layer &layer, size_t row, size_t column, float *output,
                              size_t outputs) {
  const auto &input = layer.input;
  const size_t stride = known != 0 ? known : input.stride;
  Floats sums[count];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < count; ++i) sums[i] = layer.bias;
  const float *weights = layer.weights;
  // Pixels without unused channels lie next to each other.
  const bool dense = stride == input.channels;
  const size_t runs = dense ? 1 : layer.kernel;
  const size_t run = dense ? layer.kernel * stride : input.channels;
  for (size_t y = 0; y < layer.kernel; ++y) {
    const float *from = input.values + ((row + y) * input.width + column) * stride;
    for (size_t x = 0; x < runs; ++x, from += stride) {
      for (size_t c = 0; c < run; ++c, weights += lanes) {
        Floats weight = load(weights);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; ++i) sums[i] += weight * from[i * stride + c];
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < count; ++i) store(output + i * outputs, activated(layer, sums[i]));
}

/// As many pixels, which are at most `most`.
template <size_t most, size_t known>
CDETECTION_INLINE void some(size_t count, const Layer &layer, size_t row, size_t column,
                            float *output, size_t outputs) {
  if constexpr (most > 1) {
    if (count < most) return some<most - 1, known>(count, layer, row, column, output, outputs);
  }
  pixels<most, known>(layer, row, column, output, outputs);
}

template <size_t most, size_t known>
CDETECTION_INLINE void convolve(const Layer &layer, size_t height, size_t width, size_t outputs,
                                float *output) {
  // Blocks of nearly equal widths: narrow ones wait for their own sums.
  size_t blocks = (width + most - 1) / most;
  for (size_t row = 0; row < height; ++row) {
    size_t column = 0;
    for (size_t block = 0; block < blocks; ++block) {
      size_t end = width * (block + 1) / blocks;
      some<most, known>(end - column, layer, row, column,
                        output + (row * width + column) * outputs, outputs);
      column = end;
    }
  }
}

/// A single pixel, as of fully connected layers: `count` times sixteen outputs at once, so that no sum waits for its
/// own last addition.
template <size_t count>
CDETECTION_INLINE void pixel(const Layer *layers, float *output) {
  const auto &input = layers[0].input;
  Floats sums[count];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < count; ++i) sums[i] = layers[i].bias;
  size_t kernel = layers[0].kernel, position = 0;
  for (size_t y = 0; y < kernel; ++y)
    for (size_t x = 0; x < kernel; ++x) {
      const float *from = input.values + (y * input.width + x) * input.stride;
      for (size_t c = 0; c < input.channels; ++c, position += lanes) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < count; ++i) sums[i] += load(layers[i].weights + position) * from[c];
      }
    }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < count; ++i) store(output + i * lanes, activated(layers[i], sums[i]));
}

CDETECTION_INLINE void maxima(const cdetection_map &input, size_t kernel, size_t height,
                              size_t width, float *output) {
  for (size_t row = 0; row < height; ++row) {
    size_t bottom = std::min(2 * row + kernel, input.height);
    for (size_t column = 0; column < width; ++column, output += input.stride) {
      size_t right = std::min(2 * column + kernel, input.width);
      for (size_t c = 0; c < input.stride; c += lanes) {
        Floats best = load(input.values + (2 * row * input.width + 2 * column) * input.stride + c);
        for (size_t y = 2 * row; y < bottom; ++y)
          for (size_t x = 2 * column; x < right; ++x) {
            Floats value = load(input.values + (y * input.width + x) * input.stride + c);
            best = value > best ? value : best;
          }
        store(output + c, best);
      }
    }
  }
}

}  // namespace
}  // namespace facet::detection

using namespace facet::detection;

extern "C" void cdetection_convolve(cdetection_map input, const float *weights, const float *bias,
                                    const float *slopes, size_t kernel, size_t outputs,
                                    float *output) {
  size_t height = input.height - kernel + 1, width = input.width - kernel + 1;
  size_t length = kernel * kernel * input.channels * lanes;
  const auto layer = [&](size_t first) {
    Layer layer{input, weights + first / lanes * length, load(bias + first), Floats{},
                slopes != nullptr, kernel};
    if (slopes != nullptr) layer.slopes = load(slopes + first);
    return layer;
  };
  size_t first = 0;
  if (height * width == 1)
    for (; first + 4 * lanes <= outputs; first += 4 * lanes) {
      const Layer layers[] = {layer(first), layer(first + lanes), layer(first + 2 * lanes),
                              layer(first + 3 * lanes)};
      vectorized([&](auto) CDETECTION_LAMBDA { pixel<4>(layers, output + first); });
    }
  for (; first < outputs; first += lanes) {
    const Layer one = layer(first);
    vectorized([&](auto sums) CDETECTION_LAMBDA {
      // The strides of MTCNN's layers.
      switch (input.stride) {
        case 3: return convolve<sums.value, 3>(one, height, width, outputs, output + first);
        case 16: return convolve<sums.value, 16>(one, height, width, outputs, output + first);
        case 32: return convolve<sums.value, 32>(one, height, width, outputs, output + first);
        case 64: return convolve<sums.value, 64>(one, height, width, outputs, output + first);
        default: return convolve<sums.value, 0>(one, height, width, outputs, output + first);
      }
    });
  }
}

extern "C" void cdetection_max_pool(cdetection_map input, size_t kernel, size_t height,
                                    size_t width, float *output) {
  vectorized([&](auto) CDETECTION_LAMBDA { maxima(input, kernel, height, width, output); });
}
