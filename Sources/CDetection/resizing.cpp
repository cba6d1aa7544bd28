#include <algorithm>
#include <cmath>
#include <vector>

#include "targets.h"

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

/// A row of a crop, three numbers a pixel, black outside of the picture.
void copy_row(const cdetection_picture &picture, const cdetection_crop &crop, size_t row,
              float *output) {
  int64_t y = crop.top + int64_t(row), width = int64_t(crop.width);
  std::fill(output, output + 3 * width, 0.0f);
  if (y < 0 || y >= int64_t(picture.height)) return;
  int64_t first = std::max<int64_t>(0, -crop.left);
  int64_t end = std::min(width, int64_t(picture.width) - crop.left);
  if (first >= end) return;
  const uint8_t *from = picture.pixels + 3 * (y * int64_t(picture.width) + crop.left + first);
  for (int64_t i = 0; i < 3 * (end - first); ++i) output[3 * first + i] = from[i];
}

/// A row that is resized, four numbers a pixel.
void resize_row(const Part *part, const Part *end, const float *row,
                                   float *output) {
  for (; part != end; ++part) {
    const float *from = row + 3 * part->from;
    float *to = output + 4 * part->to;
    to[0] += part->weight * from[0];
    to[1] += part->weight * from[1];
    to[2] += part->weight * from[2];
  }
}

void add_row(float weight, const float *row, size_t count, float *sums) {
  for (size_t i = 0; i < count; ++i) sums[i] += weight * row[i];
}

void finish_row(const float *sums, size_t width, bool rounded, float *output) {
  for (size_t x = 0; x < width; ++x)
    for (size_t c = 0; c < 3; ++c) {
      float value = sums[4 * x + c];
      if (rounded) value = std::nearbyint(value);
      output[3 * x + c] = (value - 127.5f) * 0.0078125f;
    }
}

}  // namespace
}  // namespace facet::detection

using namespace facet::detection;

extern "C" void cdetection_resize(cdetection_picture picture, cdetection_crop crop, size_t height,
                                  size_t width, int rounded, float *output) {
  bool shrinks = crop.height >= height && crop.width >= width;
  auto columns = shrinks ? areas(crop.width, width) : neighbours(crop.width, width);
  auto rows = shrinks ? areas(crop.height, height) : neighbours(crop.height, height);
  std::vector<float> whole(3 * crop.width), resized(4 * width), sums(4 * width);
  size_t known = SIZE_MAX, to = 0;
  for (const auto &part : rows) {
    if (part.to != to) {
      finish_row(sums.data(), width, rounded != 0, output + 3 * width * to);
      std::fill(sums.begin(), sums.end(), 0.0f);
      to = part.to;
    }
    if (part.from != known) {
      copy_row(picture, crop, part.from, whole.data());
      std::fill(resized.begin(), resized.end(), 0.0f);
      resize_row(columns.data(), columns.data() + columns.size(), whole.data(), resized.data());
      known = part.from;
    }
    add_row(part.weight, resized.data(), resized.size(), sums.data());
  }
  finish_row(sums.data(), width, rounded != 0, output + 3 * width * to);
}
