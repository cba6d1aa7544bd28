/// OpenVINO's C interface, loaded on first use: building does not require it.
///
/// Functions that can fail return null on success, otherwise a message that the caller frees.
#ifndef COPENVINO_H
#define COPENVINO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled network, for one thread at a time.
typedef struct cov_network cov_network;

/// Element types of inputs.
typedef enum cov_type { COV_FLOAT32 = 0, COV_FLOAT16 = 1, COV_UINT8 = 2, COV_FLOAT64 = 3 } cov_type;

/// The path of a loaded library whose name has the given prefix (such as `libc10.`); null if there is
/// none. The caller frees it.
char *cov_loaded_library(const char *prefix);

/// Loads `libopenvino_c` from a path, or by name from the loader's search path.
char *cov_load(const char *path);

/// Reads a network and compiles it for the CPU.
///
/// `shape` (`rank` lengths, -1 for any) replaces the input's shape in the file. `threads` is 0 for
/// OpenVINO's default; `precision` is `f32` or `bf16`.
char *cov_open(const char *path, size_t inputs, const int64_t *shape, size_t rank, int threads,
               const char *precision, cov_network **out);
void cov_close(cov_network *self);

/// Runs a network. The input's values are float32 and are converted to its type.
char *cov_run(cov_network *self, cov_type type, const float *values, const int64_t *shape,
              size_t rank);
/// Shape of an output of the last run: at most `capacity` lengths; `rank` receives the number of
/// dimensions.
char *cov_output_shape(cov_network *self, size_t output, int64_t *shape, size_t capacity,
                       size_t *rank);
/// Values of an output of the last run as float32; `count` is their number.
char *cov_output_values(cov_network *self, size_t output, float *values, size_t count);

#ifdef __cplusplus
}
#endif
#endif
