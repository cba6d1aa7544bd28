#include <algorithm>
#include <cmath>
#include <vector>

#include "targets.h"

// A product and a sum are rounded one after the other, with whatever instructions.
#pragma STDC FP_CONTRACT OFF

namespace facet::detection {
namespace {

/// The weight of a pixel in a resized one.
struct Part {
  size_t from, to;
  float weight;
};

/// Means of areas, as OpenCV's `computeResizeAreaTab` weighs them: parts of less than a thousandth of a
/// pixel are left out.
std::vector<Part> areas(size_t source, size_t target) {
  std::vector<Part> parts;
  double scale = double(source) / double(target);
  for (size_t to = 0; to < target; ++to) {
    double begin = double(to) * scale, end = begin + scale;
    double length = std::min(scale, double(source) - begin);
    size_t last = std::min(size_t(std::floor(end)), source - 1);
    size_t first = std::min(size_t(std::ceil(begin)), last);
    if (double(first) - begin > 1e-3)
      parts.push_back({first - 1, to, float((double(first) - begin) / length)});
    for (size_t from = first; from < last; ++from) parts.push_back({from, to, float(1 / length)});
    if (end - double(last) > 1e-3)
      parts.push_back(
          {last, to, float(std::min(std::min(end - double(last), 1.0), length) / length)});
  }
  return parts;
}

/// Two neighbours, as OpenCV weighs them for INTER_AREA where a picture becomes larger.
std::vector<Part> neighbours(size_t source, size_t target) {
  std::vector<Part> parts;
  double scale = double(source) / double(target), inverse = double(target) / double(source);
  for (size_t to = 0; to < target; ++to) {
    auto from = size_t(std::floor(double(to) * scale));
    float part = float(double(to + 1) - double(from + 1) * inverse);
    part = part <= 0 ? 0 : part - std::floor(part);
    if (from + 1 >= source) from = source - 1, part = 0;
    parts.push_back({from, to, 1 - part});
    if (part > 0) parts.push_back({from + 1, to, part});
  }
  return parts;
}

/// A pixel's colours, and a number that is not used.
typedef float Colour __attribute__((vector_size(16)));

CDETECTION_INLINE Colour load_colour(const float *from) {
  Colour colour;
  std::memcpy(&colour, from, sizeof colour);
  return colour;
}

/// A row of a crop, three numbers a pixel, black outside of the picture.
CDETECTION_INLINE void copy_row(const cdetection_picture &picture, const cdetection_crop &crop,
                                size_t row, float *output) {
  int64_t y = crop.top + int64_t(row), width = int64_t(crop.width);
  std::fill(output, output + 3 * width, 0.0f);
  if (y < 0 || y >= int64_t(picture.height)) return;
  int64_t first = std::max<int64_t>(0, -crop.left);
  int64_t end = std::min(width, int64_t(picture.width) - crop.left);
  if (first >= end) return;
  const uint8_t *from = picture.pixels + 3 * (y * int64_t(picture.width) + crop.left + first);
  for (int64_t i = 0; i < 3 * (end - first); ++i) output[3 * first + i] = from[i];
}

/// The weights of the pixels that make up each resized pixel, of the same number of neighbours: where fewer are needed,
/// the rest weigh nothing. So no branch depends on how the pixels happen to lie.
struct Neighbourhoods {
  size_t count = 1;
  std::vector<size_t> first;
  std::vector<float> weights;

  Neighbourhoods(const std::vector<Part> &parts, size_t target) : first(target, SIZE_MAX) {
    for (const Part &part : parts) {
      first[part.to] = std::min(first[part.to], part.from);
      count = std::max(count, part.from - first[part.to] + 1);
    }
    weights.resize(count * target);
    for (const Part &part : parts)
      weights[count * part.to + part.from - first[part.to]] = part.weight;
  }
};

/// A row that is resized, four numbers a pixel, of `known` neighbours each; 0 if their number is not known when this is
/// compiled.
template <size_t known>
CDETECTION_INLINE void resize_row(const Neighbourhoods &columns, const float *row, float *output) {
  const size_t count = known != 0 ? known : columns.count;
  const float *weights = columns.weights.data();
  for (size_t first : columns.first) {
    Colour sum = {};
    for (size_t i = 0; i < count; ++i) sum += weights[i] * load_colour(row + 3 * (first + i));
    std::memcpy(output, &sum, sizeof sum);
    output += 4;
    weights += count;
  }
}

CDETECTION_INLINE void resize_row(const Neighbourhoods &columns, const float *row, float *output) {
  switch (columns.count) {
    case 2: return resize_row<2>(columns, row, output);
    case 3: return resize_row<3>(columns, row, output);
    case 4: return resize_row<4>(columns, row, output);
    default: return resize_row<0>(columns, row, output);
  }
}

CDETECTION_INLINE void add_row(float weight, const float *row, size_t count, float *sums) {
  for (size_t i = 0; i < count; ++i) sums[i] += weight * row[i];
}

CDETECTION_INLINE void finish_row(const float *sums, size_t width, bool rounded, float *output) {
  // Added to a number of 0 to 255, it leaves no bits for decimals: a sum is rounded to the nearest whole number, to
  // even ones between two.
  const float whole = 12582912;
  for (size_t x = 0; x < width; ++x) {
    Colour value = load_colour(sums + 4 * x);
    if (rounded) value = (value + whole) - whole;
    value = (value - 127.5f) * 0.0078125f;
    // The fourth number is overwritten by the next pixel's first.
    std::memcpy(output + 3 * x, &value, x + 1 < width ? sizeof value : 3 * sizeof(float));
  }
}

CDETECTION_INLINE void resize(const cdetection_picture &picture, const cdetection_crop &crop,
                              size_t height, size_t width, bool rounded, float *output) {
  bool shrinks = crop.height >= height && crop.width >= width;
  Neighbourhoods columns(shrinks ? areas(crop.width, width) : neighbours(crop.width, width), width);
  auto rows = shrinks ? areas(crop.height, height) : neighbours(crop.height, height);
  // What weighs nothing may lie behind the row.
  std::vector<float> whole(3 * (crop.width + columns.count) + 1), resized(4 * width), sums(4 * width);
  size_t known = SIZE_MAX, to = 0;
  for (const auto &part : rows) {
    if (part.to != to) {
      finish_row(sums.data(), width, rounded, output + 3 * width * to);
      std::fill(sums.begin(), sums.end(), 0.0f);
      to = part.to;
    }
    if (part.from != known) {
      copy_row(picture, crop, part.from, whole.data());
      resize_row(columns, whole.data(), resized.data());
      known = part.from;
    }
    add_row(part.weight, resized.data(), resized.size(), sums.data());
  }
  finish_row(sums.data(), width, rounded, output + 3 * width * to);
}

}  // namespace
}  // namespace facet::detection

using namespace facet::detection;

extern "C" void cdetection_resize(cdetection_picture picture, cdetection_crop crop, size_t height,
                                  size_t width, int rounded, float *output) {
  vectorized([&](auto) CDETECTION_LAMBDA {
    resize(picture, crop, height, width, rounded != 0, output);
  });
}
