/// OpenVINO's C interface, loaded when it is first needed: building does not require it.
///
/// Functions that can fail return null, or a message that the caller frees.
#ifndef COPENVINO_H
#define COPENVINO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A network that is ready to be run. One thread at a time.
typedef struct cov_network cov_network;

/// Element types of inputs.
typedef enum cov_type { COV_FLOAT32 = 0, COV_FLOAT16 = 1, COV_UINT8 = 2, COV_FLOAT64 = 3 } cov_type;

/// The file of a library that is loaded, whose name begins so (such as `libc10.`); null where there is
/// none. The caller frees it.
char *cov_loaded_library(const char *prefix);

/// Loads `libopenvino_c` from a path, or by the loader's rules from a name.
char *cov_load(const char *path);

/// Reads a file and makes a network of it for the CPU.
///
/// `shape` (of `rank` lengths, -1 for any) takes the place of the input's shape in the file. `threads` is
/// 0 for OpenVINO's own choice; `precision` is `f32` or `bf16`.
char *cov_open(const char *path, size_t inputs, const int64_t *shape, size_t rank, int threads,
               const char *precision, cov_network **out);
void cov_close(cov_network *self);

/// Runs a network on its input, whose values are given as float32.
char *cov_run(cov_network *self, cov_type type, const float *values, const int64_t *shape,
              size_t rank);
/// Shape of an output of the last run: at most `capacity` lengths; `rank` is how many it has.
char *cov_output_shape(cov_network *self, size_t output, int64_t *shape, size_t capacity,
                       size_t *rank);
/// Values of an output of the last run as float32; `count` is how many it has.
char *cov_output_values(cov_network *self, size_t output, float *values, size_t count);

#ifdef __cplusplus
}
#endif
#endif
