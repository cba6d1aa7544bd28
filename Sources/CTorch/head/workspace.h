// Large buffers that are used again, because fresh memory costs a page fault every 4 KiB.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty.h>

namespace facet::head {

/// The buffers of one head. A buffer that somebody still holds is never used again.
struct Workspace : torch::CustomClassHolder {
  at::Tensor cosines;
  at::Tensor nearest;
  at::Tensor gradient;

  /// A tensor of its own on a buffer's memory, or on new memory that becomes the buffer.
  static at::Tensor take(at::Tensor &buffer, at::IntArrayRef sizes,
                         const at::TensorOptions &options) {
    size_t bytes = c10::multiply_integers(sizes) * c10::elementSize(options.dtype().toScalarType());
    bool fits = buffer.defined() && buffer.storage().use_count() == 1 &&
                buffer.scalar_type() == options.dtype().toScalarType() &&
                buffer.storage().nbytes() >= bytes;
    if (!fits) {
      buffer = at::Tensor();
      buffer = at::empty(sizes, options);
    }
    return at::empty({0}, options).set_(buffer.storage(), 0, sizes);
  }
};

}  // namespace facet::head
