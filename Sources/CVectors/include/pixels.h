// Arithmetic on the bytes of pictures, three a pixel; the same results on every processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Gives every byte what a table of 256 has for it.
void pixels_look_up(uint8_t *bytes, ptrdiff_t count, const uint8_t *table);

/// The sum of the luminances of some pixels, each of 0 to 255 as Pillow rounds it.
int64_t pixels_luminances(const uint8_t *pixels, ptrdiff_t count);

/// Gives all channels of some pixels their luminance.
void pixels_grey(uint8_t *pixels, ptrdiff_t count);

/// Moves the channels of some pixels from their luminance by a factor, 0 to 2; halves are rounded up.
void pixels_saturate(uint8_t *pixels, ptrdiff_t count, double factor);

/// Weighted means of neighbouring pixels of some rows of `width` pixels: position `x` of `side` begins at pixel
/// `first[x]` and has the weights from `starts[x]` to `starts[x + 1]`.
///
/// - blended: `[rows, side, 3]` numbers.
void pixels_blend_columns(const uint8_t *pixels, ptrdiff_t rows, ptrdiff_t width,
                          const ptrdiff_t *first, const ptrdiff_t *starts, const float *weights,
                          ptrdiff_t side, float *blended);

/// The weighted mean of some rows of numbers of 0 to 255 that follow each other, rounded to bytes.
///
/// - sums: Memory for `width` numbers.
void pixels_blend_rows(const float *rows, ptrdiff_t width, const float *weights, ptrdiff_t count,
                       float *sums, uint8_t *bytes);
