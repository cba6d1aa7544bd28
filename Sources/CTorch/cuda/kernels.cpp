#include "kernels.h"

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

namespace facet::cuda {
namespace {

/// Functions of a library that is opened at run time.
class Library {
 public:
  explicit Library(const std::vector<std::string> &names) {
    for (const auto &name : names)
      if ((handle_ = dlopen(name.c_str(), RTLD_NOW)) != nullptr) return;
    failure = "there is no " + names.back();
  }

  template <class Function>
  void find(Function &function, const char *name) {
    if (handle_ == nullptr) return;
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    if (function == nullptr) failure = std::string("there is no ") + name;
  }

  std::string failure;

 private:
  void *handle_ = nullptr;
};

/// The part of the CUDA driver's interface that is used; 0 is success.
struct Driver {
  Library library{{"libcuda.so.1"}};
  int (*module_load)(void **, const void *) = nullptr;
  int (*module_function)(void **, void *, const char *) = nullptr;
  int (*attribute)(int *, int, int) = nullptr;
  int (*retain_context)(void **, int) = nullptr;
  int (*push_context)(void *) = nullptr;
  int (*pop_context)(void **) = nullptr;
  int (*launch)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                void *, void **, void **) = nullptr;

  Driver() {
    library.find(module_load, "cuModuleLoadData");
    library.find(module_function, "cuModuleGetFunction");
    library.find(attribute, "cuDeviceGetAttribute");
    library.find(retain_context, "cuDevicePrimaryCtxRetain");
    library.find(push_context, "cuCtxPushCurrent_v2");
    library.find(pop_context, "cuCtxPopCurrent_v2");
    library.find(launch, "cuLaunchKernel");
  }

  static const Driver &shared() {
    static const Driver driver;
    return driver;
  }
};

/// Opens what NVRTC will ask for by its name alone, which is found only when it is open already.
void open_builtins(const std::filesystem::path &folder) {
  std::error_code failure;
  for (const auto &entry : std::filesystem::directory_iterator(folder, failure)) {
    auto name = entry.path().filename().string();
    if (name.rfind("libnvrtc-builtins.so", 0) == 0) dlopen(entry.path().c_str(), RTLD_NOW);
  }
}

/// Where the wheel's NVRTC is beside LibTorch, and where a system's may.
std::vector<std::string> compiler_names() {
  std::vector<std::string> names;
  Dl_info position{};
  auto symbol = dlsym(RTLD_DEFAULT, "_ZN2at4cuda9CUDAGraph6replayEv");
  if (symbol != nullptr && dladdr(symbol, &position) != 0) {
    auto packages = std::filesystem::path(position.dli_fname).parent_path() / "../../nvidia";
    for (auto [folder, version] : {std::pair("cu13/lib", "13"), {"cuda_nvrtc/lib", "12"}}) {
      open_builtins(packages / folder);
      names.push_back((packages / folder / "libnvrtc.so.").string() + version);
    }
  }
  names.push_back("libnvrtc.so.13");
  names.push_back("libnvrtc.so.12");
  return names;
}

/// The part of NVRTC's interface that is used; 0 is success.
struct Compiler {
  Library library{compiler_names()};
  int (*create)(void **, const char *, const char *, int, const char *const *,
                const char *const *) = nullptr;
  int (*compile)(void *, int, const char *const *) = nullptr;
  int (*code_size)(void *, size_t *) = nullptr;
  int (*code)(void *, char *) = nullptr;
  int (*log_size)(void *, size_t *) = nullptr;
  int (*log)(void *, char *) = nullptr;
  int (*destroy)(void **) = nullptr;

  Compiler() {
    library.find(create, "nvrtcCreateProgram");
    library.find(compile, "nvrtcCompileProgram");
    library.find(code_size, "nvrtcGetCUBINSize");
    library.find(code, "nvrtcGetCUBIN");
    library.find(log_size, "nvrtcGetProgramLogSize");
    library.find(log, "nvrtcGetProgramLog");
    library.find(destroy, "nvrtcDestroyProgram");
  }

