// Reading ONNX files.
#include "model.h"

#include <cmath>
#include <cstdint>
#include <fstream>
#include <stdexcept>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/stubs/common.h>
#if GOOGLE_PROTOBUF_VERSION < 4000000
#include <google/protobuf/stubs/logging.h>
#endif

namespace {

const onnx::GraphProto &graph(const connx_model *self) { return self->proto.graph(); }

const onnx::ValueInfoProto &value(const connx_model *self, connx_list list, size_t index) {
  return list == CONNX_INPUTS ? graph(self).input(int(index)) : graph(self).output(int(index));
}

const onnx::NodeProto &node(const connx_model *self, size_t index) {
  return graph(self).node(int(index));
}

const onnx::TensorProto &tensor(const connx_model *self, size_t index) {
  return graph(self).initializer(int(index));
}

const std::string *external(const onnx::TensorProto &tensor, const char *key) {
  for (const auto &entry : tensor.external_data())
    if (entry.key() == key) return &entry.value();
  return nullptr;
}

int64_t number(const std::string *text) { return text ? std::strtoll(text->c_str(), nullptr, 10) : 0; }

/// A float16 as a number; the compiler's own type is not everywhere.
double half(uint16_t bits) {
  int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  double value = exponent == 0    ? std::ldexp(fraction, -24)
                 : exponent == 31 ? (fraction ? std::nan("") : HUGE_VAL)
                                  : std::ldexp(1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -value : value;
}

template <class Element>
size_t raw(const std::string &bytes, double *values, size_t capacity) {
  size_t count = bytes.size() / sizeof(Element);
  for (size_t i = 0; i < count && i < capacity; ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
    values[i] = double(element);
  }
  return count;
}

template <class List>
size_t listed(const List &list, double *values, size_t capacity) {
  for (size_t i = 0; i < size_t(list.size()) && i < capacity; ++i) values[i] = double(list[int(i)]);
  return size_t(list.size());
}

size_t numbers(const onnx::TensorProto &tensor, double *values, size_t capacity) {
  const auto &bytes = tensor.raw_data();
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return tensor.has_raw_data() ? raw<float>(bytes, values, capacity)
                                   : listed(tensor.float_data(), values, capacity);
    case onnx::TensorProto::DOUBLE:
      return tensor.has_raw_data() ? raw<double>(bytes, values, capacity)
                                   : listed(tensor.double_data(), values, capacity);
    case onnx::TensorProto::INT64:
      return tensor.has_raw_data() ? raw<int64_t>(bytes, values, capacity)
                                   : listed(tensor.int64_data(), values, capacity);
    case onnx::TensorProto::INT32:
      return tensor.has_raw_data() ? raw<int32_t>(bytes, values, capacity)
                                   : listed(tensor.int32_data(), values, capacity);
    case onnx::TensorProto::BOOL:
      return tensor.has_raw_data() ? raw<uint8_t>(bytes, values, capacity)
                                   : listed(tensor.int32_data(), values, capacity);
    case onnx::TensorProto::FLOAT16: {
      size_t count = tensor.has_raw_data() ? raw<uint16_t>(bytes, values, capacity)
                                           : listed(tensor.int32_data(), values, capacity);
      for (size_t i = 0; i < count && i < capacity; ++i) values[i] = half(uint16_t(values[i]));
      return count;
    }
    default: return 0;
  }
}

/// The value of a node of type `Constant`.
size_t constant_numbers(const onnx::NodeProto &node, double *values, size_t capacity) {
  for (const auto &attribute : node.attribute()) {
    if (attribute.name() == "value") return numbers(attribute.t(), values, capacity);
    if (attribute.name() == "value_float" && capacity > 0) return values[0] = attribute.f(), 1;
    if (attribute.name() == "value_int" && capacity > 0) return values[0] = double(attribute.i()), 1;
    if (attribute.name() == "value_floats") return listed(attribute.floats(), values, capacity);
  }
  return 0;
}

}  // namespace

void connx_free(connx_model *self) { delete self; }

char *connx_read(const char *path, connx_model **out) {
  return facet::guarded([&] {
#if GOOGLE_PROTOBUF_VERSION < 4000000
    // It reports a damaged file on the standard error of the program.
    google::protobuf::LogSilencer silent;
#endif
    auto model = new connx_model;
    std::ifstream file(path, std::ios::binary);
    google::protobuf::io::IstreamInputStream stream(&file);
    google::protobuf::io::CodedInputStream coded(&stream);
    coded.SetTotalBytesLimit(INT32_MAX);
    bool is_whole = model->proto.ParseFromCodedStream(&coded) &&
                    coded.ConsumedEntireMessage() && model->proto.has_graph();
    if (!is_whole) {
      delete model;
      throw std::runtime_error("it is cut short or damaged");
    }
    *out = model;
  });
}

int64_t connx_ir_version(const connx_model *self) { return self->proto.ir_version(); }

