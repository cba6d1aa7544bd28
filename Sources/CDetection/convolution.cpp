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

/// Sixteen outputs of `count` pixels next to each other, whose sums stay in registers.
template <size_t count>
CDETECTION_INLINE void pixels(const Layer &layer, size_t row, size_t column, float *output,
                              size_t outputs) {
  const auto &input = layer.input;
  Floats sums[count];
  for (size_t i = 0; i < count; ++i) sums[i] = layer.bias;
  const float *weights = layer.weights;
  for (size_t y = 0; y < layer.kernel; ++y) {
    const float *from = input.values + ((row + y) * input.width + column) * input.stride;
    for (size_t x = 0; x < layer.kernel; ++x, from += input.stride) {
      for (size_t c = 0; c < input.channels; ++c, weights += lanes) {
        Floats weight = load(weights);
        for (size_t i = 0; i < count; ++i) sums[i] += weight * from[i * input.stride + c];
      }
    }
  }
  for (size_t i = 0; i < count; ++i) {
    Floats value = sums[i];
    if (layer.has_slopes) value = value > 0 ? value : value * layer.slopes;
    store(output + i * outputs, value);
  }
}

/// As many pixels, which are at most `most`.
template <size_t most>
CDETECTION_INLINE void some(size_t count, const Layer &layer, size_t row, size_t column,
                            float *output, size_t outputs) {
  if constexpr (most > 1) {
    if (count < most) return some<most - 1>(count, layer, row, column, output, outputs);
  }
  pixels<most>(layer, row, column, output, outputs);
}

template <size_t most>
CDETECTION_INLINE void convolve(const Layer &layer, size_t height, size_t width, size_t outputs,
                                float *output) {
  // Blocks of nearly equal widths: narrow ones wait for their own sums.
  size_t blocks = (width + most - 1) / most;
  for (size_t row = 0; row < height; ++row) {
    size_t column = 0;
    for (size_t block = 0; block < blocks; ++block) {
      size_t end = width * (block + 1) / blocks;
      some<most>(end - column, layer, row, column, output + (row * width + column) * outputs,
                 outputs);
      column = end;
    }
  }
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
  for (size_t first = 0; first < outputs; first += lanes) {
    Layer layer{input, weights + first / lanes * length, load(bias + first), Floats{},
                slopes != nullptr, kernel};
    if (slopes != nullptr) layer.slopes = load(slopes + first);
    vectorized([&](auto sums) CDETECTION_LAMBDA {
      convolve<sums.value>(layer, height, width, outputs, output + first);
    });
  }
}

extern "C" void cdetection_max_pool(cdetection_map input, size_t kernel, size_t height,
                                    size_t width, float *output) {
  vectorized([&](auto) CDETECTION_LAMBDA { maxima(input, kernel, height, width, output); });
}
