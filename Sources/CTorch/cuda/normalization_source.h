// The kernels of batch normalisation as CUDA C++, which NVRTC compiles on the machine that has the
// GPU: nothing of CUDA is needed to build this project.
#pragma once

namespace facet::cuda {

/// `BFLOAT16` is 1 or 0. Every matrix is `[rows, channels]`; a thread owns the `lanes` channels that
/// it reads as 16 bytes. A block is `width` threads over channels times `height` over rows, both
/// powers of two; the grid in the same way.
inline constexpr const char *normalization_source = R"cuda(
constexpr int threads = 256;

#if BFLOAT16
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

struct alignas(16) Packed {
  unsigned int words[4];
};

struct Values {
  float at[lanes];
};

__device__ inline Values unpacked(const Packed &from) {
  Values to;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
#if BFLOAT16
    to.at[2 * i] = __uint_as_float(from.words[i] << 16);
    to.at[2 * i + 1] = __uint_as_float(from.words[i] & 0xffff0000u);
#else
    to.at[i] = __uint_as_float(from.words[i]);
#endif
  }
  return to;
}

// To the nearest bfloat16, of two the even one.
__device__ inline unsigned int rounded(float value) {
  unsigned int bits = __float_as_uint(value);
  if (value != value) return 0x7fc0u;
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

__device__ inline Packed packed(const Values &from) {
  Packed to;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
#if BFLOAT16
    to.words[i] = rounded(from.at[2 * i]) | (rounded(from.at[2 * i + 1]) << 16);
#else
    to.words[i] = __float_as_uint(from.at[i]);
#endif
  }
  return to;
}

__device__ inline Values of_channels(const float *from, int vector) {
  Values to;
#pragma unroll
  for (int i = 0; i < lanes; ++i) to.at[i] = from[vector * lanes + i];
  return to;
}

// The sums of a block's threads over its rows go to `partial`, `[gridDim.y, 2, channels]`. Whether
// this was the last block of its channels; its threads then see all partial sums.
__device__ inline bool finish_block(const Values &first, const Values &second, float *partial,
                                    int channels, int vector, bool is_inside,
                                    unsigned int *tickets) {
  __shared__ float shared[2 * lanes * threads];
  __shared__ bool is_last;
  int thread = threadIdx.y * blockDim.x + threadIdx.x;
#pragma unroll
  for (int i = 0; i < lanes; ++i) {
    shared[i * threads + thread] = first.at[i];
    shared[(lanes + i) * threads + thread] = second.at[i];
  }
  for (int half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y < half) {
#pragma unroll
      for (int i = 0; i < 2 * lanes; ++i)
        shared[i * threads + thread] += shared[i * threads + thread + half * blockDim.x];
    }
  }
  if (threadIdx.y == 0 && is_inside) {
    float *sums = partial + (long long)blockIdx.y * 2 * channels + vector * lanes;
#pragma unroll
    for (int i = 0; i < lanes; ++i) {
      sums[i] = shared[i * threads + thread];
      sums[channels + i] = shared[(lanes + i) * threads + thread];
    }
  }
  __threadfence();
  __syncthreads();
  if (thread == 0) is_last = atomicAdd(tickets + blockIdx.x, 1u) == gridDim.y - 1;
  __syncthreads();
  if (is_last && thread == 0) tickets[blockIdx.x] = 0;
  __threadfence();
  return is_last;
}

struct Sums {
  double first, second;
  int channel;  // -1: this thread has none
};

// Adds up the partial sums, each channel by several threads; the result is its first thread's.
__device__ inline Sums total(const float *partial, int channels) {
  __shared__ double shared[2 * threads];
  int thread = threadIdx.y * blockDim.x + threadIdx.x;
  int mine = blockDim.x * lanes, parts = threads / mine;
  int channel = blockIdx.x * mine + thread % mine, part = thread / mine;
  double first = 0, second = 0;
  if (channel < channels && part < parts) {
    // Past the first cache, which other blocks do not write to.
#pragma unroll 8
    for (int y = part; y < gridDim.y; y += parts) {
      const float *sums = partial + (long long)y * 2 * channels + channel;
      first += __ldcg(sums);
      second += __ldcg(sums + channels);
    }
  }
  shared[thread] = first;
  shared[threads + thread] = second;
  __syncthreads();
  if (part > 0 || channel >= channels) return {0, 0, -1};
  for (int p = 1; p < parts; ++p) {
    first += shared[p * mine + thread];
    second += shared[threads + p * mine + thread];
  }
  return {first, second, channel};
}

// facts: `[4, channels]`: mean, 1 / standard deviation, and what a value is multiplied by and raised by.
extern "C" __global__ void __launch_bounds__(threads) statistics(
    const Packed *x, long long rows, int channels, float *partial, unsigned int *tickets,
    const float *weight, const float *bias, float *running_mean, float *running_variance,
    float momentum, float epsilon, float *facts) {
  int vectors = channels / lanes, vector = blockIdx.x * blockDim.x + threadIdx.x;
  bool is_inside = vector < vectors;
  Values sum = {}, squares = {}, pivot = {};
  if (is_inside) {
    // Sums of differences to one of the values lose nothing where the mean is far from 0.
    pivot = unpacked(x[vector]);
    long long stride = (long long)gridDim.y * blockDim.y;
#pragma unroll 4
    for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows;
         row += stride) {
      Values value = unpacked(x[row * vectors + vector]);
#pragma unroll
      for (int i = 0; i < lanes; ++i) {
        float difference = value.at[i] - pivot.at[i];
        sum.at[i] += difference;
        squares.at[i] = fmaf(difference, difference, squares.at[i]);
      }
    }
  }
  if (!finish_block(sum, squares, partial, channels, vector, is_inside, tickets)) return;
  Sums all = total(partial, channels);
  if (all.channel < 0) return;
  int c = all.channel;
  double offset = all.first / rows;
  double variance = all.second / rows - offset * offset;
  variance = variance > 0 ? variance : (variance != variance ? variance : 0);
  double origin = unpacked(x[c / lanes]).at[c % lanes];
  double mean = origin + offset, inverse = 1 / sqrt(variance + (double)epsilon);
  running_mean[c] += momentum * ((float)mean - running_mean[c]);
  running_variance[c] += momentum * ((float)(variance * rows / (rows - 1)) - running_variance[c]);
  double scale = weight[c] * inverse;
  facts[c] = (float)mean;
  facts[channels + c] = (float)inverse;
  facts[2 * channels + c] = (float)scale;
  facts[3 * channels + c] = (float)(bias[c] - mean * scale);
}

