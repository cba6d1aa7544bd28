// Runs the kernels of Sources/CTorch/cuda on the processor, a thread for each of the GPU's, for the
// sanitizers, and compares with the formulas in float64; scripts/sanitize-kernels builds it, with
// KERNELS naming the kernels' source and BFLOAT16 as NVRTC gets it.
#include <atomic>
#include <barrier>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

struct Index {
  int x, y;
};

thread_local Index threadIdx;
Index blockIdx, blockDim, gridDim;
std::unique_ptr<std::barrier<>> barrier;

void __syncthreads() { barrier->arrive_and_wait(); }
void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }
unsigned atomicAdd(unsigned *at, unsigned value) { return std::atomic_ref(*at).fetch_add(value); }
float __ldcg(const float *from) { return *from; }
float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
unsigned __float_as_uint(float value) { return std::bit_cast<unsigned>(value); }

}  // namespace

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(count)

#include KERNELS

namespace {

int checks = 0, failures = 0;

template <class Kernel, class... Values>
void launch(Index grid, Index block, Kernel kernel, Values... values) {
  gridDim = grid;
  blockDim = block;
  for (int y = 0; y < grid.y; ++y) {
    for (int x = 0; x < grid.x; ++x) {
      blockIdx = {x, y};
      barrier = std::make_unique<std::barrier<>>(block.x * block.y);
      std::vector<std::jthread> all;
      for (int t = 0; t < block.x * block.y; ++t) {
        all.emplace_back([=] {
          threadIdx = {t % block.x, t / block.x};
          kernel(values...);
          barrier->arrive_and_drop();
        });
      }
    }
  }
}

/// A matrix of numbers as the kernels read them.
struct Matrix {
  std::vector<Packed> words;

  explicit Matrix(size_t count) : words((count + lanes - 1) / lanes) {}
  double operator[](size_t i) const { return unpacked(words[i / lanes]).at[i % lanes]; }
  void set(size_t i, double value) {
    auto values = unpacked(words[i / lanes]);
    values.at[i % lanes] = float(value);
    words[i / lanes] = packed(values);
  }
};

void expect(double found, double expected, double scale, const char *what) {
  ++checks;
  double allowed = (BFLOAT16 ? 6e-3 : 2e-5) * (std::abs(expected) + scale);
  if (std::abs(found - expected) <= allowed) return;
  if (++failures < 20) std::printf("%s: %g instead of %g\n", what, found, expected);
}

void check(int rows, int channels, Index grid, Index block, bool rectify, bool adds, double mean) {
  std::mt19937 generator(rows * 31 + channels);
  std::normal_distribution<double> normal;
  size_t count = size_t(rows) * channels;
  Matrix x(count), residual(count), y(count), grad_output(count), passed(count), to_x(count);
  for (size_t i = 0; i < count; ++i) {
    x.set(i, mean + normal(generator));
    residual.set(i, normal(generator));
    grad_output.set(i, normal(generator));
  }
  std::vector<float> weight(channels), bias(channels), running_mean(channels, 1),
      running_variance(channels, 2), facts(4 * channels), partial(2 * channels * grid.y),
      to_weight(channels), to_bias(channels), factors(2 * channels);
  for (int c = 0; c < channels; ++c) {
    weight[c] = float(normal(generator));
    bias[c] = float(normal(generator));
  }
  std::vector<unsigned> tickets(grid.x);
  bool keeps = rectify && adds;
  launch(grid, block, statistics, x.words.data(), (long long)rows, channels, partial.data(),
         tickets.data(), weight.data(), bias.data(), running_mean.data(), running_variance.data(),
         0.1f, 1e-5f, facts.data());
  launch(grid, block, normalize, x.words.data(), adds ? residual.words.data() : nullptr,
         y.words.data(), (long long)rows, channels, facts.data(), int(rectify));
  launch(grid, block, sum_gradients, x.words.data(), grad_output.words.data(),
         keeps ? y.words.data() : nullptr, keeps ? passed.words.data() : nullptr, (long long)rows,
         channels, partial.data(), tickets.data(), facts.data(), int(rectify), to_weight.data(),
         to_bias.data(), factors.data());
  launch(grid, block, input_gradient, x.words.data(),
         keeps ? passed.words.data() : grad_output.words.data(), to_x.words.data(), (long long)rows,
         channels, facts.data(), factors.data(), int(rectify && !keeps));
  for (auto ticket : tickets) expect(ticket, 0, 0, "ticket");

  for (int c = 0; c < channels; ++c) {
    double sum = 0, squares = 0, grad_sum = 0, products = 0;
    for (int r = 0; r < rows; ++r) sum += x[size_t(r) * channels + c];
    double m = sum / rows;
    for (int r = 0; r < rows; ++r) squares += std::pow(x[size_t(r) * channels + c] - m, 2);
    double variance = squares / rows, inverse = 1 / std::sqrt(variance + 1e-5);
    // Rounded values decide about slopes: of those too near to 0 nothing is expected.
    auto passes = [&](size_t i) {
      return !rectify || (keeps ? y[i] : (x[i] - m) * inverse * weight[c] + bias[c]) > 0;
    };
    for (int r = 0; r < rows; ++r) {
      size_t i = size_t(r) * channels + c;
      double result = (x[i] - m) * inverse * weight[c] + bias[c] + (adds ? residual[i] : 0);
      expect(y[i], rectify ? std::max(result, 0.0) : result, std::abs(mean) + 1, "output");
      double grad = passes(i) ? grad_output[i] : 0;
      grad_sum += grad;
      products += grad * (x[i] - m) * inverse;
    }
    double scale = std::sqrt(double(rows)) * (1 + std::abs(mean) * 1e-3);
    expect(to_bias[c], grad_sum, scale, "slope of the bias");
    expect(to_weight[c], products, scale, "slope of the weight");
    expect(running_mean[c], 0.9 + 0.1 * m, 1, "running mean");
    expect(running_variance[c], 1.8 + 0.1 * squares / (rows - 1), 1, "running variance");
    for (int r = 0; r < rows; ++r) {
      size_t i = size_t(r) * channels + c;
      double grad = passes(i) ? grad_output[i] : 0, unit = (x[i] - m) * inverse;
      double expected =
          weight[c] * inverse * (grad - grad_sum / rows - unit * products / rows);
      expect(to_x[i], expected, std::abs(weight[c] * inverse) * (1 + 0.1 * std::abs(mean)) + 1e-3,
             "slope of the input");
      if (keeps) expect(passed[i], grad, 1, "slope of the residual");
    }
  }
}

}  // namespace

int main() {
  for (auto [rows, channels] : {std::pair(2, lanes), {3, 3 * lanes}, {257, 8 * lanes},
                                {100, 9 * lanes}, {33, 20 * lanes}}) {
    int vectors = channels / lanes, width = 1;
    while (width < 8 && width < vectors) width *= 2;
    for (int blocks : {1, 3}) {
      Index block{width, threads / width}, grid{(vectors + width - 1) / width, blocks};
      for (bool rectify : {false, true})
        for (bool adds : {false, true})
          check(rows, channels, grid, block, rectify, adds, BFLOAT16 ? 0.5 : 100);
    }
  }
  std::printf("%d checks of CUDA kernels in %s, %d failures\n", checks,
              BFLOAT16 ? "bfloat16" : "float32", failures);
  return failures == 0 ? 0 : 1;
}
