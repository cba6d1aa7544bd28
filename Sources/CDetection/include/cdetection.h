/// The operations of small face detectors: convolutions, maxima and resized pictures, on one thread, without
/// state, so that any number of threads may call at once.
///
/// Maps are `[height][width][stride]` float32, of which the first `channels` of `stride` numbers are used.
#ifndef CDETECTION_H
#define CDETECTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Numbers that are computed at once: strides of outputs are multiples of it.
enum { CDETECTION_LANES = 16 };

/// A map.
typedef struct cdetection_map {
  const float *values;
  size_t height, width, channels, stride;
} cdetection_map;

/// A square convolution without padding of stride 1, then a bias and PReLU.
///
/// `weights` are `[outputs / 16][kernel][kernel][channels][16]`, `bias` and `slopes` `[outputs]`, where
/// `outputs` is a multiple of 16; `slopes` may be null. `output` is
/// `[height - kernel + 1][width - kernel + 1][outputs]`.
void cdetection_convolve(cdetection_map input, const float *weights, const float *bias,
                         const float *slopes, size_t kernel, size_t outputs, float *output);

/// Maxima of square windows two pixels apart, which end where the map ends: `[height][width][stride]` of
/// the given height and width.
void cdetection_max_pool(cdetection_map input, size_t kernel, size_t height, size_t width,
                         float *output);

/// A picture of bytes, `[height][width][3]`.
typedef struct cdetection_picture {
  const uint8_t *pixels;
  size_t height, width;
} cdetection_picture;

/// A rectangle of a picture, which may reach beyond it, where it is black.
typedef struct cdetection_crop {
  int64_t left, top;
  size_t height, width;
} cdetection_crop;

/// Resizes a crop as OpenCV's INTER_AREA does: to the means of the areas if it becomes smaller in both
/// directions, else linearly by the same areas. `output` is `[height][width][3]`: `(value - 127.5) / 128`,
/// where the value is rounded to a byte first if `rounded` is not 0.
void cdetection_resize(cdetection_picture picture, cdetection_crop crop, size_t height, size_t width,
                       int rounded, float *output);

#ifdef __cplusplus
}
#endif
#endif
