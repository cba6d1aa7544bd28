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

BEST_INSTRUCTIONS
static void spread_table(uint8_t table[256], double centre, double factor) {
  for (int value = 0; value < 256; value++) {
    const double number = centre + factor * (value - centre);
    const double bounded = number < 0 ? 0 : number > 255 ? 255 : number;
    const int whole = (int)bounded;
    table[value] = (uint8_t)(bounded - whole < 0.5 ? whole : whole + 1);
  }
}

void pixels_spread(uint8_t *bytes, ptrdiff_t count, double centre, double factor) {
  uint8_t table[256];
  spread_table(table, centre, factor);
  pixels_look_up(bytes, count, table);
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

/// Of a fixed-point number.
enum { fraction_bits = 20, one_half = 1 << (fraction_bits - 1) };

INLINED int clamped(int value) { return value < 0 ? 0 : value > 255 ? 255 : value; }

INLINED int scaled(double factor, int difference) {
  // Above every product's magnitude, so that cutting off decimals rounds down.
  const int offset = 1024;
  return (int)(factor * difference + (offset + 0.5)) - offset;
}

/// By fixed-point numbers, or by `factor` itself.
INLINED void saturate(uint8_t *pixels, ptrdiff_t count, double factor, int fixed, int is_fixed) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const int grey = (int)luminance(pixels + channels * i);
    for (int channel = 0; channel < channels; channel++) {
      const int difference = pixels[channels * i + channel] - grey;
      const int moved = is_fixed ? (fixed * difference + one_half) >> fraction_bits
                                 : scaled(factor, difference);
      pixels[channels * i + channel] = (uint8_t)clamped(grey + moved);
    }
  }
}

BEST_INSTRUCTIONS
void pixels_saturate(uint8_t *pixels, ptrdiff_t count, double factor) {
  // Fixed-point numbers are faster, and nearly always as good: two factors of three hundred have a product so near to a
  // half that the bits which are cut off decide.
  const int fixed = (int)(factor * (1 << fraction_bits) + 0.5);
  int differs = 0;
  for (int difference = -255; difference <= 255; difference++)
    differs |= scaled(factor, difference) ^ (fixed * difference + one_half) >> fraction_bits;
  if (differs)
    saturate(pixels, count, factor, fixed, 0);
  else
    saturate(pixels, count, factor, fixed, 1);
}

// Left and right -----------------------------------------------------------------------------------

typedef uint8_t bytes16 __attribute__((vector_size(16)));

BEST_INSTRUCTIONS
void pixels_mirror(const uint8_t *restrict pixels, ptrdiff_t width, ptrdiff_t height,
                   uint8_t *restrict mirrored) {
  // Five pixels at once and a byte of the one before, which the next ones overwrite: therefore not the row's last.
  enum { at_once = 5 };
  const ptrdiff_t line = channels * width;
  for (ptrdiff_t y = 0; y < height; y++, pixels += line, mirrored += line) {
    ptrdiff_t x = 0;
    for (; x + at_once < width; x += at_once) {
      bytes16 loaded;
      memcpy(&loaded, pixels + line - channels * x - sizeof loaded, sizeof loaded);
      loaded = __builtin_shufflevector(loaded, loaded, 13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1,
                                       2, 3, 0);
      memcpy(mirrored + channels * x, &loaded, sizeof loaded);
    }
    for (; x < width; x++)
      memcpy(mirrored + channels * x, pixels + line - channels * (x + 1), channels);
  }
}

// The nearest pixel --------------------------------------------------------------------------------

/// The columns from `x` to `end` of all rows.
static void choose(const uint8_t *pixels, ptrdiff_t width, const ptrdiff_t *columns,
                   const ptrdiff_t *rows, ptrdiff_t side, ptrdiff_t x, ptrdiff_t end,
                   uint8_t *result) {
  for (ptrdiff_t y = 0; y < side; y++) {
    const uint8_t *row = pixels + channels * width * rows[y];
    uint8_t *chosen = result + channels * side * y;
    // Four bytes at once, of which the next pixel overwrites the fourth: not behind the last pixel's column, where the
    // picture may end, nor at the end of what is written.
    ptrdiff_t i = x;
    for (; i + 1 < end && columns[i] < width - 1; i++)
      memcpy(chosen + channels * i, row + channels * columns[i], channels + 1);
    for (; i < end; i++) memcpy(chosen + channels * i, row + channels * columns[i], channels);
  }
}

