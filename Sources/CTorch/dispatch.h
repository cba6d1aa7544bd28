// Which instructions a kernel uses.
#pragma once

#include <type_traits>

#include "vectors.h"

namespace facet {

/// Implementations of what both this project and LibTorch can compute, from the one that is always
/// there upwards. `libtorch` stands for none of this project's.
enum class Choice { libtorch, portable, avx2, avx512 };

/// The best choice on this processor.
Choice best_choice();

/// The instruction sets used by kernels called on this thread: `best_choice()` unless limited.
Choice choice();

/// Limits this thread to what `limit` names, or to less where the processor has less.
void limit_choice(Choice limit);

/// Whether kernels of this project are used at all.
inline bool uses_own_kernels() { return choice() != Choice::libtorch; }

/// Whether the processor multiplies bfloat16 in vector or matrix instructions of its own.
bool has_bfloat16_instructions();

/// Whether oneDNN convolves in bfloat16 when it is called by its own operators, which refuse other
/// processors; LibTorch's convolution computes there by other means.
bool has_bfloat16_convolutions();

namespace versions {

template <class Body, class... Arguments>
void portable(Arguments... arguments) {
  Body::run(arguments...);
}

#if defined(FACET_X86)
template <class Body, class... Arguments>
FACET_AVX2 void avx2(Arguments... arguments) {
  Body::run(arguments...);
}

template <class Body, class... Arguments>
FACET_AVX512 void avx512(Arguments... arguments) {
  Body::run(arguments...);
}
#endif

}  // namespace versions

/// A call of a function without arguments.
template <class Body>
struct CallOf {
  static FACET_INLINE void run(Body *body) { (*body)(); }
};

/// Calls `Body::run`, which must be FACET_INLINE, compiled for the chosen instructions. Arguments
/// go by value, so that the compiler knows that no store changes them.
template <class Body, class... Arguments>
void dispatch(Choice choice, Arguments... arguments) {
#if defined(FACET_X86)
  if (choice == Choice::avx512) return versions::avx512<Body>(arguments...);
  if (choice == Choice::avx2) return versions::avx2<Body>(arguments...);
#endif
  versions::portable<Body>(arguments...);
}

/// Runs a body, marked FACET_LAMBDA and made of FACET_INLINE functions, compiled for the chosen
/// instructions. `choice()` is the calling thread's: loops on other threads are handed it.
template <class Body>
void vectorized(Choice choice, Body &&body) {
  dispatch<CallOf<std::remove_reference_t<Body>>>(choice, &body);
}

}  // namespace facet
