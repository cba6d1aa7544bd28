#include "graph.h"

#include <dlfcn.h>

#include <string>

#include <c10/util/Exception.h>
#include <torch/version.h>

namespace facet::cuda {
namespace {

/// Opened once. It is beside LibTorch, where scripts/bootstrap puts it, and is found through the run
/// path; the CUDA back end that it is linked with has been loaded by now.
const GraphLibrary &library() {
  static void *opened = dlopen("libfacet_cuda.so", RTLD_NOW);
  TORCH_CHECK(opened != nullptr, "there is no libfacet_cuda.so; scripts/bootstrap builds it");
  static auto found = static_cast<const GraphLibrary *>(dlsym(opened, "facet_cuda_graphs"));
  TORCH_CHECK(found != nullptr, "libfacet_cuda.so has no facet_cuda_graphs");
  TORCH_CHECK(std::string(found->torch_version) == TORCH_VERSION,
              "libfacet_cuda.so is for LibTorch ", found->torch_version, ", not ", TORCH_VERSION,
              "; scripts/bootstrap builds it again");
  return *found;
}

}  // namespace

std::unique_ptr<Graph> Graph::begin(c10::Device device, const Graph *sharing) {
  return std::unique_ptr<Graph>(library().begin(device, sharing));
}

}  // namespace facet::cuda
