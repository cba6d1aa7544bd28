// What a normalisation gives for a value, wherever it is computed: in its own pass, or again where a
// convolution needs it backward.
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "../elements.h"
#include "columns.h"

namespace facet::kernels {

/// The operation applied to a normalised value.
enum class Epilogue { plain, rectified, sloped, residual, rectified_residual };

constexpr bool rectifies(Epilogue end) {
  return end == Epilogue::rectified || end == Epilogue::rectified_residual;
}
constexpr bool adds(Epilogue end) {
  return end == Epilogue::residual || end == Epilogue::rectified_residual;
}

/// Tensors that `normalization` keeps until `backward`. Of output and residual at most one is present.
struct SavedTensors {
  at::Tensor input, weight, bias, mean, inverse, output, slopes, residual;
};

/// Numbers of the channels, repeated over a period: `(x - mean) * scale + shift` is normalised, and
/// `slope` is what a PReLU multiplies negative values by.
struct Channels {
  std::vector<float> mean, scale, shift, slope;

  struct View {
    const float *mean, *scale, *shift, *slope;

    FACET_INLINE Floats normalized(Floats x, int64_t c) const {
      return (x - load(mean + c)) * load(scale + c) + load(shift + c);
    }

    /// The normalised value of `x` plus the residual, if there is one.
    template <Epilogue end>
    FACET_INLINE Floats output(Floats x, Floats residual, int64_t c) const {
      Floats value = normalized(x, c);
      if constexpr (adds(end)) value += residual;
      if constexpr (rectifies(end)) return rectified(value);
      if constexpr (end == Epilogue::sloped) return sloped(value, load(slope + c));
      return value;
    }
  };

  View view() const { return {mean.data(), scale.data(), shift.data(), slope.data()}; }

  Channels(const Columns &columns, const at::Tensor &mean_, const at::Tensor &inverse,
           const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &slopes) {
    std::vector<float> product(columns.channels);
    for (int64_t c = 0; c < columns.channels; ++c)
      product[c] = elements<float>(weight)[c] * elements<float>(inverse)[c];
    mean = columns.repeated(elements<float>(mean_));
    scale = columns.repeated(product.data());
    shift = columns.repeated(elements<float>(bias));
    if (slopes.defined()) slope = columns.repeated(elements<float>(slopes));
  }

  Channels(const Columns &columns, const SavedTensors &saved)
      : Channels(columns, saved.mean, saved.inverse, saved.weight, saved.bias, saved.slopes) {}
};

template <class T, Epilogue end>
struct Normalize {
  const T *x, *residual;
  T *y;
  Channels::View channels;

  FACET_INLINE void prefetch(int64_t e) const {
    __builtin_prefetch(x + e);
    if constexpr (adds(end)) __builtin_prefetch(residual + e);
    __builtin_prefetch(y + e, /*for writing*/ 1);
  }

  FACET_INLINE void apply(int64_t e, int64_t c, int64_t count) const {
    Floats added{};
    if constexpr (adds(end)) added = load_up_to(residual + e, count);
    store_up_to(y + e, channels.template output<end>(load_up_to(x + e, count), added, c), count);
  }
};

/// Calls `body` with the type of the elements and with what follows the normalisation, as types.
template <class Body>
void with_types(at::ScalarType type, Epilogue end, Body &&body) {
  with_type(type, [&]<class T>(T) {
    auto call = [&]<Epilogue end>() { body.template operator()<T, end>(); };
    switch (end) {
      case Epilogue::plain: return call.template operator()<Epilogue::plain>();
      case Epilogue::rectified: return call.template operator()<Epilogue::rectified>();
      case Epilogue::sloped: return call.template operator()<Epilogue::sloped>();
      case Epilogue::residual: return call.template operator()<Epilogue::residual>();
      case Epilogue::rectified_residual:
        return call.template operator()<Epilogue::rectified_residual>();
    }
  });
}

}  // namespace facet::kernels
