#include "library.h"

#include <dlfcn.h>

#include <string>

#include <c10/util/Exception.h>
#include <torch/version.h>

namespace facet::cuda {

const void *exported(const char *name) {
  // Opened once. It is beside LibTorch, where scripts/bootstrap puts it, and is found through the run path; the CUDA
  // back end that it is linked with has been loaded by now.
  static void *opened = dlopen("libfacet_cuda.so", RTLD_NOW);
  TORCH_CHECK(opened != nullptr, "there is no libfacet_cuda.so; scripts/bootstrap builds it");
  const void *found = dlsym(opened, name);
  TORCH_CHECK(found != nullptr, "libfacet_cuda.so has no ", name);
  const std::string version = *static_cast<const char *const *>(found);
  TORCH_CHECK(version == TORCH_VERSION, "libfacet_cuda.so is for LibTorch ", version, ", not ", TORCH_VERSION,
              "; scripts/bootstrap builds it again");
  return found;
}

}  // namespace facet::cuda
