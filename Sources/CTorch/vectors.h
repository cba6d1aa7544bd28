// Sixteen numbers at once, on whatever the processor has.
//
// The code is written once with the compiler's vector types and compiled for each instruction set;
// dispatch.h chooses which of the versions runs.
#pragma once

#include <cstdint>
#include <cstring>

#include <c10/util/BFloat16.h>

#if defined(__x86_64__)
#define FACET_X86 1
#define FACET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"), flatten))
#define FACET_AVX2 __attribute__((target("avx2,fma"), flatten))
#endif
// Everything that passes vectors is inlined, so no calling convention is involved.
#pragma GCC diagnostic ignored "-Wpsabi"
#define FACET_INLINE inline __attribute__((always_inline))
#define FACET_LAMBDA __attribute__((always_inline))

namespace facet {

constexpr int64_t lanes = 16;

template <class T>
struct VectorOf;
template <>
struct VectorOf<float> {
  typedef float Type __attribute__((vector_size(64)));
};
template <>
struct VectorOf<double> {
  typedef double Type __attribute__((vector_size(128)));
};
/// Sixteen elements of float32 or float64.
template <class T>
using Vector = typename VectorOf<T>::Type;

typedef Vector<float> Floats;
typedef Vector<double> Doubles;
typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint16_t Halves __attribute__((vector_size(32)));

FACET_INLINE Floats load(const float *from) {
  Floats values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

FACET_INLINE Doubles load(const double *from) {
  Doubles values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

FACET_INLINE Floats load(const c10::BFloat16 *from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  Words words = __builtin_convertvector(halves, Words) << 16;
  Floats values;
  std::memcpy(&values, &words, sizeof values);
  return values;
}

FACET_INLINE void store(float *to, const Floats &values) {
  std::memcpy(to, &values, sizeof values);
}

FACET_INLINE void store(double *to, const Doubles &values) {
  std::memcpy(to, &values, sizeof values);
}

/// Rounds to the nearest, ties to even, as LibTorch does; a NaN stays one.
FACET_INLINE void store(c10::BFloat16 *to, Floats values) {
  Words words;
  std::memcpy(&words, &values, sizeof words);
  Words rounded = (words + 0x7fff + ((words >> 16) & 1)) >> 16;
  // Rare enough to be worth a branch around four operations.
  Words is_nan = (Words)(values != values);
  if (__builtin_expect(__builtin_reduce_or(is_nan) != 0, false))
    rounded = (is_nan & ((words >> 16) | 0x40)) | (~is_nan & rounded);
  Halves halves = __builtin_convertvector(rounded, Halves);
  std::memcpy(to, &halves, sizeof halves);
}

/// The values as memory of `T` gives them back.
template <class T>
FACET_INLINE Floats rounded(Floats values) {
  T memory[lanes];
  store(memory, values);
  return load(memory);
}

/// The sum of all elements, one after the other.
template <class T>
FACET_INLINE T total(const Vector<T> &values) {
  T sum = 0;
  for (int64_t i = 0; i < lanes; ++i) sum += values[i];
  return sum;
}

/// Part of a vector, for the last channels.
template <class T>
FACET_INLINE Floats load_some(const T *from, int64_t count) {
  T whole[lanes] = {};
  for (int64_t i = 0; i < count; ++i) whole[i] = from[i];
  return load(whole);
}

template <class T>
FACET_INLINE void store_some(T *to, Floats values, int64_t count) {
  T whole[lanes];
  store(whole, values);
  for (int64_t i = 0; i < count; ++i) to[i] = whole[i];
}

/// The first `count` values, and zeros.
FACET_INLINE Floats first(Floats values, int64_t count) {
  float whole[lanes] = {};
  store_some(whole, values, count);
  return load(whole);
}

/// The values where they are not negative, and zero elsewhere; a NaN stays one.
FACET_INLINE Floats rectified(Floats values) {
  Words words, kept = (Words)~(values < 0.0f);
  std::memcpy(&words, &values, sizeof words);
  words &= kept;
  std::memcpy(&values, &words, sizeof values);
  return values;
}

/// The values where they are positive, and elsewhere, a NaN included, their products with the slopes.
FACET_INLINE Floats sloped(Floats values, Floats slopes) {
  return values > 0.0f ? values : values * slopes;
}

/// `values` where a rectifier's output is above zero, as LibTorch decides it for a NaN too.
FACET_INLINE Floats where_rectifier_passes(Floats output, Floats values) {
  Words words, kept = (Words)~(output <= 0.0f);
  std::memcpy(&words, &values, sizeof words);
  words &= kept;
  std::memcpy(&values, &words, sizeof values);
  return values;
}

}  // namespace facet
