// Creation, inspection and transfer of tensors.
#include "bridge.h"
#include "kernels/bytes.h"
#include "dispatch.h"

#include <ATen/TracerMode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

using namespace facet;

void ct_status_free(ct_status status) { std::free(status.message); }

void ct_tensor_free(ct_tensor self) { delete static_cast<at::Tensor *>(self.impl); }

ct_status ct_alias(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return tensor(self); });
}

namespace {

/// Fresh memory of the processor for what is on its way to a device: pinned where that is a GPU,
/// which then fetches it in its own time.
at::Tensor host_tensor(at::IntArrayRef sizes, at::ScalarType type, ct_device on) {
  return at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(on.cuda));
}

}  // namespace

ct_status ct_full(const int64_t *shape, size_t rank, double value, ct_dtype dtype, ct_device on,
                  ct_tensor *out) {
  return producing(out, [&] {
    return at::full(ints(shape, rank), value,
                    at::TensorOptions().dtype(scalar_type(dtype)).device(device(on)));
  });
}

ct_status ct_arange(int64_t count, ct_dtype dtype, ct_device on, ct_tensor *out) {
  return producing(out, [&] {
    return at::arange(count, at::TensorOptions().dtype(scalar_type(dtype)).device(device(on)));
  });
}

ct_status ct_from_bytes(const void *bytes, size_t byte_count, const int64_t *shape, size_t rank,
                        ct_dtype dtype, ct_device on, ct_tensor *out) {
  return producing(out, [&] {
    // A tracer sees the memory being taken and not what is written to it: it would record a tensor of whatever
    // memory holds. Not seen, the tensor is a constant of the traced network.
    at::tracer::impl::NoTracerDispatchMode untraced;
    auto host = host_tensor(ints(shape, rank), scalar_type(dtype), on);
    TORCH_CHECK(host.nbytes() == byte_count, "a tensor of shape ", host.sizes(), " needs ",
                host.nbytes(), " bytes, not ", byte_count);
    if (byte_count > 0) std::memcpy(host.mutable_data_ptr(), bytes, byte_count);
    return host.to(device(on), /*non_blocking=*/true);
  });
}

ct_status ct_copy_bytes(ct_tensor self, ct_dtype dtype, void *bytes, size_t byte_count) {
  return guarded([&] {
    auto host = tensor(self).detach().to(at::kCPU, scalar_type(dtype)).contiguous();
    TORCH_CHECK(host.nbytes() == byte_count, "a tensor of shape ", host.sizes(), " has ",
                host.nbytes(), " bytes, not ", byte_count);
    if (byte_count > 0) std::memcpy(bytes, host.const_data_ptr(), byte_count);
  });
}

ct_status ct_floats(ct_tensor self, const float **out) {
  return guarded([&] {
    const auto &values = tensor(self);
    TORCH_CHECK(values.is_cpu() && values.is_contiguous() && values.scalar_type() == at::kFloat,
                "its values are not float32, contiguous and on the CPU");
    *out = static_cast<const float *>(values.const_data_ptr());
  });
}

ct_status ct_rank(ct_tensor self, size_t *out) {
  return guarded([&] { *out = static_cast<size_t>(tensor(self).dim()); });
}

ct_status ct_shape(ct_tensor self, int64_t *out, size_t rank) {
  return guarded([&] {
    auto sizes = tensor(self).sizes();
    TORCH_CHECK(sizes.size() == rank, "rank ", sizes.size(), ", not ", rank);
    std::copy(sizes.begin(), sizes.end(), out);
  });
}

ct_status ct_element_type(ct_tensor self, ct_dtype *out) {
  return guarded([&] {
    switch (tensor(self).scalar_type()) {
      case at::kByte: *out = CT_UINT8; return;
      case at::kLong: *out = CT_INT64; return;
      case at::kFloat: *out = CT_FLOAT32; return;
      case at::kDouble: *out = CT_FLOAT64; return;
      case at::kBFloat16: *out = CT_BFLOAT16; return;
      case at::kBool: *out = CT_BOOL; return;
      default: TORCH_CHECK(false, "unsupported element type ", tensor(self).scalar_type());
    }
  });
}

ct_status ct_device_of(ct_tensor self, ct_device *out) {
  return guarded([&] {
    auto where = tensor(self).device();
    *out = {where.is_cuda(), where.is_cuda() ? where.index() : 0};
  });
}

ct_status ct_is_contiguous(ct_tensor self, ct_memory_format format, bool *out) {
  return guarded([&] { *out = tensor(self).is_contiguous(memory_format(format)); });
}

ct_status ct_item(ct_tensor self, double *out) {
  return guarded([&] { *out = tensor(self).item().toDouble(); });
}

ct_status ct_to(ct_tensor self, ct_dtype dtype, ct_device on, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).to(device(on), scalar_type(dtype)); });
}

ct_status ct_contiguous(ct_tensor self, ct_memory_format format, ct_tensor *out) {
  return producing(out, [&] { return tensor(self).contiguous(memory_format(format)); });
}

ct_status ct_images(const uint8_t *bytes, int64_t n, int64_t h, int64_t w, int64_t c, double mean,
                    double standard_deviation, ct_memory_format format, ct_device on, ct_tensor *out) {
  return producing(out, [&] {
    // As in ct_from_bytes.
    at::tracer::impl::NoTracerDispatchMode untraced;
    auto target = device(on);
    if (target.is_cpu() && memory_format(format) == at::MemoryFormat::ChannelsLast &&
        uses_own_kernels()) {
      // One pass over memory; the same operations on each byte as below, so bit for bit the same.
      auto values = at::empty({n, c, h, w}, at::TensorOptions().dtype(at::kFloat),
                              at::MemoryFormat::ChannelsLast);
      kernels::normalize_bytes(bytes, values.mutable_data_ptr<float>(), n * h * w * c,
                               static_cast<float>(mean), static_cast<float>(standard_deviation));
      return values;
    }
    // The bytes are only read, and only until they are copied.
    auto raw = at::from_blob(const_cast<uint8_t *>(bytes), {n, h, w, c}, at::kByte);
    if (on.cuda) raw = host_tensor({n, h, w, c}, at::kByte, on).copy_(raw);
    auto values = raw.to(target, /*non_blocking=*/true).to(at::kFloat).sub_(mean).div_(standard_deviation);
    return values.permute({0, 3, 1, 2}).contiguous(memory_format(format));
  });
}
