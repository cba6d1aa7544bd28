#include "graph.h"

#include <dlfcn.h>

#include <string>
#include <utility>

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

namespace facet::cuda {
namespace {

/// Makes another stream current as long as it lives: the usual one cannot be recorded.
class SideStream {
 public:
  explicit SideStream(c10::Device device)
      : former_device_(guard_.exchangeDevice(device)),
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

/// The members of at::cuda::CUDAGraph, found at run time because this program is not linked with
/// CUDA. LibTorch 2.13 has an interface for graphs of any accelerator, behind which CUDA's is not.
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

void give_back_cached_memory() {
  try {
    c10::getDeviceAllocator(c10::kCUDA)->emptyCache();
  } catch (const c10::Error &) {
    // An allocator of another kind keeps nothing.
  }
}

/// Whether a recording has failed half-way, after which LibTorch's allocator is not as it was.
bool is_spoiled = false;

class RecordedGraph final : public Graph {
 public:
  RecordedGraph(c10::Device device, const RecordedGraph *sharing)
      : recorder_(std::make_unique<Recorder>()) {
    c10::impl::VirtualGuardImpl(c10::kCUDA).synchronizeDevice(device.index());
    // What is kept for later cannot be used by the graph, nor given back while it is recorded.
    if (sharing == nullptr) give_back_cached_memory();
    stream_ = std::make_unique<SideStream>(device);
    recorder_->begin(sharing == nullptr ? Recorder::Pool{0, 0} : sharing->recorder_->pool());
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
    try {
      recorder_->end();
    } catch (...) {
      // The allocator still asks this recorder, so it may never go.
      is_spoiled = true;
      recorder_.release();
      throw;
    }
  }

  void replay() override { recorder_->replay(); }

 private:
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<SideStream> stream_;
};

}  // namespace

std::unique_ptr<Graph> Graph::begin(c10::Device device, const Graph *sharing) {
  TORCH_CHECK(!is_spoiled, "a recording has failed in this process");
  return std::make_unique<RecordedGraph>(device, static_cast<const RecordedGraph *>(sharing));
}

}  // namespace facet::cuda
