// Runs the kernels over odd, tiny, strided and empty shapes, for the sanitizers, and compares with
// LibTorch; scripts/sanitize-kernels builds it.
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include "dispatch.h"
#include "head/angles.h"
#include "head/block.h"
#include "head/descent.h"
#include "head/functions.h"
#include "head/products.h"
#include "kernels/bytes.h"
#include "kernels/dense.h"
#include "kernels/depthwise.h"
#include "kernels/folding.h"
#include "kernels/normalization.h"
#include "kernels/operands.h"
#include "kernels/pointwise.h"
#include "kernels/pooling.h"
#include "kernels/prelu.h"
#include "kernels/window.h"
#include "parallel.h"

using namespace facet;

namespace {

constexpr auto last = at::MemoryFormat::ChannelsLast;
int checks = 0, failures = 0;

void expect_close(const at::Tensor &own, const at::Tensor &other, const std::string &what) {
  ++checks;
  bool same = own.sizes() == other.sizes();
  double scale = same && own.numel() > 0 ? other.to(at::kDouble).norm().item<double>() : 0;
  double error = same && own.numel() > 0
                     ? (own.to(at::kDouble) - other.to(at::kDouble)).norm().item<double>() : 0;
  if (same && error <= 2e-2 * scale + 1e-6) return;
  ++failures;
  std::printf("%s: error %g of %g\n", what.c_str(), error, scale);
}

at::Tensor noise(at::IntArrayRef shape, at::ScalarType type) {
  auto values = at::randn(shape).to(type);
  return shape.size() == 4 ? values.contiguous(last) : values;
}

/// Output and gradients of a function of some tensors.
template <class Body>
std::vector<at::Tensor> pass(std::vector<at::Tensor> inputs, Body &&body) {
  for (auto &input : inputs) input = input.detach().requires_grad_();
  at::Tensor output = body(inputs);
  auto grad_output = at::arange(output.numel()).remainder(7).sub(3).reshape(output.sizes());
  auto gradients = torch::autograd::grad({output}, inputs, {grad_output.to(output.scalar_type())},
                                         std::nullopt, false, true);
  gradients.push_back(output.detach());
  return gradients;
}

template <class Own, class Other>
void compare(const std::string &what, const std::vector<at::Tensor> &inputs, Own &&own,
             Other &&other) {
  auto mine = pass(inputs, own), theirs = pass(inputs, other);
  for (size_t i = 0; i < mine.size(); ++i)
    if (mine[i].defined() && theirs[i].defined())
      expect_close(mine[i], theirs[i], what + ", " + std::to_string(i));
}

void convolutions(at::ScalarType type, int64_t images, int64_t channels, int64_t h, int64_t w,
                  int64_t stride) {
  auto what = std::to_string(images) + "x" + std::to_string(channels) + "x" + std::to_string(h) +
              "x" + std::to_string(w) + "/" + std::to_string(stride);
  auto input = noise({images, channels, h, w}, type);
  auto conv = [&](int64_t padding, int64_t groups) {
    return [=](const std::vector<at::Tensor> &t) {
      // In float32: LibTorch's bfloat16 gradient of a 3x3 kernel's taps that never meet a 1x1 image
      // is memory that nobody wrote.
      auto y = at::conv2d(t[0].to(at::kFloat), t[1].to(at::kFloat), {}, {stride, stride},
                          {padding, padding}, {1, 1}, groups);
      return y.to(t[0].scalar_type());
    };
  };
  auto depthwise = at::randn({channels, 1, 3, 3}).to(type);
  if (kernels::supports_depthwise(input, depthwise, stride, 1, channels))
    compare("depthwise " + what, {input, depthwise},
            [&](auto &t) { return kernels::depthwise_convolution(t[0], t[1], stride); },
            conv(1, channels));
  for (int64_t groups : {int64_t(8), channels / 2}) {
    if (groups == 0 || channels % groups != 0) continue;
    auto weight = at::randn({channels, channels / groups, 3, 3}).to(type);
    if (kernels::widens_groups(input, weight, groups))
      compare("groups " + what, {input, weight},
              [&](auto &t) { return kernels::convolution(t[0], t[1], stride, 1, groups); },
              conv(1, groups));
  }
  auto pointwise = at::randn({5, channels, 1, 1}).to(type);
  if (kernels::supports_pointwise(input, pointwise, stride, 0, 1))
    compare("1x1 " + what, {input, pointwise},
            [&](auto &t) { return kernels::pointwise_convolution(t[0], t[1], stride); },
            conv(0, 1));
  auto window = at::randn({6, channels, 3, 3}).to(type);
  if (kernels::supports_window(input, window, stride, 1, 1))
    compare("3x3 " + what, {input, window},
            [&](auto &t) { return kernels::window_convolution(t[0], t[1], stride); }, conv(1, 1));
}

void normalization(at::ScalarType type, int64_t images, int64_t channels, int64_t h, int64_t w,
                   bool adds, bool rectifies) {
  auto input = noise({images, channels, h, w}, type);
  auto weight = at::rand({channels}) + 0.5, bias = at::randn({channels});
  auto residual = noise({images, channels, h, w}, type);
  if (!kernels::supports_normalization(input, weight, residual)) return;
  auto mean = at::zeros({channels}), variance = at::ones({channels});
  auto own = [&](const std::vector<at::Tensor> &t) {
    auto added = adds ? std::optional(t[3]) : std::nullopt;
    return kernels::normalization(t[0], t[1], t[2], mean, variance, added, {rectifies, 0.1, 1e-5});
  };
  auto other = [&](const std::vector<at::Tensor> &t) {
    auto y = at::batch_norm(t[0].to(at::kFloat), t[1], t[2], mean.clone(), variance.clone(), true,
                            0.1, 1e-5, false);
    if (adds) y = y + t[3];
    return (rectifies ? y.relu() : y).to(t[0].scalar_type());
  };
  // Two values of a channel leave a gradient that is only rounding error.
  if (images * h * w < 5) {
    pass({input, weight, bias, residual}, own);
    return;
  }
  compare("normalization " + std::to_string(channels), {input, weight, bias, residual}, own, other);
}

void prelu_normalization(at::ScalarType type, int64_t images, int64_t channels, int64_t h,
                         int64_t w) {
  auto input = noise({images, channels, h, w}, type);
  auto weight = at::rand({channels}) + 0.5, bias = at::randn({channels});
  auto slopes = at::randn({channels});
  auto mean = at::zeros({channels}), variance = at::ones({channels});
  auto own = [&](const std::vector<at::Tensor> &t) {
    return kernels::prelu_normalization(t[0], t[1], t[2], mean, variance, t[3], 0.1, 1e-5);
  };
  auto other = [&](const std::vector<at::Tensor> &t) {
    auto y = at::batch_norm(t[0].to(at::kFloat), t[1], t[2], mean.clone(), variance.clone(), true,
                            0.1, 1e-5, false);
    return at::prelu(y, t[3]).to(t[0].scalar_type());
  };
  if (!kernels::supports_prelu_normalization(input, weight, slopes)) return;
  if (images * h * w < 5)
    pass({input, weight, bias, slopes}, own);
  else
    compare("PReLU normalization " + std::to_string(channels), {input, weight, bias, slopes}, own,
            other);
}

/// A convolution behind a normalisation, whose output is made again backward, and is kept: bit for bit the same.
enum class Ending { plain, rectified, sloped, added };

template <class Convolution>
void recomputation(const std::string &what, const at::Tensor &input, const at::Tensor &taps,
                   Ending end, Convolution &&convolution) {
  int64_t channels = input.size(1);
  auto weight = at::rand({channels}) + 0.5, bias = at::randn({channels}), slope = at::randn({channels});
  auto mean = at::zeros({channels}), variance = at::ones({channels});
  auto residual = noise(input.sizes(), input.scalar_type());
  auto gradients = [&](bool again) {
    kernels::set_recomputes(again);
    std::vector<at::Tensor> inputs{input, weight, bias, slope, taps, residual};
    auto found = pass(inputs, [&](const std::vector<at::Tensor> &t) {
      auto added = end == Ending::added ? std::optional(t[5]) : std::nullopt;
      auto y = end == Ending::sloped
                   ? kernels::prelu_normalization(t[0], t[1], t[2], mean, variance, t[3], 0.1, 1e-5)
                   : kernels::normalization(t[0], t[1], t[2], mean, variance, added,
                                            {end != Ending::plain, 0.1, 1e-5});
      auto storage = y.storage().getWeakStorageImpl();
      auto output = convolution(y, t[4]);
      y.reset();
      ++checks;
      if (again == storage.expired()) return output;
      ++failures;
      std::printf("%s: the input is %s\n", what.c_str(), again ? "kept" : "not kept");
      return output;
    });
    kernels::set_recomputes(true);
    return found;
  };
  auto again = gradients(true), kept = gradients(false);
  ++checks;
  for (size_t i = 0; i < kept.size(); ++i)
    if (kept[i].defined() != again[i].defined() ||
        (kept[i].defined() && !at::allclose(kept[i], again[i], 0, 0, true))) {
      ++failures;
      std::printf("%s, %zu: other bits when made again\n", what.c_str(), i);
    }
}

void recomputations(at::ScalarType type, int64_t images, int64_t channels, int64_t h, int64_t w,
                    int64_t stride, Ending end) {
  auto input = noise({images, channels, h, w}, type);
  // Of a single pixel LibTorch's convolution sometimes reads memory beyond the image.
  if (h * w == 1 || !kernels::supports_normalization(input, at::ones({channels}), std::nullopt)) return;
  auto depthwise = at::randn({channels, 1, 3, 3}).to(type), pointwise = at::randn({5, channels, 1, 1}).to(type);
  auto window = at::randn({6, channels, 3, 3}).to(type);
  auto run = [&](const std::string &what, const at::Tensor &taps, auto &&convolution) {
    recomputation(what, input, taps, end, convolution);
  };
  if (kernels::supports_depthwise(input, depthwise, stride, 1, channels))
    run("depthwise again", depthwise,
        [&](auto &x, auto &t) { return kernels::depthwise_convolution(x, t, stride); });
  if (kernels::supports_pointwise(input, pointwise, stride, 0, 1))
    run("1x1 again", pointwise,
        [&](auto &x, auto &t) { return kernels::pointwise_convolution(x, t, stride); });
  if (kernels::supports_window(input, window, stride, 1, 1))
    run("3x3 again", window,
        [&](auto &x, auto &t) { return kernels::window_convolution(x, t, stride); });
  // LibTorch's bfloat16 gradient of taps that never meet an image is memory that nobody wrote.
  if (h < 5) return;
  run("dense again", window, [&](auto &x, auto &t) {
    return kernels::convolution(x, t, stride, 1, 1);
  });
}

void pooling(at::ScalarType type, int64_t images, int64_t channels, int64_t h, int64_t w,
             int64_t stride) {
  for (int64_t kernel : {1, 2, 3, 16}) {
    int64_t padding = kernel / 2;
    auto input = noise({images, channels, h, w}, type);
    if (!kernels::supports_max_pool(input.detach().requires_grad_(), kernel, stride, padding)) continue;
    compare("maxima of " + std::to_string(kernel) + ", stride " + std::to_string(stride), {input},
            [&](const std::vector<at::Tensor> &t) {
              return kernels::max_pool(t[0], kernel, stride, padding);
            },
            [&](const std::vector<at::Tensor> &t) {
              return at::max_pool2d(t[0].to(at::kFloat), {kernel, kernel}, {stride, stride},
                                    {padding, padding})
                  .to(type);
            });
  }
}

void prelu(at::ScalarType type, int64_t images, int64_t channels, int64_t h, int64_t w) {
  auto input = noise({images, channels, h, w}, type), slopes = at::randn({channels});
  auto other = at::prelu(input.to(at::kFloat), slopes);
  kernels::apply_prelu(input, slopes);
  expect_close(input, other, "PReLU " + std::to_string(channels));
}

void folding(at::ScalarType type, int64_t images, int64_t channels, int64_t side, bool adds) {
  c10::InferenceMode off(false);
  at::NoGradGuard no_gradients;
  auto input = noise({images, channels, side, side}, type);
  kernels::ConvolutionParts parts{at::randn({8, channels, 3, 3}), 1, 1, 1};
  kernels::NormalizationParts normal{at::rand({8}) + 0.5, at::randn({8}), at::randn({8}),
                                     at::rand({8}) + 0.5, 1e-5};
  auto residual = adds ? std::optional(noise({images, 8, side, side}, type)) : std::nullopt;
  kernels::Folding kept;
  for (int round = 0; round < 2; ++round) {
    auto own = kept.convolution(input, parts, normal, residual, true, type);
    auto y = at::batch_norm(at::conv2d(input.to(at::kFloat), parts.weight, {}, 1, 1), normal.weight,
                            normal.bias, normal.running_mean, normal.running_variance, false, 0.1,
                            1e-5, false);
    expect_close(own, (residual ? y + *residual : y).relu(), "folding");
    parts.weight.mul_(2);
  }
}

void bytes(int64_t count) {
  auto from = at::randint(0, 256, {count}, at::kByte);
  auto to = at::empty({count});
  kernels::normalize_bytes(from.const_data_ptr<uint8_t>(), to.mutable_data_ptr<float>(), count,
                           127.5f, 127.5f);
  expect_close(to, (from.to(at::kFloat) - 127.5) / 127.5, "bytes");
}

/// The head: cosines, a softmax with a changed scale, and gradients, against whole tensors.
void head(at::ScalarType type, int64_t batch, int64_t classes, int64_t size, int64_t subcenters,
          bool chosen, bool mapped, bool rounds) {
  auto what = "head " + std::to_string(batch) + "x" + std::to_string(classes) + "x" +
              std::to_string(size) + "/" + std::to_string(subcenters);
  auto directions = at::randn({batch, size}, type);
  directions = directions / directions.norm(2, {1}, true);
  auto weight = at::randn({classes * subcenters, size}, type);
  auto labels = at::arange(batch).remainder(classes);
  auto scale = at::rand({batch}, type) + 0.5;
  auto some = chosen ? at::arange(classes) : at::empty({0}, at::kLong);
  head::NonTargetMap others;
  if (mapped) others = [](const at::Tensor &cosines) { return cosines * cosines * 0.5; };
  auto workspace = c10::make_intrusive<head::Workspace>();
  auto own = [&](const std::vector<at::Tensor> &t) {
    auto table = head::cosine_similarity_matrix(t[0], t[1], some, labels, subcenters, rounds, workspace);
    auto logits = table[1] * t[2];
    return head::margin_cross_entropy(table[0], logits, t[2], table[1], labels, others)[0];
  };
  auto other = [&](const std::vector<at::Tensor> &t) {
    auto rows = t[1] / t[1].norm(2, {1}, true);
    auto all = at::mm(t[0], rows.t()).view({batch, classes, subcenters});
    auto cosines = std::get<0>(all.max(2));
    auto index = labels.unsqueeze(1);
    auto rest = others ? others(cosines) : cosines;
    auto logits = rest.scatter(1, index, cosines.gather(1, index)) * t[2].unsqueeze(1);
    return at::cross_entropy_loss(logits, labels);
  };
  auto mine = pass({directions, weight, scale}, own);
  auto theirs = pass({directions, weight, scale}, other);
  for (size_t i = 0; i < mine.size(); ++i) {
    // A row of one number is a sign: its gradient is only rounding error.
    if (size == 1 && i == 1) continue;
    if (mine[i].defined() && theirs[i].defined())
      expect_close(mine[i].is_sparse() ? mine[i].to_dense() : mine[i], theirs[i],
                   what + ", " + std::to_string(i));
  }
  auto exponentials = head::other_exponentials(
      head::cosine_similarity_matrix(directions, weight, some, labels, subcenters, rounds, workspace)[0],
      labels, scale);
  expect_close(exponentials.isfinite(), at::ones({batch}, at::kBool), what);
}

/// The head in two blocks, of which one may have no class that takes part, against the whole one.
void blocks(at::ScalarType type, int64_t batch, int64_t classes, int64_t size, int64_t subcenters,
            bool chosen) {
  auto what = "blocks " + std::to_string(batch) + "x" + std::to_string(classes) + "x" +
              std::to_string(size) + "/" + std::to_string(subcenters);
  auto directions = at::randn({batch, size}, type);
  directions = directions / directions.norm(2, {1}, true);
  auto weight = at::randn({classes * subcenters, size}, type);
  // All that takes part is in the second block.
  int64_t first = classes / 2, count = classes - first;
  auto labels = at::arange(batch).remainder(count) + (chosen ? 0 : first);
  auto scale = at::rand({batch}, type) + 0.5;
  auto some = chosen ? at::arange(first, classes) : at::empty({0}, at::kLong);
  std::vector<at::Tensor> whole{directions, weight, scale};
  for (auto &input : whole) input = input.clone().requires_grad_();
  auto table = head::cosine_similarity_matrix(whole[0], whole[1], some, labels, subcenters, false,
                                              c10::make_intrusive<head::Workspace>());
  head::margin_cross_entropy(table[0], table[1] * whole[2], whole[2], table[1], labels, nullptr)[0]
      .backward();

  auto targets = at::zeros({2, batch}, at::kDouble), to_rows = at::zeros_like(weight);
  std::vector<std::unique_ptr<head::ClassBlock>> parts;
  at::Tensor log_sum;
  for (auto [start, length] : {std::pair<int64_t, int64_t>(0, first), {first, count}}) {
    auto own = chosen ? at::arange(start == 0 ? 0 : length) : at::Tensor();
    auto places = chosen ? (start == 0 ? labels - classes : labels) : labels - start;
    parts.push_back(head::class_block(
        directions, weight.narrow(0, start * subcenters, length * subcenters), own,
        at::where(places.lt(length), places, -1).contiguous(), subcenters, false,
        c10::make_intrusive<head::Workspace>()));
    parts.back()->write_targets(targets);
    auto row = parts.back()->summarize(scale, nullptr)[0];
    log_sum = log_sum.defined() ? at::logaddexp(log_sum, row) : row;
  }
  auto logits = targets[0] * scale;
  auto log_total = at::logaddexp(logits, log_sum);
  auto share = at::full({batch}, 1.0 / double(batch), at::kDouble);
  auto to_logits = ((logits - log_total).exp() - 1) * share;
  at::Tensor to_directions = at::zeros_like(directions), to_scale = to_logits * targets[0];
  for (auto &part : parts) to_scale = to_scale + part->differentiate_softmax(log_total, share);
  for (size_t i = 0; i < parts.size(); ++i) {
    bool is_empty = chosen && i == 0;
    auto rows = to_rows.narrow(0, i == 0 ? 0 : first * subcenters,
                               is_empty ? 0 : (i == 0 ? first : count) * subcenters);
    to_directions.add_(parts[i]->differentiate_cosines(to_logits * scale,
                                                       at::zeros_like(to_logits), rows));
  }
  auto expected = whole[1].grad().is_sparse() ? whole[1].grad().to_dense() : whole[1].grad();
  expect_close(to_directions, whole[0].grad(), what + ", directions");
  expect_close(to_rows, expected, what + ", rows");
  expect_close(to_scale, whole[2].grad(), what + ", scale");
}

void angles(int64_t count, int64_t size) {
  auto vectors = at::randn({count, size}, at::kDouble);
  auto rows = at::randn({count, size}, at::kDouble);
  for (auto *tensor : {&vectors, &rows}) *tensor = *tensor / tensor->norm(2, {1}, true);
  compare("angles", {vectors, rows},
          [](auto &t) { return head::angle_between(t[0], t[1]); },
          [](auto &t) {
            // Whose gradient turns a vector and does not lengthen it.
            auto lengths = t[0].norm(2, {1}) * t[1].norm(2, {1});
            return ((t[0] * t[1]).sum(1) / lengths).clamp(-1, 1).acos();
          });
}

void descent(at::ScalarType type, int64_t size, bool momentum) {
  auto weight = at::randn({9, size}, type), rows = at::arange(0, 9, 2);
  auto gradient = at::randn({rows.numel(), size}, type);
  auto momentum_buffer = momentum ? at::randn({9, size}, type) : at::Tensor();
  auto expected = weight.clone();
  auto grad_output = gradient + 0.1 * weight.index_select(0, rows);
  if (momentum) grad_output = grad_output + 0.9 * momentum_buffer.index_select(0, rows);
  expected.index_add_(0, rows, grad_output, -0.5);
  head::sparse_sgd(weight, momentum_buffer, rows, gradient,
                     {0.5, momentum ? 0.9 : 0, 0.1, false, std::nullopt, std::nullopt});
  expect_close(weight, expected, "descent");
}

void heads() {
  for (auto type : {at::kFloat, at::kDouble}) {
    for (auto [batch, classes, size] :
         {std::tuple(1, 2, 1), {3, 5, 7}, {16, 128, 32}, {17, 129, 33}, {5, 5000, 19}})
      for (int64_t subcenters : {1, 3})
        for (bool chosen : {false, true})
          for (bool mapped : {false, true})
            head(type, batch, classes, size, subcenters, chosen, mapped, false);
    for (auto [batch, classes, size] : {std::tuple(3, 5, 7), {16, 128, 32}, {17, 129, 33}})
      for (int64_t subcenters : {1, 3})
        for (bool chosen : {false, true}) blocks(type, batch, classes, size, subcenters, chosen);
    for (int64_t size : {1, 15, 16, 33})
      for (bool momentum : {false, true}) descent(type, size, momentum);
  }
  // One number has no angle but 0 and pi.
  for (int64_t size : {2, 16, 37}) angles(5, size);
  if (!head::has_bfloat16_products()) return;
  for (auto [batch, classes, size] : {std::tuple(3, 5, 7), {17, 129, 33}, {5, 3000, 32}})
    for (int64_t subcenters : {1, 3})
      head(at::kFloat, batch, classes, size, subcenters, false, false, true);
}

/// Every part is run, and by more threads than one.
void threads() {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  std::vector<int> done(1000);
  parallel_for(0, 1000, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) ++done[i];
    std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  ++checks;
  if (done == std::vector<int>(1000, 1) && int(seen.size()) == at::get_num_threads()) return;
  ++failures;
  std::printf("parallel_for used %zu threads of %d\n", seen.size(), at::get_num_threads());
}

}  // namespace

