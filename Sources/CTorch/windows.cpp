// Operations on the windows of an image.
#include "ctorch_windows.h"

#include "bridge.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/max_pool2d.h>

using namespace facet;

ct_status ct_rectangular_conv2d(ct_tensor self, ct_tensor weight, ct_tensor bias, int64_t stride,
                                int64_t padding_height, int64_t padding_width, int64_t groups,
                                ct_tensor *out) {
  return producing(out, [&] {
    return at::conv2d(tensor(self), tensor(weight), optional(bias), {stride, stride},
                      {padding_height, padding_width}, {1, 1}, groups);
  });
}

ct_status ct_ceil_max_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                             ct_tensor *out) {
  return producing(out, [&] {
    return at::max_pool2d(tensor(self), {kernel, kernel}, {stride, stride}, {padding, padding},
                          {1, 1}, /*ceil_mode=*/true);
  });
}

ct_status ct_average_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                            ct_tensor *out) {
  return producing(out, [&] {
    return at::avg_pool2d(tensor(self), {kernel, kernel}, {stride, stride}, {padding, padding});
  });
}

ct_status ct_adaptive_average_pool2d(ct_tensor self, int64_t height, int64_t width,
                                     ct_tensor *out) {
  return producing(out, [&] { return at::adaptive_avg_pool2d(tensor(self), {height, width}); });
}

ct_status ct_unfold(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                    ct_tensor *out) {
  return producing(out, [&] {
    return at::im2col(tensor(self), {kernel, kernel}, {1, 1}, {padding, padding},
                      {stride, stride});
  });
}

ct_status ct_pad_end(ct_tensor self, const int64_t *counts, size_t rank, ct_tensor *out) {
  return producing(out, [&] {
    std::vector<int64_t> pads;
    for (size_t i = 0; i < rank; ++i) {
      pads.push_back(0);
      pads.push_back(counts[i]);
    }
    return at::constant_pad_nd(tensor(self), pads, 0);
  });
}
