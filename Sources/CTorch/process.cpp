// What holds for the whole process: threads, determinism, the version.
#include "bridge.h"
#include "kernels/dispatch.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/version.h>

using namespace facet;

ct_status ct_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

ct_status ct_set_deterministic(bool value) {
  return guarded([&] {
    auto &context = at::globalContext();
    context.setDeterministicAlgorithms(value, /*warn_only=*/true);
    // Filling fresh memory guards against reading it; it costs a pass over every new tensor.
    context.setDeterministicFillUninitializedMemory(false);
    context.setBenchmarkCuDNN(!value);
  });
}

void ct_limit_kernels(ct_kernels limit) { kernels::limit_choice(kernels::Choice(limit)); }

ct_kernels ct_best_kernels(void) { return ct_kernels(kernels::best_choice()); }

ct_kernels ct_current_kernels(void) { return ct_kernels(kernels::choice()); }

bool ct_has_bfloat16_instructions(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512bf16") || __builtin_cpu_supports("amx-bf16");
#elif defined(__aarch64__) && defined(__linux__) && defined(HWCAP2_BF16)
  return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
#else
  return false;
#endif
}

const char *ct_version(void) { return TORCH_VERSION; }
