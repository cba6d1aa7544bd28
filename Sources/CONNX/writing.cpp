// Writing ONNX files.
#include "model.h"

#include <stdexcept>

namespace {

onnx::AttributeProto &attribute(connx_model *self, size_t node, const char *name,
                                onnx::AttributeProto::AttributeType type) {
  auto &result = *self->proto.mutable_graph()->mutable_node(int(node))->add_attribute();
  result.set_name(name);
  result.set_type(type);
  return result;
}

}  // namespace

connx_model *connx_new(void) { return new connx_model; }

void connx_set_versions(connx_model *self, int64_t ir, int64_t operators) {
  self->proto.set_ir_version(ir);
  auto &set = *self->proto.add_opset_import();
  set.set_domain("");
  set.set_version(operators);
}

void connx_set_producer(connx_model *self, const char *name, const char *version) {
  self->proto.set_producer_name(name);
  self->proto.set_producer_version(version);
}

void connx_set_graph_name(connx_model *self, const char *name) {
  self->proto.mutable_graph()->set_name(name);
}

void connx_add_metadata(connx_model *self, const char *key, const char *value) {
  auto &entry = *self->proto.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void connx_add_value(connx_model *self, connx_list list, const char *name, int type,
                     const int64_t *shape, size_t rank) {
  auto &graph = *self->proto.mutable_graph();
  auto &value = list == CONNX_INPUTS ? *graph.add_input() : *graph.add_output();
  value.set_name(name);
  auto &tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  for (size_t i = 0; i < rank; ++i) {
    auto &length = *tensor.mutable_shape()->add_dim();
    if (shape[i] < 0)
      length.set_dim_param("batch");
    else
      length.set_dim_value(shape[i]);
  }
}

void connx_add_tensor(connx_model *self, const char *name, int type, const int64_t *shape,
                      size_t rank, const void *bytes, size_t byte_count) {
  auto &tensor = *self->proto.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (size_t i = 0; i < rank; ++i) tensor.add_dims(shape[i]);
  tensor.set_raw_data(bytes, byte_count);
}

size_t connx_add_node(connx_model *self, const char *type, const char *name,
                      const char *const *inputs, size_t input_count, const char *output) {
  auto &graph = *self->proto.mutable_graph();
  auto &node = *graph.add_node();
  node.set_op_type(type);
  node.set_name(name);
  for (size_t i = 0; i < input_count; ++i) node.add_input(inputs[i]);
  node.add_output(output);
  return size_t(graph.node_size() - 1);
}

void connx_node_set_integer(connx_model *self, size_t node, const char *name, int64_t value) {
  attribute(self, node, name, onnx::AttributeProto::INT).set_i(value);
}

void connx_node_set_float(connx_model *self, size_t node, const char *name, float value) {
  attribute(self, node, name, onnx::AttributeProto::FLOAT).set_f(value);
}

void connx_node_set_integers(connx_model *self, size_t node, const char *name,
                             const int64_t *values, size_t count) {
  auto &result = attribute(self, node, name, onnx::AttributeProto::INTS);
  for (size_t i = 0; i < count; ++i) result.add_ints(values[i]);
}

char *connx_bytes(const connx_model *self, void **bytes, size_t *count) {
  return facet::guarded([&] {
    size_t size = self->proto.ByteSizeLong();
    if (size > size_t(INT32_MAX))
      throw std::runtime_error("the network has more than the 2 GB that an ONNX file can hold");
    void *buffer = std::malloc(size ? size : 1);
    if (!buffer) throw std::bad_alloc();
    self->proto.SerializeToArray(buffer, int(size));
    *bytes = buffer;
    *count = size;
  });
}
