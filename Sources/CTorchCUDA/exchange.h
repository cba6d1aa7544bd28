// Exchanges between GPUs through LibTorch's NCCL, which libfacet_cuda.so exports.
#pragma once

#include <chrono>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace facet::cuda {

/// The function table that libfacet_cuda.so exports as `facet_cuda_exchange`.
struct ExchangeLibrary {
  /// The version of LibTorch whose headers it was built with.
  const char *torch_version;
  /// Writes a GPU's position on the machine's bus, which no other has.
  void (*identify)(int index, char *text, int capacity);
  /// Connects the GPUs of all processes, which must call it together. Waiting for an exchange blocks, and fails
  /// after the time limit.
  c10::intrusive_ptr<c10d::Backend> (*connect)(const c10::intrusive_ptr<c10d::Store> &store, int rank, int size,
                                               int index, std::chrono::milliseconds limit);
};

}  // namespace facet::cuda
