// Products of blocks that are in a processor's cache, by one thread.
#pragma once

#include <cstdint>

#include <c10/util/BFloat16.h>

namespace facet::head {

/// C = A B, or C += A B, of row-major matrices `[m, k]`, `[k, n]`, `[m, n]`, whose rows begin `lda`,
/// `ldb` and `ldc` elements apart; k is even, and B is in pairs of rows, `[k / 2, n, 2]`. Sums are
/// in float32.
void multiply(int64_t m, int64_t n, int64_t k, const c10::BFloat16 *a, int64_t lda,
              const c10::BFloat16 *b, int64_t ldb, float *c, int64_t ldc, bool add);

/// To be called by a thread after its last product for now.
void end_products();

/// Whether LibTorch multiplies bfloat16 blocks on this processor, with instructions made for it.
bool has_bfloat16_products();

}  // namespace facet::head
