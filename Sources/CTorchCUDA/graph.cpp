// CUDA graphs through LibTorch's own class. This file is not part of the package: it needs the headers of
// CUDA, so scripts/bootstrap compiles it to libfacet_cuda.so where LibTorch has CUDA, and
// CTorch/cuda/graph.cpp loads that.
#include "../CTorch/cuda/graph.h"

#include <utility>

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

namespace facet::cuda {
namespace {

/// Whether a recording has failed half-way, which leaves LibTorch's allocator in a changed state.
bool is_spoiled = false;

class RecordedGraph final : public Graph {
 public:
  RecordedGraph(c10::Device device, const RecordedGraph *sharing)
      : graph_(std::make_unique<at::cuda::CUDAGraph>()) {
    c10::cuda::CUDAGuard guard(device);
    c10::cuda::device_synchronize();
    // What is kept for later cannot be used by the graph, nor given back while it is recorded.
    if (sharing == nullptr) c10::cuda::CUDACachingAllocator::emptyCache();
    // The default stream cannot be recorded.
    stream_ = std::make_unique<c10::cuda::CUDAStreamGuard>(
        c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()));
    auto pool = sharing == nullptr ? c10::MempoolId_t{0, 0} : sharing->graph_->pool();
    graph_->capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  }

  /// A recording that was not ended has failed; it must not stay the current stream's state.
  ~RecordedGraph() override {
    if (stream_ == nullptr) return;
    try {
      end();
    } catch (...) {
    }
  }

  void end() override {
    auto stream = std::move(stream_);
    try {
      graph_->capture_end();
    } catch (...) {
      // The allocator still asks this graph, so it may never go.
      is_spoiled = true;
      graph_.release();
      throw;
    }
  }

  void replay() override { graph_->replay(); }

 private:
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
  std::unique_ptr<c10::cuda::CUDAStreamGuard> stream_;
};

Graph *begin(c10::Device device, const Graph *sharing) {
  TORCH_CHECK(!is_spoiled, "a recording has failed in this process");
  return new RecordedGraph(device, static_cast<const RecordedGraph *>(sharing));
}

}  // namespace
}  // namespace facet::cuda

extern "C" __attribute__((visibility("default"))) const facet::cuda::GraphLibrary
    facet_cuda_graphs = {TORCH_VERSION, &facet::cuda::begin};
