// OpenVINO through its C interface. Its headers are not needed: what is used of them is declared here,
// as in openvino/c/*.h of version 2026.4.
#define _GNU_SOURCE
#include "copenvino.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#else
#include <link.h>
#endif

typedef struct {
  int64_t rank;
  int64_t *dims;
} ov_shape_t;

typedef struct {
  int64_t min, max;
} ov_dimension_t;

typedef struct {
  ov_dimension_t rank;
  ov_dimension_t *dims;
} ov_partial_shape_t;

enum { OV_BF16 = 2, OV_F16 = 3, OV_F32 = 4, OV_F64 = 5, OV_U8 = 16 };

typedef int status;

#define FOR_EACH_FUNCTION(X)                                                                     \
  X(status, ov_core_create, (void **core))                                                       \
  X(void, ov_core_free, (void *core))                                                            \
  X(status, ov_core_read_model,                                                                  \
    (const void *core, const char *path, const char *weights, void **model))                     \
  X(void, ov_model_free, (void *model))                                                          \
  X(status, ov_model_reshape_single_input, (const void *model, const ov_partial_shape_t shape))  \
  X(status, ov_core_compile_model,                                                               \
    (const void *core, const void *model, const char *device, size_t count, void **out, ...))    \
  X(void, ov_compiled_model_free, (void *compiled))                                              \
  X(status, ov_compiled_model_create_infer_request, (const void *compiled, void **out))          \
  X(void, ov_infer_request_free, (void *request))                                                \
  X(status, ov_infer_request_set_input_tensor_by_index,                                          \
    (void *request, size_t index, const void *tensor))                                           \
  X(status, ov_infer_request_infer, (void *request))                                             \
  X(status, ov_infer_request_get_output_tensor_by_index,                                         \
    (const void *request, size_t index, void **tensor))                                          \
  X(status, ov_tensor_create, (int type, const ov_shape_t shape, void **tensor))                 \
  X(status, ov_tensor_get_shape, (const void *tensor, ov_shape_t *shape))                        \
  X(status, ov_tensor_get_element_type, (const void *tensor, int *type))                         \
  X(status, ov_tensor_get_byte_size, (const void *tensor, size_t *count))                       \
  X(status, ov_tensor_get_size, (const void *tensor, size_t *count))                             \
  X(status, ov_tensor_data, (const void *tensor, void **data))                                   \
  X(void, ov_tensor_free, (void *tensor))                                                        \
  X(status, ov_shape_free, (ov_shape_t *shape))                                                  \
  X(const char *, ov_get_error_info, (status code))                                              \
  X(const char *, ov_get_last_err_msg, (void))                                                   \
  X(void, ov_free, (const char *content))

#define DECLARE(result, name, arguments) static result(*name) arguments;
FOR_EACH_FUNCTION(DECLARE)
#undef DECLARE

struct cov_network {
  void *core, *model, *compiled, *request;
};

#ifdef __APPLE__
char *cov_loaded_library(const char *prefix) {
  for (uint32_t i = 0; i < _dyld_image_count(); ++i) {
    const char *path = _dyld_get_image_name(i);
    const char *slash = strrchr(path, '/');
    if (strncmp(slash == NULL ? path : slash + 1, prefix, strlen(prefix)) == 0) return strdup(path);
  }
  return NULL;
}
#else
struct search {
  const char *prefix;
  char *found;
};

static int matches(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  struct search *search = context;
  const char *slash = strrchr(info->dlpi_name, '/');
  if (slash == NULL || strncmp(slash + 1, search->prefix, strlen(search->prefix)) != 0) return 0;
  search->found = strdup(info->dlpi_name);
  return 1;
}

char *cov_loaded_library(const char *prefix) {
  struct search search = {prefix, NULL};
  dl_iterate_phdr(matches, &search);
  return search.found;
}
#endif

/// Whether element types have the numbers that are known here; other versions have counted otherwise.
static bool has_known_types(void) {
  static const struct {
    int type;
    size_t bytes;
  } known[] = {{OV_BF16, 2}, {OV_F16, 2}, {OV_F32, 4}, {OV_F64, 8}, {OV_U8, 1}};
  bool fits = true;
  for (size_t i = 0; i < sizeof known / sizeof known[0] && fits; ++i) {
    int64_t one = 1;
    void *tensor = NULL;
    size_t bytes = 0;
    fits = ov_tensor_create(known[i].type, (ov_shape_t){1, &one}, &tensor) == 0 &&
           ov_tensor_get_byte_size(tensor, &bytes) == 0 && bytes == known[i].bytes;
    if (tensor != NULL) ov_tensor_free(tensor);
  }
  return fits;
}