// y = x * scale + shift, + residual, rectified.
extern "C" __global__ void __launch_bounds__(threads) normalize(
    const Packed *x, const Packed *residual, Packed *y, long long rows, int channels,
    const float *facts, int rectify) {
  int vectors = channels / lanes, vector = blockIdx.x * blockDim.x + threadIdx.x;
  if (vector >= vectors) return;
  Values scale = of_channels(facts + 2 * channels, vector);
  Values shift = of_channels(facts + 3 * channels, vector);
  long long stride = (long long)gridDim.y * blockDim.y;
#pragma unroll 2
  for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows;
       row += stride) {
    long long position = row * vectors + vector;
    Values value = unpacked(x[position]);
    Values added = {};
    if (residual) added = unpacked(residual[position]);
#pragma unroll
    for (int i = 0; i < lanes; ++i) {
      float result = fmaf(value.at[i], scale.at[i], shift.at[i]) + added.at[i];
      value.at[i] = rectify && result <= 0 ? 0 : result;
    }
    y[position] = packed(value);
  }
}

// Sums of the grad_output, and of the grad_output times the input's difference to its mean. Where a
// residual was added the output says where grad_output pass, and the passed gradient is written to `passed`.
// factors: `[2, channels]`: what enters every grad, and what enters with the difference to the
// mean.
extern "C" __global__ void __launch_bounds__(threads) sum_gradients(
    const Packed *x, const Packed *grad_output, const Packed *y, Packed *passed, long long rows,
    int channels, float *partial, unsigned int *tickets, const float *facts, int rectify,
    float *to_weight, float *to_bias, float *factors) {
  int vectors = channels / lanes, vector = blockIdx.x * blockDim.x + threadIdx.x;
  bool is_inside = vector < vectors;
  Values sum = {}, products = {};
  if (is_inside) {
    Values mean = of_channels(facts, vector), scale = of_channels(facts + 2 * channels, vector);
    Values shift = of_channels(facts + 3 * channels, vector);
    long long stride = (long long)gridDim.y * blockDim.y;
#pragma unroll 2
    for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows;
         row += stride) {
      long long position = row * vectors + vector;
      Values value = unpacked(x[position]), grad = unpacked(grad_output[position]), output = {};
      if (y) output = unpacked(y[position]);
#pragma unroll
      for (int i = 0; i < lanes; ++i) {
        float result = y ? output.at[i] : fmaf(value.at[i], scale.at[i], shift.at[i]);
        if (rectify && result <= 0) grad.at[i] = 0;
        sum.at[i] += grad.at[i];
        products.at[i] = fmaf(grad.at[i], value.at[i] - mean.at[i], products.at[i]);
      }
      if (passed) passed[position] = packed(grad);
    }
  }
  if (!finish_block(sum, products, partial, channels, vector, is_inside, tickets)) return;
  Sums all = total(partial, channels);
  if (all.channel < 0) return;
  int c = all.channel;
  double inverse = facts[channels + c], scale = facts[2 * channels + c];
  to_bias[c] = (float)all.first;
  to_weight[c] = (float)(all.second * inverse);
  factors[c] = (float)(-scale * all.first / rows);
  factors[channels + c] = (float)(-scale * inverse * inverse * all.second / rows);
}

// The grad_output with respect to the input. Where `rectify` is 0 all grad_output pass.
extern "C" __global__ void __launch_bounds__(threads) input_gradient(
    const Packed *x, const Packed *grad_output, Packed *to_x, long long rows, int channels,
    const float *facts, const float *factors, int rectify) {
  int vectors = channels / lanes, vector = blockIdx.x * blockDim.x + threadIdx.x;
  if (vector >= vectors) return;
  Values mean = of_channels(facts, vector), scale = of_channels(facts + 2 * channels, vector);
  Values shift = of_channels(facts + 3 * channels, vector);
  Values offset = of_channels(factors, vector), tilt = of_channels(factors + channels, vector);
  long long stride = (long long)gridDim.y * blockDim.y;
#pragma unroll 2
  for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows;
       row += stride) {
    long long position = row * vectors + vector;
    Values value = unpacked(x[position]), grad = unpacked(grad_output[position]);
#pragma unroll
    for (int i = 0; i < lanes; ++i) {
      float result = fmaf(value.at[i], scale.at[i], shift.at[i]);
      if (rectify && result <= 0) grad.at[i] = 0;
      grad.at[i] = fmaf(grad.at[i], scale.at[i],
                         fmaf(tilt.at[i], value.at[i] - mean.at[i], offset.at[i]));
    }
    to_x[position] = packed(grad);
  }
}
)cuda";

}  // namespace facet::cuda
