#include "normalization.h"

#include <cmath>

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include "operands.h"

namespace facet::kernels {
namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;

/// How many outputs of a chain of residual blocks are made again from one that is kept; the n-th of them takes n
/// passes.
constexpr int most_made_again = 2;

Epilogue epilogue(bool rectify, bool residual, bool slopes) {
  if (slopes) return Epilogue::sloped;
  if (residual) return rectify ? Epilogue::rectified_residual : Epilogue::residual;
  return rectify ? Epilogue::rectified : Epilogue::plain;
}

// Forward ------------------------------------------------------------------------------------------

/// Distances from a pivot near the mean, and their squares: sums of squares around zero would lose
/// the digits in which the values differ.
template <class T>
struct Moments {
  static constexpr int64_t kinds = 2;
  const T *x;
  const float *pivot;

  FACET_INLINE void prefetch(int64_t e) const { __builtin_prefetch(x + e); }

  FACET_INLINE Terms<kinds> terms(int64_t e, int64_t c, int64_t count) const {
    Floats distance = load_up_to(x + e, count) - load(pivot + c);
    return {{distance, distance * distance}};
  }
};

/// Means of a few rows spread over the data, with few enough digits that distances from them are
/// exact, or else rounded as often up as down: the same rounding for all would add up.
template <class T>
std::vector<float> pivots(const Columns &columns, const T *x) {
  int64_t count = std::min<int64_t>(16, columns.rows());
  std::vector<float> means(columns.channels);
  for (int64_t i = 0; i < count; ++i) {
    const T *row = x + columns.rows() * i / count * columns.channels;
    for (int64_t c = 0; c < columns.channels; ++c) means[c] += float(row[c]) / float(count);
  }
  // A number that is not finite would spoil every distance of its channel; let the values do so.
  for (float &mean : means) mean = std::isfinite(mean) ? float(at::BFloat16(mean)) : 0;
  return means;
}

/// Mean and biased variance of each channel.
struct Statistics {
  std::vector<double> mean, variance;
};

template <class T>
Statistics statistics(const Columns &columns, const T *x) {
  auto pivot = pivots(columns, x);
  auto repeated = columns.repeated(pivot.data());
  auto mean = column_sums(columns, Moments<T>{x, repeated.data()});
  std::vector<double> variance(columns.channels);
  auto rows = double(columns.rows());
  for (int64_t c = 0; c < columns.channels; ++c) {
    double distance = mean[c] / rows;
    double spread = mean[columns.channels + c] / rows - distance * distance;
    variance[c] = spread < 0 ? 0 : spread;
    mean[c] = pivot[c] + distance;
  }
  mean.resize(columns.channels);
  return {mean, variance};
}

/// Moves running numbers towards those of the batch.
void update_running_statistics(const at::Tensor &running, const std::vector<double> &batch, double momentum,
            double factor) {
  float *to = running.mutable_data_ptr<float>();
  for (size_t c = 0; c < batch.size(); ++c)
    to[c] = float((1 - momentum) * to[c] + momentum * batch[c] * factor);
  running.unsafeGetTensorImpl()->bump_version();
}

// Backward -----------------------------------------------------------------------------------------

/// Gradients before the rectifier, of gradients `g` after it; `value` is the normalisation's input.
template <Epilogue end>
FACET_INLINE Floats through_rectifier(Floats g, Floats value, int64_t c, const Channels::View &channels) {
  if constexpr (end == Epilogue::rectified)
    return where_rectifier_passes(channels.normalized(value, c), g);
  if constexpr (end == Epilogue::sloped)
    return channels.normalized(value, c) > 0.0f ? g : g * load(channels.slope + c);
  return g;
}

/// Gradients at the normalised values and their products with the distances from the mean; of a PReLU's
/// slopes also. Where a residual was added the gradients are also what it gets, and are written.
template <class T, Epilogue end>
struct ParameterGradients {
  static constexpr int64_t kinds = end == Epilogue::sloped ? 3 : 2;
  const T *grad_output, *x;
  /// The output, or null and what was added to make it.
  const T *y, *residual;
  T *passed;
  Channels::View channels;

  FACET_INLINE void prefetch(int64_t e) const {
    __builtin_prefetch(grad_output + e);
    __builtin_prefetch(x + e);
    if constexpr (end == Epilogue::rectified_residual)
      __builtin_prefetch((y == nullptr ? residual : y) + e);
  }

  /// The normalisation's output from its input, with its memory layout.
  FACET_INLINE Floats output(Floats value, int64_t e, int64_t c, int64_t count) const {
    if (y != nullptr) return load_up_to(y + e, count);
    Floats added = load_up_to(residual + e, count);
    return rounded<T>(channels.template output<end>(value, added, c));
  }