#if defined(__x86_64__) && defined(__linux__)
/// Five columns of all rows, which lie within 16 bytes, and a byte of the next, which is written later.
__attribute__((target("ssse3"))) static void
choose_together(const uint8_t *pixels, ptrdiff_t width, const ptrdiff_t *columns,
                const ptrdiff_t *rows, ptrdiff_t side, ptrdiff_t x, uint8_t *result) {
  const ptrdiff_t line = channels * width, last = line - (ptrdiff_t)sizeof(__m128i);
  const ptrdiff_t start = channels * columns[x] < last ? channels * columns[x] : last;
  uint8_t order[sizeof(__m128i)] = {};
  for (int i = 0; i < 5; i++)
    for (int channel = 0; channel < channels; channel++)
      order[channels * i + channel] = (uint8_t)(channels * columns[x + i] + channel - start);
  const __m128i control = _mm_loadu_si128((const __m128i *)order);
  for (ptrdiff_t y = 0; y < side; y++) {
    const __m128i loaded = _mm_loadu_si128((const __m128i *)(pixels + line * rows[y] + start));
    _mm_storeu_si128((__m128i *)(result + channels * (side * y + x)),
                     _mm_shuffle_epi8(loaded, control));
  }
}
#endif

void pixels_nearest(const uint8_t *pixels, ptrdiff_t width, const ptrdiff_t *columns,
                    const ptrdiff_t *rows, ptrdiff_t side, uint8_t *result) {
  ptrdiff_t x = 0;
#if defined(__x86_64__) && defined(__linux__)
  // An enlarged picture's columns lie close to each other.
  if (width >= 6 && side >= width && __builtin_cpu_supports("ssse3"))
    for (; x + 5 < side && columns[x + 4] - columns[x] < 5; x += 5)
      choose_together(pixels, width, columns, rows, side, x, result);
#endif
  choose(pixels, width, columns, rows, side, x, side, result);
}

// Fitting ------------------------------------------------------------------------------------------

typedef uint32_t words4 __attribute__((vector_size(16)));
typedef float floats4 __attribute__((vector_size(16)));
typedef float floats16 __attribute__((vector_size(64)));
typedef int32_t ints16 __attribute__((vector_size(64)));

/// Rows are blended four at once, each pixel as four numbers, of which the last means nothing.
enum { rows_at_once = 4, numbers_of_pixel = 4, lanes = rows_at_once * numbers_of_pixel };

/// Four bytes for each of the next four pixels; reads 16.
INLINED words4 spread(const uint8_t *pixels) {
  bytes16 loaded;
  memcpy(&loaded, pixels, sizeof loaded);
  return (words4)__builtin_shufflevector(loaded, loaded, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10,
                                         11, 11);
}

INLINED void put_numbers(float *numbers, words4 pixels) {
  const floats16 converted = __builtin_convertvector((bytes16)pixels, floats16);
  memcpy(numbers, &converted, sizeof converted);
}

/// The numbers of `width` pixels of four rows: `[width, 4 rows, 4]`.
INLINED void widen(const uint8_t *const rows[rows_at_once], ptrdiff_t width, float *numbers) {
  ptrdiff_t x = 0;
  for (; channels * x + (ptrdiff_t)sizeof(bytes16) <= channels * width; x += 4) {
    const ptrdiff_t i = channels * x;
    const words4 a = spread(rows[0] + i), b = spread(rows[1] + i);
    const words4 c = spread(rows[2] + i), d = spread(rows[3] + i);
    const words4 left_ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const words4 left_cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const words4 right_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const words4 right_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    float *target = numbers + lanes * x;
    put_numbers(target, __builtin_shufflevector(left_ab, left_cd, 0, 1, 4, 5));
    put_numbers(target + lanes, __builtin_shufflevector(left_ab, left_cd, 2, 3, 6, 7));
    put_numbers(target + 2 * lanes, __builtin_shufflevector(right_ab, right_cd, 0, 1, 4, 5));
    put_numbers(target + 3 * lanes, __builtin_shufflevector(right_ab, right_cd, 2, 3, 6, 7));
  }
  for (; x < width; x++) {
    bytes16 pixels = {};
    for (int row = 0; row < rows_at_once; row++)
      for (int channel = 0; channel < channels; channel++)
        pixels[numbers_of_pixel * row + channel] = rows[row][channels * x + channel];
    put_numbers(numbers + lanes * x, (words4)pixels);
  }
}

/// Four rows of the result's width, `line` numbers apart.
INLINED void blend_columns(ptrdiff_t taps, const float *numbers, pixels_axis columns, ptrdiff_t side,
                           ptrdiff_t line, float *blended) {
  for (ptrdiff_t x = 0; x < side; x++) {
    const float *first = numbers + lanes * (columns.first[x] - columns.first[0]);
    floats16 sum = {};
    for (ptrdiff_t i = 0; i < taps; i++) {
      floats16 pixels;
      memcpy(&pixels, first + lanes * i, sizeof pixels);
      sum += columns.weights[taps * x + i] * pixels;
    }
    // The next column overwrites the number that means nothing.
    float *target = blended + channels * x;
    const floats4 a = __builtin_shufflevector(sum, sum, 0, 1, 2, 3);
    const floats4 b = __builtin_shufflevector(sum, sum, 4, 5, 6, 7);
    const floats4 c = __builtin_shufflevector(sum, sum, 8, 9, 10, 11);
    const floats4 d = __builtin_shufflevector(sum, sum, 12, 13, 14, 15);
    memcpy(target, &a, sizeof a);
    memcpy(target + line, &b, sizeof b);
    memcpy(target + 2 * line, &c, sizeof c);
    memcpy(target + 3 * line, &d, sizeof d);
  }
}