char *cov_load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return strdup(dlerror());
#define FIND(result, name, arguments)                                            \
  *(void **)&name = dlsym(library, #name);                                       \
  if (name == NULL) return strdup("it has no function " #name);
  FOR_EACH_FUNCTION(FIND)
#undef FIND
  return has_known_types() ? NULL : strdup("its numbers of element types are those of another version");
}

/// The message of a failed call; null after a successful one.
static char *failure(status code) {
  if (code == 0) return NULL;
  const char *last = ov_get_last_err_msg();
  if (last != NULL && last[0] != 0) {
    char *message = strdup(last);
    ov_free(last);
    return message;
  }
  char text[64];
  snprintf(text, sizeof text, "error %d", code);
  return strdup(text);
}

static status reshape(cov_network *self, const int64_t *shape, size_t rank) {
  ov_dimension_t dims[8];
  for (size_t i = 0; i < rank; ++i)
    dims[i] = shape[i] < 0 ? (ov_dimension_t){0, -1} : (ov_dimension_t){shape[i], shape[i]};
  ov_partial_shape_t partial = {{(int64_t)rank, (int64_t)rank}, dims};
  return ov_model_reshape_single_input(self->model, partial);
}

static char *prepare(cov_network *self, const char *path, size_t inputs, const int64_t *shape,
                     size_t rank, int threads, const char *precision) {
  char *message = failure(ov_core_create(&self->core));
  if (message == NULL) message = failure(ov_core_read_model(self->core, path, NULL, &self->model));
  if (message == NULL && inputs == 1 && rank <= 8) message = failure(reshape(self, shape, rank));
  if (message != NULL) return message;
  char count[16];
  snprintf(count, sizeof count, "%d", threads);
  message = failure(ov_core_compile_model(
      self->core, self->model, "CPU", 6, &self->compiled, "PERFORMANCE_HINT", "LATENCY",
      "INFERENCE_PRECISION_HINT", precision, "INFERENCE_NUM_THREADS", count));
  if (message != NULL) return message;
  return failure(ov_compiled_model_create_infer_request(self->compiled, &self->request));
}

char *cov_open(const char *path, size_t inputs, const int64_t *shape, size_t rank, int threads,
               const char *precision, cov_network **out) {
  cov_network *self = calloc(1, sizeof *self);
  if (self == NULL) return strdup("out of memory");
  char *message = prepare(self, path, inputs, shape, rank, threads, precision);
  if (message == NULL)
    *out = self;
  else
    cov_close(self);
  return message;
}

void cov_close(cov_network *self) {
  if (self->request != NULL) ov_infer_request_free(self->request);
  if (self->compiled != NULL) ov_compiled_model_free(self->compiled);
  if (self->model != NULL) ov_model_free(self->model);
  if (self->core != NULL) ov_core_free(self->core);
  free(self);
}

static void store(cov_type type, const float *values, size_t count, void *data) {
  for (size_t i = 0; i < count; ++i) {
    switch (type) {
      case COV_FLOAT32: ((float *)data)[i] = values[i]; break;
      case COV_FLOAT16: ((_Float16 *)data)[i] = (_Float16)values[i]; break;
      case COV_UINT8:
        ((uint8_t *)data)[i] =
            (uint8_t)(values[i] <= 0 ? 0 : values[i] >= 255 ? 255 : values[i] + 0.5f);
        break;
      case COV_FLOAT64: ((double *)data)[i] = values[i]; break;
    }
  }
}

char *cov_run(cov_network *self, cov_type type, const float *values, const int64_t *shape,
              size_t rank) {
  static const int types[] = {OV_F32, OV_F16, OV_U8, OV_F64};
  ov_shape_t lengths = {(int64_t)rank, (int64_t *)shape};
  void *tensor = NULL, *data = NULL;
  size_t count = 1;
  for (size_t i = 0; i < rank; ++i) count *= (size_t)shape[i];
  char *message = failure(ov_tensor_create(types[type], lengths, &tensor));
  if (message == NULL) message = failure(ov_tensor_data(tensor, &data));
  if (message == NULL) {
    if (type == COV_FLOAT32)
      memcpy(data, values, count * sizeof(float));
    else
      store(type, values, count, data);
    message = failure(ov_infer_request_set_input_tensor_by_index(self->request, 0, tensor));
  }
  if (message == NULL) message = failure(ov_infer_request_infer(self->request));
  if (tensor != NULL) ov_tensor_free(tensor);
  return message;
}

char *cov_output_shape(cov_network *self, size_t output, int64_t *shape, size_t capacity,
                       size_t *rank) {
  void *tensor = NULL;
  ov_shape_t lengths = {0, NULL};
  char *message =
      failure(ov_infer_request_get_output_tensor_by_index(self->request, output, &tensor));
  if (message == NULL) message = failure(ov_tensor_get_shape(tensor, &lengths));
  if (message == NULL) {
    *rank = (size_t)lengths.rank;
    for (size_t i = 0; i < *rank && i < capacity; ++i) shape[i] = lengths.dims[i];
    ov_shape_free(&lengths);
  }
  if (tensor != NULL) ov_tensor_free(tensor);
  return message;
}

/// A bfloat16 is the upper half of a float32.
static float widened(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static char *load(int type, const void *data, size_t count, float *values) {
  for (size_t i = 0; i < count; ++i) {
    switch (type) {
      case OV_F32: values[i] = ((const float *)data)[i]; break;
      case OV_F16: values[i] = (float)((const _Float16 *)data)[i]; break;
      case OV_BF16: values[i] = widened(((const uint16_t *)data)[i]); break;
      case OV_F64: values[i] = (float)((const double *)data)[i]; break;
      default: return strdup("its output is not of floating-point numbers");
    }
  }
  return NULL;
}

char *cov_output_values(cov_network *self, size_t output, float *values, size_t count) {
  void *tensor = NULL, *data = NULL;
  int type = 0;
  size_t size = 0;
  char *message =
      failure(ov_infer_request_get_output_tensor_by_index(self->request, output, &tensor));
  if (message == NULL) message = failure(ov_tensor_get_element_type(tensor, &type));
  if (message == NULL) message = failure(ov_tensor_get_size(tensor, &size));
  if (message == NULL) message = failure(ov_tensor_data(tensor, &data));
  if (message == NULL) message = load(type, data, size < count ? size : count, values);
  if (tensor != NULL) ov_tensor_free(tensor);
  return message;
}
