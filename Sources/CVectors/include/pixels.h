// Arithmetic on RGB pixels of three bytes each; results are the same on every processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Replaces every byte by its entry in a table of 256.
void pixels_look_up(uint8_t *bytes, ptrdiff_t count, const uint8_t *table);

/// The sum of the pixels' luminances, each 0 to 255 with Pillow's rounding.
int64_t pixels_luminances(const uint8_t *pixels, ptrdiff_t count);

/// Sets all channels of each pixel to its luminance.
void pixels_grey(uint8_t *pixels, ptrdiff_t count);

/// Multiplies the difference of each channel from the pixel's luminance by a factor, 0 to 2; halves
/// are rounded up.
void pixels_saturate(uint8_t *pixels, ptrdiff_t count, double factor);

/// Copies `side` pixels of a row, of the given columns, which ascend.
void pixels_choose(const uint8_t *row, const ptrdiff_t *columns, ptrdiff_t side, uint8_t *chosen);

/// Weighted means of neighbouring pixels in each of `rows` rows of `width` pixels: output column `x` of `side`
/// starts at pixel `first[x]` and uses the weights from `starts[x]` to `starts[x + 1]`.
///
/// - blended: Receives `[rows, side, 3]` numbers.
void pixels_blend_columns(const uint8_t *pixels, ptrdiff_t rows, ptrdiff_t width,
                          const ptrdiff_t *first, const ptrdiff_t *starts, const float *weights,
                          ptrdiff_t side, float *blended);

/// The weighted mean of `count` consecutive rows of `width` numbers of 0 to 255, rounded to bytes.
///
/// - sums: Buffer of `width` numbers.
void pixels_blend_rows(const float *rows, ptrdiff_t width, const float *weights, ptrdiff_t count,
                       float *sums, uint8_t *bytes);
