/// Operations on the windows of an image, by the conventions of ctorch.h.
#ifndef CTORCH_WINDOWS_H
#define CTORCH_WINDOWS_H

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A convolution whose window need not be a square; `bias.impl` may be null.
ct_status ct_rectangular_conv2d(ct_tensor self, ct_tensor weight, ct_tensor bias, int64_t stride,
                                int64_t padding_height, int64_t padding_width, int64_t groups,
                                ct_tensor *out);
/// As ct_max_pool2d, with windows that reach over the last row and column.
ct_status ct_ceil_max_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                             ct_tensor *out);
/// Mean of each window; zeros around the image count.
ct_status ct_average_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                            ct_tensor *out);
/// Means of height x width windows that cover the image.
ct_status ct_adaptive_average_pool2d(ct_tensor self, int64_t height, int64_t width,
                                     ct_tensor *out);
/// The windows as columns: [n, c, h, w] -> [n, c * kernel * kernel, windows].
ct_status ct_unfold(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                    ct_tensor *out);
/// Zeros at the end of the last dimensions, so many for each; the last dimension first.
ct_status ct_pad_end(ct_tensor self, const int64_t *counts, size_t rank, ct_tensor *out);

#ifdef __cplusplus
}
#endif

#endif
