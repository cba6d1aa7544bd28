// Which instructions a kernel uses.
#pragma once

#include <utility>

#include "vectors.h"

namespace facet::kernels {

/// Implementations of what both this project and LibTorch can compute, from the one that is always
/// there upwards. `libtorch` stands for none of this project's.
enum class Choice { libtorch, portable, avx2, avx512 };

/// The best choice on this processor.
Choice best_choice();

/// What kernels that are called on this thread use: `best_choice()` unless limited.
Choice choice();

/// Limits this thread to what `limit` names, or to less where the processor has less.
void limit_choice(Choice limit);

/// Whether kernels of this project are to be used at all.
inline bool enabled() { return choice() != Choice::libtorch; }

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

/// Calls `Body::run`, which is to be FACET_INLINE, compiled for the chosen instructions. Arguments
/// go by value, so that the compiler knows that no store changes them.
template <class Body, class... Arguments>
void dispatch(Choice choice, Arguments... arguments) {
#if defined(FACET_X86)
  if (choice == Choice::avx512) return versions::avx512<Body>(arguments...);
  if (choice == Choice::avx2) return versions::avx2<Body>(arguments...);
#endif
  versions::portable<Body>(arguments...);
}

}  // namespace facet::kernels
