#include "pooling.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../elements.h"
#include "columns.h"

namespace facet::kernels {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;
typedef uint8_t Places __attribute__((vector_size(lanes)));

struct Windows {
  int64_t images, channels, height, width, kernel, stride, padding;

  int64_t outputs(int64_t size) const { return (size + 2 * padding - kernel) / stride + 1; }
  int64_t rows() const { return outputs(height); }
  int64_t columns() const { return outputs(width); }
};

/// The indices `begin` to `end`, which may be none.
struct Span {
  int64_t begin, end;
};

FACET_INLINE void store_places(uint8_t *to, Floats places, int64_t count) {
  Places bytes = __builtin_convertvector(places, Places);
  std::memcpy(to, &bytes, count);
}

FACET_INLINE Floats load_places(const uint8_t *from, int64_t count) {
  Places bytes{};
  std::memcpy(&bytes, from, count);
  return __builtin_convertvector(bytes, Floats);
}

/// The maxima of the rows of windows `begin` to `end`, counted through all images.
template <class T>
struct Maxima {
  static FACET_INLINE void run(Windows w, const T *x, T *y, uint8_t *places, int64_t begin,
                               int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T *image = x + row / w.rows() * w.height * w.width * w.channels;
      Span down = inside(w, row % w.rows(), w.height);
      for (int64_t column = 0; column < w.columns(); ++column) {
        Span across = inside(w, column, w.width);
        int64_t output = (row * w.columns() + column) * w.channels;
        for (int64_t c = 0; c < w.channels; c += lanes)
          maximum(w, image + c, row % w.rows(), column, down, across, y + output + c,
                  places + output + c, std::min(lanes, w.channels - c));
      }
    }
  }

  /// The part of a window that lies in the image.
  static FACET_INLINE Span inside(const Windows &w, int64_t window, int64_t size) {
    int64_t start = window * w.stride - w.padding;
    return {std::max<int64_t>(start, 0), std::min(start + w.kernel, size)};
  }

  static FACET_INLINE void maximum(const Windows &w, const T *image, int64_t row, int64_t column,
                                   Span down, Span across, T *y, uint8_t *places, int64_t count) {
    int64_t top = row * w.stride - w.padding, left = column * w.stride - w.padding;
    Floats best = Floats{} - std::numeric_limits<float>::infinity();
    Floats place = Floats{} + float((down.begin - top) * w.kernel + across.begin - left);
    for (int64_t i = down.begin; i < down.end; ++i)
      for (int64_t j = across.begin; j < across.end; ++j) {
        Floats value = load_up_to(image + (i * w.width + j) * w.channels, count);
        auto taken = (value > best) | (value != value);
        best = taken ? value : best;
        place = taken ? Floats{} + float((i - top) * w.kernel + j - left) : place;
      }
    store_up_to(y, best, count);
    store_places(places, place, count);
  }
};

/// The gradients at the images' rows `begin` to `end`, counted through all images.
template <class T>
struct ToInputs {
  static FACET_INLINE void run(Windows w, const T *grad_output, const uint8_t *places, T *to,
                               int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t image = row / w.height * w.rows() * w.columns() * w.channels;
      Span down = covering(w, row % w.height, w.rows());
      for (int64_t column = 0; column < w.width; ++column) {
        Span across = covering(w, column, w.columns());
        T *pixel = to + (row * w.width + column) * w.channels;
        for (int64_t c = 0; c < w.channels; c += lanes)
          gradient(w, grad_output + image + c, places + image + c, row % w.height, column, down,
                   across, pixel + c, std::min(lanes, w.channels - c));
      }
    }
  }

  /// The windows that a position lies in.
  static FACET_INLINE Span covering(const Windows &w, int64_t position, int64_t windows) {
    int64_t from = position + w.padding - w.kernel + w.stride;
    return {std::max<int64_t>(from, 0) / w.stride,
            std::min((position + w.padding) / w.stride + 1, windows)};
  }

  static FACET_INLINE void gradient(const Windows &w, const T *grad_output, const uint8_t *places,
                                    int64_t row, int64_t column, Span down, Span across, T *to,
                                    int64_t count) {
    Floats sum{};
    for (int64_t i = down.begin; i < down.end; ++i)
      for (int64_t j = across.begin; j < across.end; ++j) {
        int64_t output = (i * w.columns() + j) * w.channels;
        int64_t own = (row + w.padding - i * w.stride) * w.kernel + column + w.padding - j * w.stride;
        Floats passed = load_up_to(grad_output + output, count);
        sum += load_places(places + output, count) == float(own) ? passed : Floats{};
      }
    store_up_to(to, sum, count);
  }
};

struct MaxPool : torch::autograd::Function<MaxPool> {
  static Windows windows(at::IntArrayRef sizes, int64_t kernel, int64_t stride, int64_t padding) {
    return {sizes[0], sizes[1], sizes[2], sizes[3], kernel, stride, padding};
  }

  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            int64_t kernel, int64_t stride, int64_t padding) {
    Windows w = windows(input.sizes(), kernel, stride, padding);
    auto output = at::empty({w.images, w.channels, w.rows(), w.columns()}, input.options(), last);
    auto places = at::empty(output.sizes(), input.options().dtype(at::kByte), last);
    auto *bytes = places.mutable_data_ptr<uint8_t>();
    with_type(input.scalar_type(), [&]<class T>(T) {
      const T *x = elements<T>(input);
      T *y = output.template mutable_data_ptr<T>();
      auto own = choice();
      parallel_for(0, w.images * w.rows(), 8, [&](int64_t begin, int64_t end) {
        dispatch<Maxima<T>>(own, w, x, y, bytes, begin, end);
      });
    });
    context->save_for_backward({places});
    context->saved_data["sizes"] = input.sizes().vec();
    context->saved_data["window"] = std::vector<int64_t>{kernel, stride, padding};
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 const torch::autograd::variable_list &grad_outputs) {
    auto sizes = context->saved_data["sizes"].toIntVector();
    auto window = context->saved_data["window"].toIntVector();
    Windows w = windows(sizes, window[0], window[1], window[2]);
    auto grad_output = grad_outputs[0].contiguous(last);
    auto places = context->get_saved_variables()[0];
    auto to_input = at::empty(sizes, grad_output.options(), last);
    with_type(grad_output.scalar_type(), [&]<class T>(T) {
      const T *from = elements<T>(grad_output);
      const auto *bytes = elements<uint8_t>(places);
      T *to = to_input.template mutable_data_ptr<T>();
      auto own = choice();
      parallel_for(0, w.images * w.height, 8, [&](int64_t begin, int64_t end) {
        dispatch<ToInputs<T>>(own, w, from, bytes, to, begin, end);
      });
    });
    return {to_input, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool supports_max_pool(const at::Tensor &input, int64_t kernel, int64_t stride, int64_t padding) {
  auto type = input.scalar_type();
  return input.is_cpu() && input.dim() == 4 && (type == at::kFloat || type == at::kBFloat16) &&
         input.is_contiguous(last) && input.numel() > 0 && kernel >= 1 && kernel <= 16 &&
         stride >= 1 && padding >= 0 && padding <= kernel / 2 &&
         std::min(input.size(2), input.size(3)) + 2 * padding >= kernel &&
         c10::GradMode::is_enabled() && input.requires_grad();
}

at::Tensor max_pool(const at::Tensor &input, int64_t kernel, int64_t stride, int64_t padding) {
  return MaxPool::apply(input, kernel, stride, padding);
}

}  // namespace facet::kernels
