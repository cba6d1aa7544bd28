// Loops over channels-last data, and over any matrix whose rows follow each other: sums of each
// column, and what is done to each element with numbers of its column.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "../parallel.h"
#include "../dispatch.h"

namespace facet::kernels {

/// Rows of `channels` elements that follow each other.
///
/// Numbers of the channels repeat from row to row; `period` is the number of elements after which
/// they repeat in whole vectors, so that no number of channels needs loops of its own. Only the
/// last period can be a part of one.
struct Columns {
  int64_t channels, period, elements;

  Columns(int64_t channels, int64_t elements)
      : channels(channels),
        period(channels * (lanes / std::gcd(channels, lanes))),
        elements(elements) {}

  int64_t periods() const { return (elements + period - 1) / period; }
  int64_t rows() const { return elements / channels; }

  /// A number a channel, repeated over a period.
  std::vector<float> repeated(const float *numbers) const {
    std::vector<float> result(period);
    for (int64_t i = 0; i < period; ++i) result[i] = numbers[i % channels];
    return result;
  }
};

/// Numbers of each element of a vector, whose sums over each column are computed.
template <int64_t count>
struct Terms {
  Floats values[count];
};

/// Adds up `Source`'s terms of the periods `begin` to `end` of `columns` into `sums`,
/// `[Source::kinds, period]`.
///
/// `Source::terms(e, c, count)` gives the terms of `count` elements from `e` on, of the columns from
/// `c` on: `kinds` numbers of each element. A few rows are added in registers, a block of them in
/// float32, the blocks in float64.
template <class Source>
struct ColumnSums {
  static constexpr int64_t rows = 4;
  static constexpr int64_t block = 128;
  static constexpr int64_t kinds = Source::kinds;

  static FACET_INLINE void run(Columns columns, Source source, double *sums, float *scratch,
                               int64_t begin, int64_t end) {
    int64_t full = std::min(end, columns.elements / columns.period);
    for (int64_t from = begin; from < full; from += block) {
      std::fill(scratch, scratch + kinds * columns.period, 0.0f);
      int64_t to = std::min(full, from + block), row = from;
      for (; row + rows <= to; row += rows) add<rows>(columns.period, source, scratch, row);
      for (; row < to; ++row) add<1>(columns.period, source, scratch, row);
      flush(columns.period, scratch, sums);
    }
    if (full < end) add_part(columns, source, scratch, sums, full);
  }

  template <int64_t count>
  static FACET_INLINE void add(int64_t period, Source source, float *scratch, int64_t row) {
    int64_t ahead = std::max<int64_t>(rows * period, 2048);
    for (int64_t c = 0; c < period; c += lanes) {
      Terms<kinds> sums;
      for (int64_t k = 0; k < kinds; ++k) sums.values[k] = load(scratch + k * period + c);
      for (int64_t i = 0; i < count; ++i) {
        source.prefetch((row + i) * period + c + ahead);
        auto terms = source.terms((row + i) * period + c, c, lanes);
        for (int64_t k = 0; k < kinds; ++k) sums.values[k] += terms.values[k];
      }
      for (int64_t k = 0; k < kinds; ++k) store(scratch + k * period + c, sums.values[k]);
    }
  }

  static FACET_INLINE void add_part(Columns columns, Source source, float *scratch, double *sums,
                                    int64_t row) {
    std::fill(scratch, scratch + kinds * columns.period, 0.0f);
    for (int64_t e = row * columns.period, c = 0; e < columns.elements; e += lanes, c += lanes) {
      int64_t count = std::min(lanes, columns.elements - e);
      auto terms = source.terms(e, c, count);
      for (int64_t k = 0; k < kinds; ++k)
        store(scratch + k * columns.period + c, first(terms.values[k], count));
    }
    flush(columns.period, scratch, sums);
  }

  static FACET_INLINE void flush(int64_t period, const float *scratch, double *sums) {
    for (int64_t i = 0; i < kinds * period; ++i) sums[i] += scratch[i];
  }
};

/// The sums of each channel: `[Source::kinds, channels]`.
///
/// How the work is split depends on the shape alone, so the bits do not depend on the threads.
template <class Source>
std::vector<double> column_sums(const Columns &columns, const Source &source) {
  constexpr int64_t elements_a_part = 32768, max_parts = 64;
  int64_t periods = columns.periods(), period = columns.period;
  int64_t size = Source::kinds * period;
  int64_t count = std::clamp(columns.elements / elements_a_part, int64_t(1),
                             std::min(periods, max_parts));
  std::vector<double> parts(count * size);
  auto chosen = choice();
  parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(size);
    for (int64_t part = begin; part < end; ++part)
      dispatch<ColumnSums<Source>>(chosen, columns, source, parts.data() + part * size,
                                   scratch.data(), periods * part / count,
                                   periods * (part + 1) / count);
  });
  for (int64_t part = 1; part < count; ++part)
    for (int64_t i = 0; i < size; ++i) parts[i] += parts[part * size + i];
  std::vector<double> sums(Source::kinds * columns.channels);
  for (int64_t i = 0; i < size; i += columns.channels)
    for (int64_t c = 0; c < columns.channels; ++c)
      sums[i / period * columns.channels + c] += parts[i + c];
  return sums;
}

/// Does something to each element of the periods `begin` to `end`.
///
/// `Operation::apply(e, c, count)` does it to `count` elements from `e` on, of the columns from `c`
/// on. `Operation::prefetch(e)` asks for what it reads and writes there: images beyond the caches
/// otherwise run at less than half the rate (Xeon with AMX, 51 MB: 9 ns for 16 elements, and 4).
template <class Operation>
struct EachElement {
  static constexpr int64_t ahead = 2048;

  static FACET_INLINE void run(Columns columns, Operation operation, int64_t begin, int64_t end) {
    int64_t full = std::min(end, columns.elements / columns.period);
    for (int64_t row = begin; row < full; ++row)
      for (int64_t c = 0; c < columns.period; c += lanes) {
        operation.prefetch(row * columns.period + c + ahead);
        operation.apply(row * columns.period + c, c, lanes);
      }
    if (full == end) return;
    for (int64_t e = full * columns.period, c = 0; e < columns.elements; e += lanes, c += lanes)
      operation.apply(e, c, std::min(lanes, columns.elements - e));
  }
};

template <class Operation>
void each_element(const Columns &columns, const Operation &operation) {
  constexpr int64_t elements_a_part = 32768;
  auto chosen = choice();
  int64_t grain = std::max<int64_t>(1, elements_a_part / columns.period);
  parallel_for(0, columns.periods(), grain, [&](int64_t begin, int64_t end) {
    dispatch<EachElement<Operation>>(chosen, columns, operation, begin, end);
  });
}

/// Calls `body` with a value of the elements' type, which is bfloat16 or float32.
template <class Body>
void with_type(at::ScalarType type, Body &&body) {
  if (type == at::kBFloat16)
    body(at::BFloat16());
  else
    body(0.0f);
}

/// `load` of a whole vector, whose count the compiler knows, or of a part of one.
template <class T>
FACET_INLINE Floats load_up_to(const T *from, int64_t count) {
  return count == lanes ? load(from) : load_some(from, count);
}

template <class T>
FACET_INLINE void store_up_to(T *to, Floats values, int64_t count) {
  if (count == lanes)
    store(to, values);
  else
    store_some(to, values, count);
}

}  // namespace facet::kernels
