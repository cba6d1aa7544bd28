// Functions that are compiled for several instruction sets, of which the best that the processor has is called.
#pragma once

#if defined(__x86_64__) && defined(__linux__)
#define BEST_INSTRUCTIONS __attribute__((target_clones("avx512bw", "avx2", "default")))
#else
#define BEST_INSTRUCTIONS
#endif

/// A part of such a function, which takes its instructions.
#define INLINED static inline __attribute__((always_inline))
