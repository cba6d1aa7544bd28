// Compiles what works on vectors for each set of instructions, and runs the best for this processor.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "include/cdetection.h"

// Everything that passes vectors is inlined, so no calling convention is involved.
#pragma GCC diagnostic ignored "-Wpsabi"
#define CDETECTION_INLINE inline __attribute__((always_inline))
#define CDETECTION_LAMBDA __attribute__((always_inline))

namespace facet::detection {

constexpr size_t lanes = CDETECTION_LANES;

/// Sixteen numbers.
typedef float Floats __attribute__((vector_size(64)));

CDETECTION_INLINE Floats load(const float *from) {
  Floats values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

CDETECTION_INLINE void store(float *to, Floats values) { std::memcpy(to, &values, sizeof values); }

/// How many sums of sixteen numbers the registers hold in addition to their operands.
template <size_t count>
using Sums = std::integral_constant<size_t, count>;

#if defined(__x86_64__)
template <class Body>
__attribute__((target("arch=x86-64-v4"), flatten)) void with_v4(Body *body) {
  (*body)(Sums<12>());
}

template <class Body>
__attribute__((target("arch=x86-64-v3"), flatten)) void with_v3(Body *body) {
  (*body)(Sums<6>());
}
#endif

/// Runs a body, marked CDETECTION_LAMBDA and made of CDETECTION_INLINE functions, which takes a `Sums`.
template <class Body>
void vectorized(Body &&body) {
  using Plain = std::remove_reference_t<Body>;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return with_v4<Plain>(&body);
  if (__builtin_cpu_supports("x86-64-v3")) return with_v3<Plain>(&body);
  body(Sums<3>());
#else
  body(Sums<6>());
#endif
}

}  // namespace facet::detection
