#include "dispatch.h"

#include <algorithm>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace facet {
namespace {

Choice detect() {
#if defined(FACET_X86)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return Choice::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Choice::avx2;
#endif
  return Choice::portable;
}

thread_local Choice limit = Choice::avx512;

}  // namespace

Choice best_choice() {
  static const Choice best = detect();
  return best;
}

Choice choice() { return std::min(limit, best_choice()); }

void limit_choice(Choice value) { limit = value; }

bool has_bfloat16_instructions() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512bf16") || __builtin_cpu_supports("amx-bf16");
#elif defined(__aarch64__) && defined(__linux__) && defined(HWCAP2_BF16)
  return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
#else
  return false;
#endif
}

bool has_bfloat16_convolutions() {
#if defined(FACET_X86)
  return best_choice() == Choice::avx512;
#else
  return has_bfloat16_instructions();
#endif
}

}  // namespace facet
