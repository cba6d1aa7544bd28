#include "products.h"

#include <ATen/core/Tensor.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

#include "../include/ctorch.h"

namespace facet::head {
namespace {

/// The general product, which LibTorch has for all types and processors.
template <class T>
void multiply_matrices(int64_t m, int64_t n, int64_t k, const T *a, int64_t lda, const T *b,
                       int64_t ldb, T *c, int64_t ldc, bool add) {
  auto options = at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value);
  auto left = at::from_blob(const_cast<T *>(a), {m, k}, {lda, 1}, options);
  auto right = at::from_blob(const_cast<T *>(b), {k, n}, {ldb, 1}, options);
  auto out = at::from_blob(c, {m, n}, {ldc, 1}, options);
  if (add)
    at::addmm_out(out, out, left, right);
  else
    at::mm_out(out, left, right);
}

/// Whether the product of blocks, which is twice as fast, exists here: it throws where not.
template <class T>
bool has_block_products() {
  T a[4]{}, b[4]{};
  float c[4]{};
  try {
    at::native::cpublas::brgemm(2, 2, 2, 2, 2, 2, false, a, b, c, sizeof(T) == 2);
    at::native::cpublas::brgemm_release(sizeof(T) == 2);
    return true;
  } catch (const std::exception &) {
    return false;
  }
}

bool has_float32_products() {
  static const bool result = has_block_products<float>();
  return result;
}

}  // namespace

bool has_bfloat16_products() {
  static const bool result =
      ct_has_bfloat16_instructions() && has_block_products<c10::BFloat16>();
  return result;
}

void multiply(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
              int64_t ldb, float *c, int64_t ldc, bool add) {
  if (has_float32_products())
    at::native::cpublas::brgemm(m, n, k, lda, ldb, ldc, add, a, b, c, /*is_vnni=*/false);
  else
    multiply_matrices(m, n, k, a, lda, b, ldb, c, ldc, add);
}

void multiply(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b,
              int64_t ldb, double *c, int64_t ldc, bool add) {
  multiply_matrices(m, n, k, a, lda, b, ldb, c, ldc, add);
}

void multiply(int64_t m, int64_t n, int64_t k, const c10::BFloat16 *a, int64_t lda,
              const c10::BFloat16 *b, int64_t ldb, float *c, int64_t ldc, bool add) {
  at::native::cpublas::brgemm(m, n, k, lda, ldb, ldc, add, a, b, c, /*is_vnni=*/true);
}

void end_products() {
  if (has_float32_products()) at::native::cpublas::brgemm_release(false);
  if (has_bfloat16_products()) at::native::cpublas::brgemm_release(true);
}

}  // namespace facet::head
