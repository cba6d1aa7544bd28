#include "include/rows.h"

#include <string.h>

#include "instructions.h"

// Eight sums side by side, as wide as the widest registers; narrower ones take them in parts.
typedef float singles __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(64)));

enum { lanes = 8, pairs_at_once = 4 };

// Wide vectors are handed over by address: as values they would be passed differently by each clone.
INLINED void add_products(doubles *sums, const float *first, const float *second) {
  singles left, right;
  memcpy(&left, first, sizeof left);
  memcpy(&right, second, sizeof right);
  *sums += __builtin_convertvector(left, doubles) * __builtin_convertvector(right, doubles);
}

/// Adds up the lanes, the first four and the last four with each other before.
INLINED double total(const double sums[lanes], const float *first, const float *second, ptrdiff_t from,
                     ptrdiff_t to) {
  double rest = 0;
  for (ptrdiff_t i = from; i < to; i++) rest += (double)first[i] * (double)second[i];
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) +
         rest;
}

/// Products of some pairs at once, so that no addition waits for the one before.
INLINED void products(int count, const float *const *first, const float *const *second,
                      ptrdiff_t dimension, double *results) {
  doubles sums[pairs_at_once] = {};
  const ptrdiff_t whole = dimension / lanes * lanes;
  for (ptrdiff_t i = 0; i < whole; i += lanes)
    for (int pair = 0; pair < count; pair++)
      add_products(&sums[pair], first[pair] + i, second[pair] + i);
  for (int pair = 0; pair < count; pair++) {
    double parts[lanes];
    memcpy(parts, &sums[pair], sizeof parts);
    results[pair] = total(parts, first[pair], second[pair], whole, dimension);
  }
}

BEST_INSTRUCTIONS
double rows_product(const float *first, const float *second, ptrdiff_t dimension) {
  double result;
  products(1, &first, &second, dimension, &result);
  return result;
}

BEST_INSTRUCTIONS
void rows_products(const float *first, const float *second, ptrdiff_t dimension,
                   const int32_t *lefts, const int32_t *rights, ptrdiff_t count, double *results) {
  ptrdiff_t pair = 0;
  for (; pair + pairs_at_once <= count; pair += pairs_at_once) {
    const float *left[pairs_at_once], *right[pairs_at_once];
    for (int i = 0; i < pairs_at_once; i++) {
      left[i] = first + lefts[pair + i] * dimension;
      right[i] = second + rights[pair + i] * dimension;
    }
    products(pairs_at_once, left, right, dimension, results + pair);
  }
  for (; pair < count; pair++)
    results[pair] = rows_product(first + lefts[pair] * dimension, second + rights[pair] * dimension,
                                 dimension);
}
