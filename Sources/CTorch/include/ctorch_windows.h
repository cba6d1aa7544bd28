/// Operations on the windows of an image, with the conventions of ctorch.h.
#ifndef CTORCH_WINDOWS_H
#define CTORCH_WINDOWS_H

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A convolution with a rectangular window; `bias.impl` may be null.
ct_status ct_rectangular_conv2d(ct_tensor self, ct_tensor weight, ct_tensor bias, int64_t stride,
                                int64_t padding_height, int64_t padding_width, int64_t groups,
                                ct_tensor *out);
/// Like ct_max_pool2d, but windows may extend beyond the last row and column (ceil mode).
ct_status ct_ceil_max_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                             ct_tensor *out);
/// Mean of each window, including the padding.
ct_status ct_average_pool2d(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                            ct_tensor *out);
/// Adaptive average pooling to height x width.
ct_status ct_adaptive_average_pool2d(ct_tensor self, int64_t height, int64_t width,
                                     ct_tensor *out);
/// The windows as columns: [n, c, h, w] -> [n, c * kernel * kernel, windows].
ct_status ct_unfold(ct_tensor self, int64_t kernel, int64_t stride, int64_t padding,
                    ct_tensor *out);
/// Appends zeros to the last dimensions: the number for each, the last dimension first.
ct_status ct_pad_end(ct_tensor self, const int64_t *counts, size_t rank, ct_tensor *out);

#ifdef __cplusplus
}
#endif

#endif
