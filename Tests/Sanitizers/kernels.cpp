// Runs the kernels over odd, tiny, strided and empty shapes, for the sanitizers, and compares with
// LibTorch; scripts/sanitize-kernels builds it.
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include "kernels/bytes.h"
#include "kernels/depthwise.h"
#include "kernels/dispatch.h"
#include "kernels/folding.h"
#include "kernels/normalization.h"
#include "kernels/pointwise.h"
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
  auto grad_output = torch::autograd::grad({output}, inputs, {grad_output.to(output.scalar_type())},
                                      std::nullopt, false, true);
  grad_output.push_back(output.detach());
  return grad_output;
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
  // Two values of a channel leave a gradient of nothing but rounding.
  if (images * h * w < 5) {
    pass({input, weight, bias, residual}, own);
    return;
  }
  compare("normalization " + std::to_string(channels), {input, weight, bias, residual}, own, other);
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
  for (auto choice : {kernels::Choice::portable, kernels::Choice::avx2, kernels::Choice::avx512}) {
    if (choice > kernels::best_choice()) continue;
    kernels::limit_choice(choice);
    for (auto type : {at::kFloat, at::kBFloat16}) {
      for (int64_t images : {0, 1, 3})
        for (int64_t channels : {1, 2, 7, 16, 19, 33})
          for (auto [h, w] : {std::pair(1, 1), {2, 3}, {5, 7}, {8, 8}}) {
            for (int64_t stride : {1, 2, 3}) convolutions(type, images, channels, h, w, stride);
            for (bool adds : {false, true})
              for (bool rectifies : {false, true})
                normalization(type, images, channels, h, w, adds, rectifies);
          }
      for (int64_t images : {0, 1, 2})
        for (bool adds : {false, true}) folding(type, images, 5, 6, adds);
    }
    for (int64_t count : {0, 1, 15, 16, 17, 1000, 600000}) bytes(count);
  }
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
