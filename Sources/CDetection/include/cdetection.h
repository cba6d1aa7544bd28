/// Operations of small face detectors: convolution, max pooling and resizing. They are single-threaded and
/// stateless, so any number of threads may call them concurrently.
///
/// Maps are `[height][width][stride]` float32; the first `channels` of each `stride` numbers are used.
#ifndef CDETECTION_H
#define CDETECTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Numbers that are computed together; the strides of outputs are multiples of it.
enum { CDETECTION_LANES = 16 };

/// A feature map.
typedef struct cdetection_map {
  const float *values;
  size_t height, width, channels, stride;
} cdetection_map;

/// A square convolution with stride 1 and without padding, followed by bias and PReLU.
///
/// `weights` are `[outputs / 16][kernel][kernel][channels][16]`, `bias` and `slopes` `[outputs]`, where
/// `outputs` is a multiple of 16; `slopes` may be null. `output` is
/// `[height - kernel + 1][width - kernel + 1][outputs]`.
void cdetection_convolve(cdetection_map input, const float *weights, const float *bias,
                         const float *slopes, size_t kernel, size_t outputs, float *output);

/// Max pooling with square windows and stride 2; windows are clipped at the edge of the map. `output` is
/// `[height][width][stride]`.
void cdetection_max_pool(cdetection_map input, size_t kernel, size_t height, size_t width,
                         float *output);

/// A picture: bytes `[height][width][3]`.
typedef struct cdetection_picture {
  const uint8_t *pixels;
  size_t height, width;
} cdetection_picture;

/// A rectangle of a picture; parts outside the picture are black.
typedef struct cdetection_crop {
  int64_t left, top;
  size_t height, width;
} cdetection_crop;

/// Resizes a crop like OpenCV's INTER_AREA: by area averaging if it becomes smaller in both directions,
/// otherwise by its linear interpolation. `output` is `[height][width][3]`: `(value - 127.5) / 128`, where
/// the value is first rounded to a byte if `rounded` is not 0.
void cdetection_resize(cdetection_picture picture, cdetection_crop crop, size_t height, size_t width,
                       int rounded, float *output);

#ifdef __cplusplus
}
#endif
#endif