int64_t connx_operator_version(const connx_model *self) {
  for (const auto &set : self->proto.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") return set.version();
  return 0;
}

const char *connx_producer(const connx_model *self) { return self->proto.producer_name().c_str(); }

size_t connx_metadata_count(const connx_model *self) {
  return size_t(self->proto.metadata_props_size());
}

const char *connx_metadata_key(const connx_model *self, size_t index) {
  return self->proto.metadata_props(int(index)).key().c_str();
}

const char *connx_metadata_value(const connx_model *self, size_t index) {
  return self->proto.metadata_props(int(index)).value().c_str();
}

size_t connx_value_count(const connx_model *self, connx_list list) {
  return size_t(list == CONNX_INPUTS ? graph(self).input_size() : graph(self).output_size());
}

const char *connx_value_name(const connx_model *self, connx_list list, size_t index) {
  return value(self, list, index).name().c_str();
}

int connx_value_type(const connx_model *self, connx_list list, size_t index) {
  return value(self, list, index).type().tensor_type().elem_type();
}

int64_t connx_value_rank(const connx_model *self, connx_list list, size_t index) {
  const auto &type = value(self, list, index).type().tensor_type();
  return type.has_shape() ? type.shape().dim_size() : -1;
}

int64_t connx_value_length(const connx_model *self, connx_list list, size_t index, size_t axis) {
  const auto &length = value(self, list, index).type().tensor_type().shape().dim(int(axis));
  return length.has_dim_value() && length.dim_value() > 0 ? length.dim_value() : -1;
}

size_t connx_node_count(const connx_model *self) { return size_t(graph(self).node_size()); }

const char *connx_node_type(const connx_model *self, size_t index) {
  return node(self, index).op_type().c_str();
}

const char *connx_node_domain(const connx_model *self, size_t index) {
  return node(self, index).domain().c_str();
}

const char *connx_node_name(const connx_model *self, size_t index) {
  return node(self, index).name().c_str();
}

size_t connx_node_input_count(const connx_model *self, size_t index) {
  return size_t(node(self, index).input_size());
}

const char *connx_node_input(const connx_model *self, size_t index, size_t input) {
  return node(self, index).input(int(input)).c_str();
}

size_t connx_node_output_count(const connx_model *self, size_t index) {
  return size_t(node(self, index).output_size());
}

const char *connx_node_output(const connx_model *self, size_t index, size_t output) {
  return node(self, index).output(int(output)).c_str();
}

int64_t connx_node_integer(const connx_model *self, size_t index, const char *name,
                           int64_t absent) {
  for (const auto &attribute : node(self, index).attribute())
    if (attribute.name() == name) return attribute.i();
  return absent;
}

float connx_node_float(const connx_model *self, size_t index, const char *name, float absent) {
  for (const auto &attribute : node(self, index).attribute())
    if (attribute.name() == name) return attribute.f();
  return absent;
}

size_t connx_tensor_count(const connx_model *self) {
  return size_t(graph(self).initializer_size());
}

const char *connx_tensor_name(const connx_model *self, size_t index) {
  return tensor(self, index).name().c_str();
}

int connx_tensor_type(const connx_model *self, size_t index) {
  return tensor(self, index).data_type();
}

size_t connx_tensor_rank(const connx_model *self, size_t index) {
  return size_t(tensor(self, index).dims_size());
}

int64_t connx_tensor_length(const connx_model *self, size_t index, size_t axis) {
  return tensor(self, index).dims(int(axis));
}

const char *connx_tensor_file(const connx_model *self, size_t index) {
  const auto &initializer = tensor(self, index);
  if (initializer.data_location() != onnx::TensorProto::EXTERNAL) return "";
  const auto *location = external(initializer, "location");
  return location ? location->c_str() : "";
}

int64_t connx_tensor_file_end(const connx_model *self, size_t index) {
  const auto &initializer = tensor(self, index);
  return number(external(initializer, "offset")) + number(external(initializer, "length"));
}

int64_t connx_tensor_file_start(const connx_model *self, size_t index) {
  return number(external(tensor(self, index), "offset"));
}

int64_t connx_constant_shape(const connx_model *self, const char *name, int64_t *shape,
                             size_t capacity) {
  auto lengths = [&](const onnx::TensorProto &tensor) {
    for (int i = 0; i < tensor.dims_size() && size_t(i) < capacity; ++i) shape[i] = tensor.dims(i);
    return int64_t(tensor.dims_size());
  };
  for (const auto &initializer : graph(self).initializer())
    if (initializer.name() == name) return lengths(initializer);
  for (const auto &node : graph(self).node()) {
    if (node.op_type() != "Constant" || node.output_size() != 1 || node.output(0) != name) continue;
    for (const auto &attribute : node.attribute())
      if (attribute.name() == "value") return lengths(attribute.t());
    return 0;
  }
  return -1;
}

bool connx_constant(const connx_model *self, const char *name, double *values, size_t capacity,
                    size_t *count) {
  for (const auto &initializer : graph(self).initializer()) {
    if (initializer.name() != name) continue;
    *count = numbers(initializer, values, capacity);
    return true;
  }
  for (const auto &node : graph(self).node()) {
    if (node.op_type() != "Constant" || node.output_size() != 1 || node.output(0) != name) continue;
    *count = constant_numbers(node, values, capacity);
    return true;
  }
  return false;
}
