// e^x of sixteen numbers at once.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "../dispatch.h"

namespace facet::head {

/// e^x to the last bit or two; 0 below -87.3. A NaN stays one.
FACET_INLINE Vector<float> exponential(Vector<float> x) {
  typedef int32_t Integers __attribute__((vector_size(64)));
  x = x > 88.f ? Vector<float>{} + 88.f : x;
  auto underflow = x < -87.3f;
  constexpr float rounder = 12582912.f;  // 1.5 * 2^23: adding it rounds to a whole number.
  Vector<float> shifted = x * 1.44269504088896341f + rounder;
  Vector<float> whole = shifted - rounder;
  Vector<float> rest = x - whole * 0.693359375f + whole * 2.12194440e-4f;
  Vector<float> sum = rest * 1.9875691500e-4f + 1.3981999507e-3f;
  sum = sum * rest + 8.3334519073e-3f;
  sum = sum * rest + 4.1665795894e-2f;
  sum = sum * rest + 1.6666665459e-1f;
  sum = sum * rest + 5.0000001201e-1f;
  sum = sum * rest * rest + rest + 1.f;
  Integers bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;  // The whole number is in the last bits of `shifted`.
  Vector<float> power;
  std::memcpy(&power, &bits, sizeof power);
  return underflow ? Vector<float>{} : sum * power;
}

FACET_INLINE Vector<double> exponential(Vector<double> x) {
  for (int64_t i = 0; i < lanes; ++i) x[i] = std::exp(x[i]);
  return x;
}

}  // namespace facet::head
