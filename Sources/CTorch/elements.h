// The numbers of a tensor, to be read.
#pragma once

#include <type_traits>

#include <ATen/core/Tensor.h>

namespace facet {

/// The first element of a contiguous tensor of `T`.
///
/// In place of `const_data_ptr<T>()`: compilers disagree on that name's encoding, so a program that
/// Clang compiled does not find it in a LibTorch that GCC compiled, as the CUDA wheels of 2.11 are.
template <class T>
const T *elements(const at::Tensor &tensor) {
  TORCH_CHECK(tensor.scalar_type() == c10::CppTypeToScalarType<std::remove_const_t<T>>::value,
              "numbers of type ", tensor.scalar_type(), " were read as another");
  return static_cast<const T *>(tensor.const_data_ptr());
}

}  // namespace facet
