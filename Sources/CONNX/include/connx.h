/// Reading and writing ONNX files with their protobuf schema.
///
/// Functions that can fail return null on success, otherwise a message that the caller frees.
/// Returned strings are valid as long as the model. Indices must be less than the counts.
#ifndef CONNX_H
#define CONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct connx_model connx_model;

/// The list of a graph that contains a value.
typedef enum connx_list { CONNX_INPUTS = 0, CONNX_OUTPUTS = 1 } connx_list;

connx_model *connx_new(void);
void connx_free(connx_model *self);

// Reading -----------------------------------------------------------------------------------------

char *connx_read(const char *path, connx_model **out);
int64_t connx_ir_version(const connx_model *self);
/// Version of the default operator set; 0 if the file does not state it.
int64_t connx_operator_version(const connx_model *self);
const char *connx_producer(const connx_model *self);
size_t connx_metadata_count(const connx_model *self);
const char *connx_metadata_key(const connx_model *self, size_t index);
const char *connx_metadata_value(const connx_model *self, size_t index);

size_t connx_value_count(const connx_model *self, connx_list list);
const char *connx_value_name(const connx_model *self, connx_list list, size_t index);
/// ONNX's number of the element type; 0 for values that are not tensors.
int connx_value_type(const connx_model *self, connx_list list, size_t index);
/// Number of dimensions; -1 if it is unknown.
int64_t connx_value_rank(const connx_model *self, connx_list list, size_t index);
/// Length of a dimension; -1 if it is unknown.
int64_t connx_value_length(const connx_model *self, connx_list list, size_t index, size_t axis);

size_t connx_node_count(const connx_model *self);
const char *connx_node_type(const connx_model *self, size_t node);
const char *connx_node_domain(const connx_model *self, size_t node);
const char *connx_node_name(const connx_model *self, size_t node);
size_t connx_node_input_count(const connx_model *self, size_t node);
const char *connx_node_input(const connx_model *self, size_t node, size_t index);
size_t connx_node_output_count(const connx_model *self, size_t node);
const char *connx_node_output(const connx_model *self, size_t node, size_t index);
/// An integer attribute, or the given default if it is absent.
int64_t connx_node_integer(const connx_model *self, size_t node, const char *attribute,
                           int64_t absent);
/// A floating-point attribute, or the given default if it is absent.
float connx_node_float(const connx_model *self, size_t node, const char *attribute, float absent);

size_t connx_tensor_count(const connx_model *self);
const char *connx_tensor_name(const connx_model *self, size_t index);
int connx_tensor_type(const connx_model *self, size_t index);
size_t connx_tensor_rank(const connx_model *self, size_t index);
int64_t connx_tensor_length(const connx_model *self, size_t index, size_t axis);
/// The external file that contains a tensor's values; empty if they are in the model.
const char *connx_tensor_file(const connx_model *self, size_t index);
/// End of the tensor's values in the external file, in bytes; 0 if unknown.
int64_t connx_tensor_file_end(const connx_model *self, size_t index);
/// Offset of the tensor's values in the external file, in bytes.
int64_t connx_tensor_file_start(const connx_model *self, size_t index);
/// Number of dimensions of the named tensor, including those of `Constant` nodes; -1 if there is none.
/// Writes the first `capacity` of its lengths.
int64_t connx_constant_shape(const connx_model *self, const char *name, int64_t *shape,
                             size_t capacity);
/// Reads the first `capacity` values of the named tensor, including those of `Constant` nodes, if
/// its type is numeric; `count` receives the total number. False if there is no such tensor.
bool connx_constant(const connx_model *self, const char *name, double *values, size_t capacity,
                    size_t *count);

// Writing -----------------------------------------------------------------------------------------

void connx_set_versions(connx_model *self, int64_t ir, int64_t operators);
void connx_set_producer(connx_model *self, const char *name, const char *version);
void connx_set_graph_name(connx_model *self, const char *name);
void connx_add_metadata(connx_model *self, const char *key, const char *value);
/// A length of -1 becomes a dimension named `batch`.
void connx_add_value(connx_model *self, connx_list list, const char *name, int type,
                     const int64_t *shape, size_t rank);
/// `bytes` are little-endian, in row-major order.
void connx_add_tensor(connx_model *self, const char *name, int type, const int64_t *shape,
                      size_t rank, const void *bytes, size_t byte_count);
/// Returns the index of the new node. An empty name denotes an omitted input.
size_t connx_add_node(connx_model *self, const char *type, const char *name,
                      const char *const *inputs, size_t input_count, const char *output);
void connx_node_set_integer(connx_model *self, size_t node, const char *attribute, int64_t value);
void connx_node_set_float(connx_model *self, size_t node, const char *attribute, float value);
void connx_node_set_integers(connx_model *self, size_t node, const char *attribute,
                             const int64_t *values, size_t count);
/// The file's bytes, which the caller frees.
char *connx_bytes(const connx_model *self, void **bytes, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
