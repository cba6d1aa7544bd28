// Sixteen numbers of any type at once, for the kernels of the head.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "../kernels/dispatch.h"

namespace facet::head {

using kernels::lanes;

template <class T>
struct Wide;
template <>
struct Wide<float> {
  typedef float Type __attribute__((vector_size(64)));
};
template <>
struct Wide<double> {
  typedef double Type __attribute__((vector_size(128)));
};
template <class T>
using Lanes = typename Wide<T>::Type;

template <class T>
FACET_INLINE Lanes<T> read(const T *from) {
  Lanes<T> values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

template <class T>
FACET_INLINE void write(T *to, const Lanes<T> &values) {
  std::memcpy(to, &values, sizeof values);
}

template <class T>
FACET_INLINE T total(const Lanes<T> &values) {
  T sum = 0;
  for (int64_t i = 0; i < lanes; ++i) sum += values[i];
  return sum;
}

/// e^x to the last bit or two; 0 below -87.3. A NaN stays one.
FACET_INLINE Lanes<float> exponential(Lanes<float> x) {
  typedef int32_t Integers __attribute__((vector_size(64)));
  x = x > 88.f ? Lanes<float>{} + 88.f : x;
  auto underflow = x < -87.3f;
  constexpr float rounder = 12582912.f;  // 1.5 * 2^23: adding it rounds to a whole number.
  Lanes<float> shifted = x * 1.44269504088896341f + rounder;
  Lanes<float> whole = shifted - rounder;
  Lanes<float> rest = x - whole * 0.693359375f + whole * 2.12194440e-4f;
  Lanes<float> sum = rest * 1.9875691500e-4f + 1.3981999507e-3f;
  sum = sum * rest + 8.3334519073e-3f;
  sum = sum * rest + 4.1665795894e-2f;
  sum = sum * rest + 1.6666665459e-1f;
  sum = sum * rest + 5.0000001201e-1f;
  sum = sum * rest * rest + rest + 1.f;
  Integers bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;  // The whole number stands in the last bits of `shifted`.
  Lanes<float> power;
  std::memcpy(&power, &bits, sizeof power);
  return underflow ? Lanes<float>{} : sum * power;
}

FACET_INLINE Lanes<double> exponential(Lanes<double> x) {
  for (int64_t i = 0; i < lanes; ++i) x[i] = std::exp(x[i]);
  return x;
}

#if defined(FACET_X86)
template <class Body>
FACET_AVX512 void run_avx512(Body &&body) {
  body();
}
template <class Body>
FACET_AVX2 void run_avx2(Body &&body) {
  body();
}
#endif

/// Runs a body, marked FACET_LAMBDA and made of FACET_INLINE functions, compiled for the best
/// instruction set of this processor.
template <class Body>
void vectorized(Body &&body) {
#if defined(FACET_X86)
  static const kernels::Choice best = kernels::best_choice();
  if (best == kernels::Choice::avx512) return run_avx512(body);
  if (best == kernels::Choice::avx2) return run_avx2(body);
#endif
  body();
}

}  // namespace facet::head
