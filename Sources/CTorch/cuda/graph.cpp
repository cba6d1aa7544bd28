#include "graph.h"

#include <dlfcn.h>

#include <utility>

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#if __has_include(<ATen/core/GraphImplInterface.h>)
#include <ATen/core/GraphImplInterface.h>
#define FACET_HAS_GRAPH_INTERFACE 1
#endif

namespace facet::cuda {
namespace {

/// Makes another stream current as long as it lives: the usual one cannot be recorded.
class SideStream {
 public:
  explicit SideStream(c10::Device device) : former_device_(guard_.exchangeDevice(device)),
        former_(guard_.exchangeStream(guard_.getStreamFromGlobalPool(device))) {}
  ~SideStream() {
    guard_.exchangeStream(former_);
    guard_.setDevice(former_device_);
  }

  SideStream(const SideStream &) = delete;
  SideStream &operator=(const SideStream &) = delete;

 private:
  c10::impl::VirtualGuardImpl guard_{c10::kCUDA};
  c10::Device former_device_;
  c10::Stream former_;
};

#if defined(FACET_HAS_GRAPH_INTERFACE)

/// LibTorch's graph of any accelerator.
class Recorder {
 public:
  using Pool = c10::MempoolId_t;

  void begin(Pool pool) { graph_->capture_begin(pool, at::GraphCaptureMode::ThreadLocal); }
  void end() { graph_->capture_end(); }
  void replay() { graph_->replay(); }
  Pool pool() const { return graph_->pool(); }

 private:
  std::unique_ptr<at::GraphImplInterface> graph_ = at::create_graph_impl(c10::kCUDA);
};

#else

/// The members of at::cuda::CUDAGraph, found at run time because this program is not linked with
/// CUDA: the versions before LibTorch had an interface for graphs of any accelerator.
struct Members {
  using Pool = c10::MempoolId_t;

  void (*create)(void *, bool) = find<void (*)(void *, bool)>("C1Eb");
  void (*destroy)(void *) = find<void (*)(void *)>("D1Ev");
  void (*begin)(void *, Pool, int) =
      find<void (*)(void *, Pool, int)>("13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
  void (*end)(void *) = find<void (*)(void *)>("11capture_endEv");
  void (*replay)(void *) = find<void (*)(void *)>("6replayEv");
  Pool (*pool)(void *) = find<Pool (*)(void *)>("4poolEv");

  static const Members &shared() {
    static const Members members;
    return members;
  }

 private:
  template <class Function>
  static Function find(const char *member) {
    auto name = std::string("_ZN2at4cuda9CUDAGraph") + member;
    auto address = dlsym(RTLD_DEFAULT, name.c_str());
    TORCH_CHECK(address != nullptr, "this LibTorch has no ", name);
    return reinterpret_cast<Function>(address);
  }
};

/// LibTorch's CUDA graph, in memory that is larger than any version of it.
class Recorder {
 public:
  using Pool = Members::Pool;

  Recorder() { members_.create(memory_, /*keep_graph=*/false); }
  ~Recorder() { members_.destroy(memory_); }
  Recorder(const Recorder &) = delete;
  Recorder &operator=(const Recorder &) = delete;

  void begin(Pool pool) { members_.begin(memory_, pool, thread_local_mode); }
  void end() { members_.end(memory_); }
  void replay() { members_.replay(memory_); }
  Pool pool() const { return members_.pool(const_cast<unsigned char *>(memory_)); }

 private:
  /// cudaStreamCaptureModeThreadLocal
  static constexpr int thread_local_mode = 1;

  const Members &members_ = Members::shared();
  alignas(64) unsigned char memory_[4096];
};

#endif

class RecordedGraph final : public Graph {
 public:
  RecordedGraph(c10::Device device, const RecordedGraph *sharing) {
    c10::impl::VirtualGuardImpl(c10::kCUDA).synchronizeDevice(device.index());
    stream_ = std::make_unique<SideStream>(device);
    recorder_.begin(sharing == nullptr ? Recorder::Pool{0, 0} : sharing->recorder_.pool());
  }

  /// What was not ended has failed; it must not stay the current stream's state.
  ~RecordedGraph() override {
    if (stream_ == nullptr) return;
    try {
      end();
    } catch (...) {
    }
  }

  void end() override {
    auto stream = std::move(stream_);
    recorder_.end();
  }

  void replay() override { recorder_.replay(); }

 private:
  Recorder recorder_;
  std::unique_ptr<SideStream> stream_;
};

}  // namespace

std::unique_ptr<Graph> Graph::begin(c10::Device device, const Graph *sharing) {
  return std::make_unique<RecordedGraph>(device, static_cast<const RecordedGraph *>(sharing));
}

}  // namespace facet::cuda
