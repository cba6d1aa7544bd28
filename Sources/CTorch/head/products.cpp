#include "products.h"

#include <exception>

#include <ATen/native/CPUBlas.h>

#include "../dispatch.h"

namespace facet::head {
namespace {

/// Whether the product of blocks exists here: LibTorch throws where not.
bool has_block_products() {
  c10::BFloat16 a[4]{}, b[4]{};
  float c[4]{};
  try {
    multiply(2, 2, 2, a, 2, b, 2, c, 2, false);
    at::native::cpublas::brgemm_release(true);
    return true;
  } catch (const std::exception &) {
    return false;
  }
}

}  // namespace

bool has_bfloat16_products() {
  static const bool result = has_bfloat16_instructions() && has_block_products();
  return result;
}

void multiply(int64_t m, int64_t n, int64_t k, const c10::BFloat16 *a, int64_t lda,
              const c10::BFloat16 *b, int64_t ldb, float *c, int64_t ldc, bool add) {
  at::native::cpublas::brgemm(m, n, k, lda, ldb, ldc, add, a, b, c, /*is_vnni=*/true);
}

void end_products() { at::native::cpublas::brgemm_release(true); }

}  // namespace facet::head
