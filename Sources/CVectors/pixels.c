#include "include/pixels.h"

#include <string.h>

#include "instructions.h"

// A product and a sum are rounded one after the other, with whatever instructions.
#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#endif

enum { channels = 3 };

// Tables -------------------------------------------------------------------------------------------

static void look_up(uint8_t *bytes, ptrdiff_t count, const uint8_t *table) {
  for (ptrdiff_t i = 0; i < count; i++) bytes[i] = table[bytes[i]];
}

#if defined(__x86_64__) && defined(__linux__)
/// The table in registers: its two halves of 128, of which the byte's upper bit chooses one.
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static void
look_up_in_registers(uint8_t *bytes, ptrdiff_t count, const uint8_t *table) {
  __m512i parts[4];
  memcpy(parts, table, sizeof parts);
  ptrdiff_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const __m512i places = _mm512_loadu_si512(bytes + i);
    const __m512i low = _mm512_permutex2var_epi8(parts[0], places, parts[1]);
    const __m512i high = _mm512_permutex2var_epi8(parts[2], places, parts[3]);
    _mm512_storeu_si512(bytes + i, _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(places), high));
  }
  look_up(bytes + i, count - i, table);
}
#endif

void pixels_look_up(uint8_t *bytes, ptrdiff_t count, const uint8_t *table) {
#if defined(__x86_64__) && defined(__linux__)
  if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw")) {
    look_up_in_registers(bytes, count, table);
    return;
  }
#endif
  look_up(bytes, count, table);
}

// Luminance ----------------------------------------------------------------------------------------

INLINED uint32_t luminance(const uint8_t *pixel) {
  return (19595u * pixel[0] + 38470u * pixel[1] + 7471u * pixel[2] + 0x8000u) >> 16;
}

BEST_INSTRUCTIONS
int64_t pixels_luminances(const uint8_t *pixels, ptrdiff_t count) {
  int64_t sum = 0;
  // Parts whose sum fits into 32 bits, of which more fit into a register.
  for (ptrdiff_t start = 0; start < count; start += 1 << 16) {
    const ptrdiff_t end = start + (1 << 16) < count ? start + (1 << 16) : count;
    uint32_t part = 0;
    for (ptrdiff_t i = start; i < end; i++) part += luminance(pixels + channels * i);
    sum += part;
  }
  return sum;
}

BEST_INSTRUCTIONS
void pixels_grey(uint8_t *pixels, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const uint8_t grey = (uint8_t)luminance(pixels + channels * i);
    for (int channel = 0; channel < channels; channel++) pixels[channels * i + channel] = grey;
  }
}

BEST_INSTRUCTIONS
void pixels_saturate(uint8_t *pixels, ptrdiff_t count, double factor) {
  // Above every product's magnitude, so that cutting off decimals rounds down.
  const int offset = 1024;
  for (ptrdiff_t i = 0; i < count; i++) {
    const int grey = (int)luminance(pixels + channels * i);
    for (int channel = 0; channel < channels; channel++) {
      const int difference = pixels[channels * i + channel] - grey;
      const int moved = (int)(factor * difference + (offset + 0.5)) - offset;
      const int value = grey + moved;
      pixels[channels * i + channel] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
  }
}

// The nearest pixel --------------------------------------------------------------------------------

void pixels_choose(const uint8_t *row, const ptrdiff_t *columns, ptrdiff_t side, uint8_t *chosen) {
  // Four bytes at once, of which the next pixel overwrites the fourth: not behind the last pixel's column, where the
  // picture may end, nor at the end of what is written.
  ptrdiff_t x = 0;
  for (; x + 1 < side && columns[x] < columns[side - 1]; x++)
    memcpy(chosen + channels * x, row + channels * columns[x], channels + 1);
  for (; x < side; x++) memcpy(chosen + channels * x, row + channels * columns[x], channels);
}

// Fitting ------------------------------------------------------------------------------------------

typedef uint8_t bytes4 __attribute__((vector_size(4)));
typedef float colour __attribute__((vector_size(16)));

enum { rows_at_once = 4 };

/// Some rows at once, as few weights are worth a loop of their own.
INLINED void blend_columns(int rows, const uint8_t *pixels, ptrdiff_t width, const ptrdiff_t *first,
                           const ptrdiff_t *starts, const float *weights, ptrdiff_t side,
                           float *blended) {
  for (ptrdiff_t x = 0; x < side; x++) {
    colour sums[rows_at_once] = {};
    const uint8_t *pixel = pixels + channels * first[x];
    // The byte after a row's last pixel may be none of the picture's.
    const ptrdiff_t inside = starts[x + 1] - (first[x] + starts[x + 1] - starts[x] == width);
    ptrdiff_t i = starts[x];
    for (; i < inside; i++, pixel += channels)
      for (int row = 0; row < rows; row++) {
        bytes4 loaded;
        memcpy(&loaded, pixel + row * width * channels, sizeof loaded);
        sums[row] += weights[i] * __builtin_convertvector(loaded, colour);
      }
    for (int row = 0; row < rows; row++) {
      float *target = blended + (row * side + x) * channels;
      for (int channel = 0; channel < channels; channel++) {
        target[channel] = sums[row][channel];
        if (i < starts[x + 1])
          target[channel] += weights[i] * (float)pixel[row * width * channels + channel];
      }
    }
  }
}

BEST_INSTRUCTIONS
void pixels_blend_columns(const uint8_t *pixels, ptrdiff_t rows, ptrdiff_t width,
                          const ptrdiff_t *first, const ptrdiff_t *starts, const float *weights,
                          ptrdiff_t side, float *blended) {
  ptrdiff_t row = 0;
  for (; row + rows_at_once <= rows; row += rows_at_once)
    blend_columns(rows_at_once, pixels + row * width * channels, width, first, starts, weights, side,
                  blended + row * side * channels);
  for (; row < rows; row++)
    blend_columns(1, pixels + row * width * channels, width, first, starts, weights, side,
                  blended + row * side * channels);
}

BEST_INSTRUCTIONS
void pixels_blend_rows(const float *rows, ptrdiff_t width, const float *weights, ptrdiff_t count,
                       float *restrict sums, uint8_t *restrict bytes) {
  memset(sums, 0, (size_t)width * sizeof *sums);
  for (ptrdiff_t i = 0; i < count; i++)
    for (ptrdiff_t x = 0; x < width; x++) sums[x] += weights[i] * rows[i * width + x];
  for (ptrdiff_t x = 0; x < width; x++) {
    // The sums of weights are 1 except for rounding.
    const float rounded = sums[x] + 0.5f;
    bytes[x] = (uint8_t)(int)(rounded < 255 ? rounded : 255);
  }
}
