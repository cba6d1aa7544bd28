// Arithmetic on RGB pixels of three bytes each; results are the same on every processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Replaces every byte by its entry in a table of 256.
void pixels_look_up(uint8_t *bytes, ptrdiff_t count, const uint8_t *table);

/// Multiplies the difference of every byte from a number by a factor; halves are rounded up.
void pixels_spread(uint8_t *bytes, ptrdiff_t count, double centre, double factor);

/// The sum of the pixels' luminances, each 0 to 255 with Pillow's rounding.
int64_t pixels_luminances(const uint8_t *pixels, ptrdiff_t count);

/// Sets all channels of each pixel to its luminance.
void pixels_grey(uint8_t *pixels, ptrdiff_t count);

/// Multiplies the difference of each channel from the pixel's luminance by a factor, 0 to 2; halves
/// are rounded up.
void pixels_saturate(uint8_t *pixels, ptrdiff_t count, double factor);

/// A square of some of a picture's pixels.
///
/// - columns, rows: Where each column and row of the square is taken from; `side` each, ascending.
/// - result: Receives `[side, side, 3]` bytes.
void pixels_nearest(const uint8_t *pixels, ptrdiff_t width, const ptrdiff_t *columns,
                    const ptrdiff_t *rows, ptrdiff_t side, uint8_t *result);

/// Swaps left and right of each row.
void pixels_mirror(const uint8_t *pixels, ptrdiff_t width, ptrdiff_t height, uint8_t *mirrored);

/// For each output position along an axis, the input positions that contribute to it: `taps` from `first[position]` on,
/// which ascends, with the weights from `taps * position` on.
///
/// Weights of 0 may lie behind the last input position. Those of a position are not negative and sum to 1.
typedef struct {
  ptrdiff_t taps;
  const ptrdiff_t *first;
  const float *weights;
} pixels_axis;

/// The numbers of the buffer that a picture is resampled with.
ptrdiff_t pixels_resample_numbers(pixels_axis columns, pixels_axis rows, ptrdiff_t side);

/// A square of weighted means: of each row's pixels first, then of those rows; halves are rounded up.
///
/// - buffer: ``pixels_resample_numbers`` numbers.
/// - result: Receives `[side, side, 3]` bytes.
void pixels_resample(const uint8_t *pixels, ptrdiff_t width, ptrdiff_t height, pixels_axis columns,
                     pixels_axis rows, ptrdiff_t side, float *buffer, uint8_t *result);
