// LibTorch's CUDA back-end, which is not linked with but loaded where it is present.
#include "../bridge.h"
#include "graph.h"
#include "kernels.h"

#include <dlfcn.h>

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/VirtualGuardImpl.h>

using namespace facet;

int32_t ct_cuda_count(void) {
#if defined(__APPLE__)
  return 0;
#else
  // cuBLAS gives bit for bit the same each time only with workspaces of a size of their own.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  // Found through the run path, as libtorch.so itself is. Kept open for the life of the process.
  static void *library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return 0;
  try {
    return at::detail::getCUDAHooks().deviceCount();
  } catch (...) {
    return 0;
  }
#endif
}

ct_status ct_cuda_synchronize(int32_t index) {
  return guarded([&] {
    c10::impl::VirtualGuardImpl(at::kCUDA).synchronizeDevice(c10::DeviceIndex(index));
  });
}

const char *ct_gpu_kernels_failure(void) {
  // NVRTC is looked for beside the back-end.
  ct_cuda_count();
  thread_local std::string failure;
  failure = cuda::compiler_failure();
  return failure.c_str();
}

namespace {

cuda::Graph *graph(ct_graph handle) {
  TORCH_CHECK(handle.impl != nullptr, "an empty graph handle was used");
  return static_cast<cuda::Graph *>(handle.impl);
}

}  // namespace

ct_status ct_graph_begin(ct_device on, ct_graph sharing, ct_graph *out) {
  return guarded([&] {
    out->impl =
        cuda::Graph::begin(device(on), static_cast<cuda::Graph *>(sharing.impl)).release();
  });
}

ct_status ct_graph_end(ct_graph self) {
  return guarded([&] { graph(self)->end(); });
}

ct_status ct_graph_replay(ct_graph self) {
  return guarded([&] { graph(self)->replay(); });
}

void ct_graph_free(ct_graph self) { delete static_cast<cuda::Graph *>(self.impl); }
