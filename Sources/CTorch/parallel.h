// Loops on LibTorch's threads.
#pragma once

#include <cstdint>

#include <c10/util/FunctionRef.h>

namespace facet {

/// Calls `body` with parts of `begin..<end`, of at least `grain` each except for the last, on LibTorch's
/// threads at the same time. Inside of another such loop, or with one thread, it is called once.
///
/// `at::parallel_for` is a template that asks for the compiler's OpenMP: compiled without, as here,
/// it uses one thread.
void parallel_for(int64_t begin, int64_t end, int64_t grain,
                  c10::function_ref<void(int64_t, int64_t)> body);

}  // namespace facet
