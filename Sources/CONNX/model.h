// What both files of this target know about a model.
#pragma once

#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

// The schema with all of ONNX's types, as every file is written with.
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>

#include "connx.h"

struct connx_model {
  onnx::ModelProto proto;
};

namespace facet {

/// Runs a body, and makes a message of what it throws.
template <class Body>
char *guarded(Body &&body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const std::exception &error) {
    return strdup(error.what());
  } catch (...) {
    return strdup("protobuf failed without saying why");
  }
}

}  // namespace facet
