// What is done with a block of rows besides its products.
#pragma once

#include <algorithm>
#include <limits>

#include "../dispatch.h"

namespace facet::head {

/// Sum of products; several sums at once hide the latency of an addition.
template <class T>
FACET_INLINE T dot(const T *a, const T *b, int64_t size) {
  Vector<T> sums[4]{};
  int64_t c = 0;
  for (; c + 4 * lanes <= size; c += 4 * lanes)
    for (int64_t k = 0; k < 4; ++k) sums[k] += load(a + c + k * lanes) * load(b + c + k * lanes);
  for (; c + lanes <= size; c += lanes) sums[0] += load(a + c) * load(b + c);
  T sum = total<T>((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; c < size; ++c) sum += a[c] * b[c];
  return sum;
}

/// 1 / norm of a row whose squares overflow or vanish, 0 for a row of zeros.
template <class T>
T safe_inverse_norm(const T *row, int64_t size) {
  T largest = 0;
  for (int64_t c = 0; c < size; ++c) {
    if (row[c] != row[c]) return row[c];
    largest = std::max(largest, std::abs(row[c]));
  }
  if (largest == 0) return 0;
  const T least = T(1e-12);
  largest = std::max(largest, least);
  T sum = 0;
  for (int64_t c = 0; c < size; ++c) sum += (row[c] / largest) * (row[c] / largest);
  return 1 / (largest * std::max(std::sqrt(sum), least));
}

template <class T>
FACET_INLINE void inverse_norms(const T *rows, int64_t count, int64_t size, T *out) {
  for (int64_t r = 0; r < count; ++r) {
    T squares = dot(rows + r * size, rows + r * size, size);
    out[r] = squares > T(1e-30) && squares < T(1e30) ? 1 / std::sqrt(squares)
                                                     : safe_inverse_norm(rows + r * size, size);
  }
}

template <class T>
FACET_INLINE void scale_rows(T *rows, int64_t count, int64_t columns, const T *factors) {
  for (int64_t r = 0; r < count; ++r)
    for (int64_t c = 0; c < columns; c += lanes)
      store(rows + r * columns + c, load(rows + r * columns + c) * factors[r]);
}

/// Keeps of each class's `each` rows the largest element, and which it was.
template <class T>
void keep_nearest(const T *all, int64_t classes, int64_t each, int64_t columns, T *out,
                  uint8_t *nearest) {
  for (int64_t r = 0; r < classes; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      const T *from = all + r * each * columns + c;
      int64_t best = 0;
      for (int64_t k = 1; k < each; ++k)
        if (from[k * columns] > from[best * columns]) best = k;
      out[r * columns + c] = from[best * columns];
      nearest[r * columns + c] = static_cast<uint8_t>(best);
    }
}

/// Hands each class's element to the row that was nearest, and zeros to its others.
template <class T>
void spread_to_nearest(const T *from, int64_t classes, int64_t each, int64_t columns,
                       const uint8_t *nearest, T *all) {
  for (int64_t r = 0; r < classes; ++r)
    for (int64_t k = 0; k < each; ++k)
      for (int64_t c = 0; c < columns; ++c)
        all[(r * each + k) * columns + c] =
            nearest[r * columns + c] == k ? from[r * columns + c] : T(0);
}

/// Rows multiplied by a factor each, unchanged and transposed, both in the operands' type.
///
/// `count` rows of `columns` elements; transposed, rows are `stride` apart.
template <class T, class Operand>
FACET_INLINE void weigh(const T *from, int64_t count, int64_t columns, const T *factors,
                        Operand *out, Operand *transposed, int64_t stride) {
  for (int64_t first = 0; first < count; first += lanes) {
    int64_t height = std::min(lanes, count - first);
    for (int64_t c = 0; c < columns; c += lanes) {
      Operand tile[lanes * lanes];
      for (int64_t r = 0; r < height; ++r) {
        store(tile + r * lanes, load(from + (first + r) * columns + c) * factors[first + r]);
        std::memcpy(out + (first + r) * columns + c, tile + r * lanes, lanes * sizeof(Operand));
      }
      for (int64_t l = 0; l < lanes; ++l)
        for (int64_t r = 0; r < height; ++r)
          transposed[(c + l) * stride + first + r] = tile[r * lanes + l];
    }
  }
}

/// Takes off each row of `gradients` its part along the row of `weight`.
template <class T>
FACET_INLINE void project(T *gradients, const T *weight, int64_t count, int64_t size,
                          const T *inverse) {
  for (int64_t r = 0; r < count; ++r) {
    T *to = gradients + r * size;
    const T *row = weight + r * size;
    // In this order nothing overflows however long or short the row is.
    T part = dot(to, row, size) * inverse[r];
    int64_t c = 0;
    for (; c + lanes <= size; c += lanes)
      store(to + c, load(to + c) - load(row + c) * inverse[r] * part);
    for (; c < size; ++c) to[c] -= row[c] * inverse[r] * part;
  }
}

/// Rounds rows to bfloat16; `stride` - `size` zeros follow each.
FACET_INLINE void round_rows(const float *from, int64_t count, int64_t size, c10::BFloat16 *to,
                             int64_t stride) {
  for (int64_t r = 0; r < count; ++r) {
    int64_t c = 0;
    for (; c + lanes <= size; c += lanes)
      store(to + r * stride + c, load(from + r * size + c));
    for (; c < stride; ++c) to[r * stride + c] = c < size ? from[r * size + c] : 0.f;
  }
}

/// Rounds rows to bfloat16 in pairs: `[count / 2, size, 2]`, with a row of zeros to an odd one.
FACET_INLINE void round_pairs(const float *from, int64_t count, int64_t size,
                              c10::BFloat16 *to) {
  for (int64_t r = 0; r < count; r += 2) {
    const float *first = from + r * size;
    const float *second = r + 1 < count ? first + size : nullptr;
    c10::BFloat16 *out = to + r * size;
    int64_t c = 0;
    for (; second != nullptr && c + lanes <= size; c += lanes) {
      c10::BFloat16 halves[2 * lanes];
      store(halves, load(first + c));
      store(halves + lanes, load(second + c));
      Halves low, high;
      std::memcpy(&low, halves, sizeof low);
      std::memcpy(&high, halves + lanes, sizeof high);
      Words words = __builtin_convertvector(low, Words) |
                             (__builtin_convertvector(high, Words) << 16);
      std::memcpy(out + 2 * c, &words, sizeof words);
    }
    for (; c < size; ++c) {
      out[2 * c] = first[c];
      out[2 * c + 1] = second != nullptr ? second[c] : 0.f;
    }
  }
}

}  // namespace facet::head