  static const Compiler &shared() {
    static const Compiler compiler;
    return compiler;
  }
};

/// Machine code of a source for a capability such as 90.
std::string compiled(const char *source, const std::string &definition, int capability) {
  const auto &compiler = Compiler::shared();
  void *program = nullptr;
  TORCH_CHECK(compiler.create(&program, source, "facet.cu", 0, nullptr, nullptr) == 0,
              "NVRTC refused a source");
  auto target = "--gpu-architecture=sm_" + std::to_string(capability);
  const char *options[] = {target.c_str(), definition.c_str(), "--std=c++17"};
  bool succeeded = compiler.compile(program, 3, options) == 0;
  std::string result;
  size_t size = 0;
  (succeeded ? compiler.code_size : compiler.log_size)(program, &size);
  result.resize(size);
  (succeeded ? compiler.code : compiler.log)(program, result.data());
  compiler.destroy(&program);
  TORCH_CHECK(succeeded, "NVRTC could not compile a kernel: ", result);
  return result;
}

/// Makes a device's context, which LibTorch uses too, this thread's as long as it lives.
class CurrentContext {
 public:
  explicit CurrentContext(c10::Device device) {
    static std::mutex mutex;
    static std::map<int, void *> contexts;
    std::lock_guard lock(mutex);
    auto &context = contexts[device.index()];
    const auto &driver = Driver::shared();
    int error = context != nullptr ? 0 : driver.retain_context(&context, device.index());
    if (error == 0) error = driver.push_context(context);
    TORCH_CHECK(error == 0, "the CUDA driver has no context for ", device, ": error ", error);
  }
  ~CurrentContext() {
    void *context = nullptr;
    Driver::shared().pop_context(&context);
  }

  CurrentContext(const CurrentContext &) = delete;
  CurrentContext &operator=(const CurrentContext &) = delete;
};

struct Failure {
  std::mutex mutex;
  std::string text;

  static Failure &shared() {
    static Failure failure;
    return failure;
  }
};

/// Why the libraries cannot be used; empty when they can.
const std::string &library_failure() {
  const auto &driver = Driver::shared().library.failure;
  return driver.empty() ? Compiler::shared().library.failure : driver;
}

}  // namespace

std::string compiler_failure() {
  if (!library_failure().empty()) return library_failure();
  std::lock_guard lock(Failure::shared().mutex);
  return Failure::shared().text;
}

DeviceFacts facts_of(c10::Device device) {
  // Of the driver's attributes.
  constexpr int multiprocessor_count = 16, capability_major = 75, capability_minor = 76;
  int major = 0, minor = 0;
  DeviceFacts facts;
  const auto &driver = Driver::shared();
  driver.attribute(&facts.multiprocessors, multiprocessor_count, device.index());
  driver.attribute(&major, capability_major, device.index());
  driver.attribute(&minor, capability_minor, device.index());
  facts.capability = 10 * major + minor;
  return facts;
}

Kernels::Kernels(const char *source, const std::string &definition, c10::Device device)
    : module_(nullptr), device_(device) {
  auto code = compiled(source, definition, facts_of(device).capability);
  CurrentContext context(device);
  int error = Driver::shared().module_load(&module_, code.data());
  TORCH_CHECK(error == 0, "the CUDA driver refused a compiled kernel with error ", error);
}

const Kernels *Kernels::of(const char *source, const std::string &definition,
                           c10::Device device) {
  static std::mutex mutex;
  static std::map<std::tuple<const char *, std::string, int>, std::unique_ptr<Kernels>> all;
  if (!library_failure().empty()) return nullptr;
  std::lock_guard lock(mutex);
  auto [position, is_new] = all.try_emplace({source, definition, int(device.index())});
  if (is_new) {
    try {
      position->second.reset(new Kernels(source, definition, device));
    } catch (const c10::Error &error) {
      std::lock_guard also(Failure::shared().mutex);
      Failure::shared().text = error.what_without_backtrace();
    }
  }
  return position->second.get();
}

void Kernels::launch_with(const char *name, const Shape &shape, void **arguments) const {
  const auto &driver = Driver::shared();
  CurrentContext context(device_);
  void *function = nullptr;
  int error = driver.module_function(&function, module_, name);
  TORCH_CHECK(error == 0, "the CUDA driver does not know the kernel ", name);
  c10::impl::VirtualGuardImpl guard(c10::kCUDA);
  auto stream = guard.getStreamNativeHandle(guard.getStream(device_));
  error = driver.launch(function, shape.blocks_x, shape.blocks_y, 1, shape.threads_x,
                        shape.threads_y, 1, 0, stream, arguments, nullptr);
  TORCH_CHECK(error == 0, "the CUDA driver could not launch ", name, ": error ", error);
}

}  // namespace facet::cuda
