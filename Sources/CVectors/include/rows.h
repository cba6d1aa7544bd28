// Scalar products of rows of single-precision numbers, in double precision.
//
// A product of two such numbers is exact in double precision, and the order of summation does not
// depend on the instruction set, so results are bitwise identical on every processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The scalar product of two rows of `dimension` numbers.
double rows_product(const float *first, const float *second, ptrdiff_t dimension);

/// The scalar products of `count` pairs of rows of two contiguous tables: row `lefts[i]` of the first
/// and row `rights[i]` of the second.
void rows_products(const float *first, const float *second, ptrdiff_t dimension,
                   const int32_t *lefts, const int32_t *rights, ptrdiff_t count, double *products);
