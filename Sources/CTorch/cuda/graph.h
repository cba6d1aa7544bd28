// Work recorded once on a GPU and launched again as a whole, so that a step's time is its kernels'
// and not the launches'.
#pragma once

#include <memory>

#include <c10/core/Device.h>

namespace facet::cuda {

/// A CUDA graph and the memory it works in.
class Graph {
 public:
  /// Begins to record what this thread, and the thread that differentiates for it, launch on the
  /// device. Memory of another graph is used again where `sharing` is one.
  ///
  /// An error where libfacet_cuda.so is missing or was built for another LibTorch.
  static std::unique_ptr<Graph> begin(c10::Device device, const Graph *sharing);

  virtual ~Graph() = default;
  /// Ends the recording.
  virtual void end() = 0;
  /// Does on the current stream what was recorded.
  virtual void replay() = 0;
};

/// The function table that libfacet_cuda.so exports as `facet_cuda_graphs`.
struct GraphLibrary {
  /// The version of LibTorch whose headers it was built with.
  const char *torch_version;
  Graph *(*begin)(c10::Device device, const Graph *sharing);
};

}  // namespace facet::cuda
