// CUDA kernels that are compiled where they run.
#pragma once

#include <string>

#include <c10/core/Device.h>

namespace facet::cuda {

/// Why kernels cannot be compiled or loaded on this machine; empty when they could so far.
std::string compiler_failure();

/// Device properties that determine a kernel's launch configuration.
struct DeviceFacts {
  int multiprocessors = 0;
  /// E.g. 90.
  int capability = 0;
};

DeviceFacts facts_of(c10::Device device);

/// Compiled kernels on one device.
class Kernels {
 public:
  /// The kernels of a source with a macro definition such as `-DBFLOAT16=1`, compiled once for each
  /// device; null where that fails, for which `compiler_failure` gives the reason.
  static const Kernels *of(const char *source, const std::string &definition, c10::Device device);

  /// How many blocks and threads, over columns and rows.
  struct Shape {
    unsigned blocks_x, blocks_y, threads_x, threads_y;
  };

  /// Launches on the device's current stream. The values are the kernel's parameters, in their types.
  template <class... Values>
  void launch(const char *name, const Shape &shape, Values... values) const {
    void *arguments[] = {&values...};
    launch_with(name, shape, arguments);
  }

 private:
  void launch_with(const char *name, const Shape &shape, void **arguments) const;

  Kernels(const char *source, const std::string &definition, c10::Device device);

  void *module_;
  c10::Device device_;
};

}  // namespace facet::cuda
