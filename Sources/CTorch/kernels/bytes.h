// Bytes of images as numbers.
#pragma once

#include <cstdint>

namespace facet::kernels {

/// `to[i] = (from[i] - mean) / standard_deviation` in one pass over memory, each operation rounded
/// as LibTorch's own are.
void normalize_bytes(const uint8_t *from, float *to, int64_t count, float mean, float standard_deviation);

}  // namespace facet::kernels