/// A row of the result, of `taps` rows of a ring from a slot on.
INLINED void blend_rows(ptrdiff_t taps, const float *ring, ptrdiff_t slots, ptrdiff_t slot,
                        ptrdiff_t line, const float *weights, ptrdiff_t width, uint8_t *bytes) {
  for (ptrdiff_t x = 0; x < width; x += lanes) {
    floats16 sum = {};
    for (ptrdiff_t i = 0; i < taps; i++) {
      const ptrdiff_t row = slot + i < slots ? slot + i : slot + i - slots;
      floats16 numbers;
      memcpy(&numbers, ring + row * line + x, sizeof numbers);
      sum += weights[i] * numbers;
    }
    // The sums of weights are 1 except for rounding, so that nothing reaches 256.
    const ints16 rounded = __builtin_convertvector(sum + 0.5f, ints16);
    const bytes16 result = __builtin_convertvector(rounded, bytes16);
    if (x + lanes <= width)
      memcpy(bytes + x, &result, sizeof result);
    else
      memcpy(bytes + x, &result, (size_t)(width - x));
  }
}

/// The rows that are kept: those of an output row, and of the last group as many as do not belong to it.
INLINED ptrdiff_t ring_slots(ptrdiff_t taps) {
  const ptrdiff_t kept = taps + rows_at_once - 1;
  return (kept + rows_at_once - 1) / rows_at_once * rows_at_once;
}

/// The numbers of a row, and as many as the last of them may be written with.
INLINED ptrdiff_t ring_line(ptrdiff_t side) { return channels * side + lanes; }

INLINED ptrdiff_t widened(pixels_axis columns, ptrdiff_t side) {
  return columns.first[side - 1] + columns.taps - columns.first[0];
}

ptrdiff_t pixels_resample_numbers(pixels_axis columns, pixels_axis rows, ptrdiff_t side) {
  return lanes * widened(columns, side) + ring_slots(rows.taps) * ring_line(side);
}

INLINED void resample(ptrdiff_t across, ptrdiff_t down, const uint8_t *pixels, ptrdiff_t width,
                      ptrdiff_t height, pixels_axis columns, pixels_axis rows, ptrdiff_t side,
                      float *buffer, uint8_t *result) {
  const ptrdiff_t left = columns.first[0], top = rows.first[0];
  const ptrdiff_t all = widened(columns, side), inside = all < width - left ? all : width - left;
  const ptrdiff_t slots = ring_slots(down), line = ring_line(side);
  float *numbers = buffer, *ring = buffer + lanes * all;
  // What weights of 0 are multiplied by.
  memset(numbers + lanes * inside, 0, (size_t)(lanes * (all - inside)) * sizeof *numbers);
  ptrdiff_t ready = 0;
  for (ptrdiff_t y = 0; y < side; y++) {
    const ptrdiff_t first = rows.first[y] - top;
    for (; ready < first + down; ready += rows_at_once) {
      const uint8_t *inputs[rows_at_once];
      for (int row = 0; row < rows_at_once; row++) {
        const ptrdiff_t input = top + ready + row < height ? top + ready + row : height - 1;
        inputs[row] = pixels + (input * width + left) * channels;
      }
      widen(inputs, inside, numbers);
      blend_columns(across, numbers, columns, side, line, ring + ready % slots * line);
    }
    blend_rows(down, ring, slots, first % slots, line, rows.weights + down * y, channels * side,
               result + y * channels * side);
  }
}

BEST_INSTRUCTIONS
void pixels_resample(const uint8_t *pixels, ptrdiff_t width, ptrdiff_t height, pixels_axis columns,
                     pixels_axis rows, ptrdiff_t side, float *buffer, uint8_t *result) {
  // Few weights are worth loops of their own.
  if (columns.taps == 2 && rows.taps == 2)
    resample(2, 2, pixels, width, height, columns, rows, side, buffer, result);
  else if (columns.taps == 3 && rows.taps == 3)
    resample(3, 3, pixels, width, height, columns, rows, side, buffer, result);
  else
    resample(columns.taps, rows.taps, pixels, width, height, columns, rows, side, buffer, result);
}
