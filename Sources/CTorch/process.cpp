// What holds for the whole process: threads, determinism, the version.
#include "bridge.h"
#include "dispatch.h"
#include "kernels/operands.h"
#include "memory.h"

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

void ct_limit_kernels(ct_kernels limit) { limit_choice(Choice(limit)); }

ct_kernels ct_best_kernels(void) { return ct_kernels(best_choice()); }

ct_kernels ct_current_kernels(void) { return ct_kernels(choice()); }

void ct_set_keeps_normalized(bool value) { kernels::set_recomputes(!value); }

bool ct_keeps_normalized(void) { return !kernels::recomputes(); }

bool ct_has_bfloat16_instructions(void) { return has_bfloat16_instructions(); }

void ct_keep_memory(void) { keep_memory(); }

void ct_release_free_memory(void) { release_free_memory(); }

const char *ct_version(void) { return TORCH_VERSION; }
