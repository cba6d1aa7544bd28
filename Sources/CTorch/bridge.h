// What every file of this target needs: handles to and from tensors, and the guard that turns
// whatever LibTorch throws into a status.
#pragma once

#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include "ctorch.h"

namespace facet {

inline ct_status status(ct_status_kind kind, const char *message) noexcept {
  return {kind, strdup(message)};
}

template <class Body>
ct_status guarded(Body &&body) noexcept {
  try {
    body();
    return {CT_OK, nullptr};
  } catch (const c10::OutOfMemoryError &error) {
    return status(CT_OUT_OF_MEMORY, error.what_without_backtrace());
  } catch (const c10::Error &error) {
    // LibTorch's allocator of the processor's memory throws an error like any other.
    const bool is_memory =
        strstr(error.what_without_backtrace(), "can't allocate memory") != nullptr;
    return status(is_memory ? CT_OUT_OF_MEMORY : CT_ERROR, error.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return status(CT_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return status(CT_ERROR, error.what());
  } catch (...) {
    return status(CT_ERROR, "LibTorch failed without saying why");
  }
}

inline const at::Tensor &tensor(ct_tensor handle) {
  TORCH_CHECK(handle.impl != nullptr, "an empty tensor handle was used");
  return *static_cast<const at::Tensor *>(handle.impl);
}

/// The tensor of a handle that may be empty.
inline std::optional<at::Tensor> optional(ct_tensor handle) {
  if (handle.impl == nullptr) return std::nullopt;
  return tensor(handle);
}

inline ct_tensor handle(at::Tensor value) { return {new at::Tensor(std::move(value))}; }

/// Runs a body that returns a tensor, and gives it to the caller.
template <class Body>
ct_status producing(ct_tensor *out, Body &&body) noexcept {
  return guarded([&] { *out = handle(body()); });
}

inline at::IntArrayRef ints(const int64_t *values, size_t count) { return {values, count}; }

inline std::vector<at::Tensor> tensors(const ct_tensor *handles, size_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) result.push_back(tensor(handles[i]));
  return result;
}

inline at::ScalarType scalar_type(ct_dtype dtype) {
  switch (dtype) {
    case CT_UINT8: return at::kByte;
    case CT_INT64: return at::kLong;
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_BOOL: return at::kBool;
  }
  TORCH_CHECK(false, "unknown element type ", int(dtype));
}

inline at::Device device(ct_device device) {
  return device.cuda ? at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index))
                     : at::Device(at::kCPU);
}

inline at::MemoryFormat memory_format(ct_memory_format format) {
  return format == CT_CHANNELS_LAST ? at::MemoryFormat::ChannelsLast
                                    : at::MemoryFormat::Contiguous;
}

}  // namespace facet