  FACET_INLINE Terms<kinds> terms(int64_t e, int64_t c, int64_t count) const {
    Floats g = load_up_to(grad_output + e, count);
    Floats value = load_up_to(x + e, count);
    Floats distance = value - load(channels.mean + c);
    if constexpr (end == Epilogue::sloped) {
      Floats normalized = channels.normalized(value, c);
      Floats to_slope = normalized > 0.0f ? Floats{} : g * normalized;
      g = normalized > 0.0f ? g : g * load(channels.slope + c);
      return {{g, g * distance, to_slope}};
    } else {
      g = through_rectifier<end>(g, value, c, channels);
      if constexpr (end == Epilogue::rectified_residual) {
        g = where_rectifier_passes(output(value, e, c, count), g);
        store_up_to(passed + e, g, count);
      }
      return {{g, g * distance}};
    }
  }
};

/// The input's gradient: scale * (g - offset - (x - mean) * tilt).
template <class T, Epilogue end>
struct InputGradient {
  const T *grad_output, *x;
  T *to;
  Channels::View channels;
  const float *offset, *tilt;

  FACET_INLINE void prefetch(int64_t e) const {
    __builtin_prefetch(grad_output + e);
    __builtin_prefetch(x + e);
    __builtin_prefetch(to + e, /*for writing*/ 1);
  }

  FACET_INLINE void apply(int64_t e, int64_t c, int64_t count) const {
    Floats g = load_up_to(grad_output + e, count);
    Floats value = load_up_to(x + e, count);
    g = through_rectifier<end>(g, value, c, channels);
    Floats distance = value - load(channels.mean + c);
    Floats rest = g - load(offset + c) - distance * load(tilt + c);
    store_up_to(to + e, load(channels.scale + c) * rest, count);
  }
};

/// Whether no one else can see this tensor's values, so that they may be overwritten.
bool is_exclusive(const at::Tensor &tensor) {
  return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

struct Gradients {
  at::Tensor input, weight, bias, residual, slopes;
};

template <class T, Epilogue end>
Gradients gradients(const SavedTensors &saved_tensors, const at::Tensor &grad_outputs, bool may_overwrite) {
  Columns columns(saved_tensors.input.size(1), saved_tensors.input.numel());
  Channels channels(columns, saved_tensors);
  auto fresh = [&] { return at::empty(saved_tensors.input.sizes(), saved_tensors.input.options(), last); };
  at::Tensor passed = end != Epilogue::rectified_residual || may_overwrite ? grad_outputs : fresh();
  const T *x = elements<T>(saved_tensors.input);
  auto given = [](const at::Tensor &tensor) { return tensor.defined() ? elements<T>(tensor) : nullptr; };
  T *writable = end == Epilogue::rectified_residual ? passed.mutable_data_ptr<T>() : nullptr;
  auto sums = column_sums(columns, ParameterGradients<T, end>{
                                       elements<T>(grad_outputs), x, given(saved_tensors.output),
                                       given(saved_tensors.residual), writable, channels.view()});

  Gradients result{!adds(end) && may_overwrite ? grad_outputs : fresh(), at::empty_like(saved_tensors.weight),
                   at::empty_like(saved_tensors.bias), adds(end) ? passed : at::Tensor(),
                   at::Tensor()};
  std::vector<float> offset(columns.channels), tilt(columns.channels);
  for (int64_t c = 0; c < columns.channels; ++c) {
    double inverse = elements<float>(saved_tensors.inverse)[c], rows = double(columns.rows());
    double sum = sums[c], product = sums[columns.channels + c];
    result.bias.mutable_data_ptr<float>()[c] = float(sum);
    result.weight.mutable_data_ptr<float>()[c] = float(product * inverse);
    offset[c] = float(sum / rows);
    tilt[c] = float(product * inverse * inverse / rows);
  }
  if constexpr (end == Epilogue::sloped) {
    result.slopes = at::empty_like(saved_tensors.slopes);
    for (int64_t c = 0; c < columns.channels; ++c)
      result.slopes.mutable_data_ptr<float>()[c] = float(sums[2 * columns.channels + c]);
  }
  offset = columns.repeated(offset.data());
  tilt = columns.repeated(tilt.data());
  constexpr Epilogue rest = adds(end) ? Epilogue::plain : end;
  each_element(columns, InputGradient<T, rest>{elements<T>(passed), x,
                                             result.input.mutable_data_ptr<T>(), channels.view(),
                                             offset.data(), tilt.data()});
  return result;
}

struct Normalization : torch::autograd::Function<Normalization> {
  static SavedTensors saved(const torch::autograd::AutogradContext &context) {
    auto all = context.get_saved_variables();
    return {all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]};
  }

  /// How the residual was made, where neither it nor the output was kept.
  static std::optional<Recipe> residual_recipe(const torch::autograd::AutogradContext &context) {
    auto found = context.saved_data.find("origin");
    return found == context.saved_data.end() ? std::nullopt : recipe(found->second);
  }

  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                            const at::Tensor &weight, const at::Tensor &bias,
                            const std::optional<at::Tensor> &residual,
                            const std::optional<at::Tensor> &slopes,
                            const at::Tensor &running_mean, const at::Tensor &running_variance,
                            bool rectify, double momentum, double epsilon) {
    Epilogue end = epilogue(rectify, residual.has_value(), slopes.has_value());
    auto slope = slopes.value_or(at::Tensor());
    Columns columns(input.size(1), input.numel());
    auto output = at::empty(input.sizes(), input.options(), last);
    auto mean = at::empty_like(weight), inverse = at::empty_like(weight);
    with_types(input.scalar_type(), end, [&]<class T, Epilogue end> {
      const T *x = elements<T>(input);
      auto batch = statistics(columns, x);
      for (int64_t c = 0; c < columns.channels; ++c) {
        mean.mutable_data_ptr<float>()[c] = float(batch.mean[c]);
        inverse.mutable_data_ptr<float>()[c] = float(1 / std::sqrt(batch.variance[c] + epsilon));
      }
      auto rows = double(columns.rows());
      update_running_statistics(running_mean, batch.mean, momentum, 1);
      update_running_statistics(running_variance, batch.variance, momentum, rows / (rows - 1));
      Channels channels(columns, mean, inverse, weight, bias, slope);
      const T *added = residual ? elements<T>(*residual) : nullptr;
      each_element(columns, Normalize<T, end>{x, added, output.template mutable_data_ptr<T>(),
                                              channels.view()});
    });
    // In a chain of residual blocks every third output is kept, and the others are made from these.
    auto made = residual ? recipe(*residual) : std::nullopt;
    bool again = rectify && residual && recomputes() && (made ? made->depth() : 0) < most_made_again;
    bool needs_output = rectify && residual && !again;
    context->save_for_backward({input, weight, bias, mean, inverse,
                                needs_output ? output : at::Tensor(), slope,
                                again && !made ? *residual : at::Tensor()});
    if (again && made) context->saved_data["origin"] = origin(*residual);
    context->saved_data["epilogue"] = int64_t(end);
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list &grad_outputs) {
    auto saved_tensors = saved(*context);
    if (auto residual = residual_recipe(*context)) saved_tensors.residual = residual->output();
    auto end = Epilogue(context->saved_data["epilogue"].toInt());
    bool may_overwrite = !grad_outputs[0].is_contiguous(last) || is_exclusive(grad_outputs[0]);
    auto grad_output = grad_outputs[0].contiguous(last);
    Gradients result;
    with_types(saved_tensors.input.scalar_type(), end, [&]<class T, Epilogue end> {
      result = gradients<T, end>(saved_tensors, grad_output, may_overwrite);
    });
    torch::autograd::variable_list all{result.input, result.weight, result.bias, result.residual,
                                       result.slopes};
    all.resize(10);
    return all;
  }
};

