// Exchanges between GPUs through LibTorch's own process group of NCCL. Like graph.cpp, this file is compiled to
// libfacet_cuda.so by scripts/bootstrap, because it needs the headers of CUDA and NCCL.
#include "exchange.h"

#include <cstdlib>

// Before LibTorch's headers: those of NCCL's process group are empty without it.
#define USE_C10D_NCCL 1
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#include <torch/version.h>

namespace facet::cuda {
namespace {

void identify(int index, char *text, int capacity) {
  C10_CUDA_CHECK(cudaDeviceGetPCIBusId(text, capacity, index));
}

c10::intrusive_ptr<c10d::Backend> connect(const c10::intrusive_ptr<c10d::Store> &store, int rank, int size, int index,
                                          std::chrono::milliseconds limit) {
  // A process that is gone is an error of the one that waits, and not the end of it.
  setenv("TORCH_NCCL_BLOCKING_WAIT", "1", /*overwrite=*/0);
  const c10::Device device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
  c10::cuda::CUDAGuard guard(device);
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = limit;
  auto group = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, std::move(options));
  // Now, so that GPUs which cannot reach each other are found before the first step.
  group->eagerConnectSingleDevice(device);
  return group;
}

}  // namespace
}  // namespace facet::cuda

extern "C" __attribute__((visibility("default"))) const facet::cuda::ExchangeLibrary
    facet_cuda_exchange = {TORCH_VERSION, &facet::cuda::identify, &facet::cuda::connect};