int main() {
  at::set_num_threads(3);
  threads();
  for (auto choice : {Choice::portable, Choice::avx2, Choice::avx512}) {
    if (choice > best_choice()) continue;
    limit_choice(choice);
    for (auto type : {at::kFloat, at::kBFloat16}) {
      for (int64_t images : {0, 1, 3})
        for (int64_t channels : {1, 2, 7, 16, 19, 33})
          for (auto [h, w] : {std::pair(1, 1), {2, 3}, {5, 7}, {8, 8}}) {
            for (int64_t stride : {1, 2, 3}) {
              convolutions(type, images, channels, h, w, stride);
              pooling(type, images, channels, h, w, stride);
            }
            for (bool adds : {false, true})
              for (bool rectifies : {false, true})
                normalization(type, images, channels, h, w, adds, rectifies);
            for (int64_t stride : {1, 2})
              for (auto end : {Ending::plain, Ending::rectified, Ending::sloped, Ending::added})
                recomputations(type, images, channels, h, w, stride, end);
            prelu_normalization(type, images, channels, h, w);
            prelu(type, images, channels, h, w);
          }
      for (int64_t images : {0, 1, 2})
        for (bool adds : {false, true}) folding(type, images, 5, 6, adds);
    }
    for (int64_t count : {0, 1, 15, 16, 17, 1000, 600000}) bytes(count);
    heads();
  }
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