bool is_float(const at::Tensor &tensor) {
  return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

}  // namespace

std::optional<Recipe> recipe(const torch::autograd::Node &node) {
  auto *own = dynamic_cast<const torch::autograd::CppNode<Normalization> *>(&node);
  if (own == nullptr) return std::nullopt;
  auto end = Epilogue(own->ctx_.saved_data.at("epilogue").toInt());
  Recipe result{Normalization::saved(own->ctx_), end, nullptr};
  if (!adds(end) || result.parts.residual.defined()) return result;
  auto residual = Normalization::residual_recipe(own->ctx_);
  if (!residual) return std::nullopt;
  result.residual = std::make_shared<const Recipe>(std::move(*residual));
  return result;
}

bool supports_normalization(const at::Tensor &input, const at::Tensor &weight,
                            const std::optional<at::Tensor> &residual) {
  auto type = input.scalar_type();
  if (!input.is_cpu() || input.dim() != 4 || (type != at::kFloat && type != at::kBFloat16) ||
      !input.is_contiguous(last) || input.numel() < 2 * input.size(1) || input.size(1) == 0 ||
      !is_float(weight))
    return false;
  return !residual || (residual->is_cpu() && residual->scalar_type() == type &&
                       residual->sizes() == input.sizes() && residual->is_contiguous(last));
}

bool supports_prelu_normalization(const at::Tensor &input, const at::Tensor &weight,
                                  const at::Tensor &slopes) {
  return supports_normalization(input, weight, std::nullopt) && is_float(slopes) &&
         slopes.dim() == 1 && slopes.size(0) == input.size(1);
}

at::Tensor normalization(const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
                         const at::Tensor &running_mean, const at::Tensor &running_variance,
                         const std::optional<at::Tensor> &residual,
                         const NormalizationOptions &options) {
  RECORD_FUNCTION("facet::normalization", std::vector<c10::IValue>());
  return Normalization::apply(input, weight, bias, residual, std::optional<at::Tensor>(),
                              running_mean, running_variance, options.rectify, options.momentum,
                              options.epsilon);
}

at::Tensor prelu_normalization(const at::Tensor &input, const at::Tensor &weight,
                               const at::Tensor &bias, const at::Tensor &running_mean,
                               const at::Tensor &running_variance, const at::Tensor &slopes,
                               double momentum, double epsilon) {
  RECORD_FUNCTION("facet::prelu_normalization", std::vector<c10::IValue>());
  return Normalization::apply(input, weight, bias, std::optional<at::Tensor>(),
                              std::optional<at::Tensor>(slopes), running_mean, running_variance,
                              /*rectify=*/false, momentum, epsilon);
}

}  // namespace facet::kernels
