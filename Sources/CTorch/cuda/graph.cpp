#include "graph.h"

#include "library.h"

namespace facet::cuda {

std::unique_ptr<Graph> Graph::begin(c10::Device device, const Graph *sharing) {
  static auto library = static_cast<const GraphLibrary *>(exported("facet_cuda_graphs"));
  return std::unique_ptr<Graph>(library->begin(device, sharing));
}

}  // namespace facet::cuda
