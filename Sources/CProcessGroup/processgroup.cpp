// Processes that exchange tensors, by LibTorch's c10d: on the CPU by its Gloo, between GPUs by its NCCL.
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>

// Before LibTorch's headers: those of Gloo's process group are empty without it.
#define USE_C10D_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <c10/util/Logging.h>
#include <torch/csrc/autograd/autograd.h>

#include "../CTorch/bridge.h"
#include "../CTorch/cuda/library.h"
#include "../CTorchCUDA/exchange.h"
#include "cprocessgroup.h"

namespace {

using Store = c10::intrusive_ptr<c10d::Store>;
using Backend = c10::intrusive_ptr<c10d::Backend>;

struct Group {
  Backend cpu;
  /// Null until GPUs are connected.
  Backend gpu;

  const Backend &of(const at::Tensor &tensor) const {
    TORCH_CHECK(!tensor.is_cuda() || gpu, "the GPUs of the processes are not connected");
    return tensor.is_cuda() ? gpu : cpu;
  }
};

Store &store(pg_store handle) { return *static_cast<Store *>(handle.impl); }
Group &group(pg_group handle) { return *static_cast<Group *>(handle.impl); }

using Work = c10::intrusive_ptr<c10d::Work>;

void finish(const Work &work) { work->wait(); }

pg_work begun(Work work) { return pg_work{new Work(std::move(work))}; }

/// Hooks of tensors, which are taken away however a backward pass ends.
struct Hooks {
  std::vector<std::pair<at::Tensor, unsigned>> all;

  ~Hooks() {
    for (auto &[tensor, hook] : all) tensor.remove_hook(hook);
  }
};

char *copied(const std::vector<uint8_t> &bytes) {
  char *result = static_cast<char *>(malloc(bytes.size() + 1));
  if (result == nullptr) throw std::bad_alloc();
  memcpy(result, bytes.data(), bytes.size());
  result[bytes.size()] = 0;
  return result;
}

/// Lets a write to a connection that another process has closed be an error, as it is in Python, which ignores the
/// signal as well; by default the system ends this process.
void ignore_broken_pipes() {
  struct sigaction now {};
  if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
}

/// Text of a socket's address.
std::string text(const sockaddr *address, socklen_t length) {
  char host[NI_MAXHOST];
  const int failure = getnameinfo(address, length, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  TORCH_CHECK(failure == 0, gai_strerror(failure));
  return host;
}

/// The address that packets to one of a host's addresses leave by; empty if there is no route.
std::string source(const addrinfo &target) {
  const int socket = ::socket(target.ai_family, SOCK_DGRAM, 0);
  if (socket < 0) return "";
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  // Of a datagram socket this sends nothing.
  const bool found = connect(socket, target.ai_addr, target.ai_addrlen) == 0 &&
                     getsockname(socket, reinterpret_cast<sockaddr *>(&address), &length) == 0;
  close(socket);
  return found ? text(reinterpret_cast<sockaddr *>(&address), length) : "";
}

}  // namespace

extern "C" {

ct_status pg_store_open(const char *host, uint16_t port, bool serves, int64_t milliseconds,
                        pg_store *out, uint16_t *bound) {
  return facet::guarded([&] {
    // Reads TORCH_CPP_LOG_LEVEL, which only Python's LibTorch does by itself.
    c10::initLogging();
    ignore_broken_pipes();
    c10d::TCPStoreOptions options;
    options.port = port;
    options.isServer = serves;
    options.waitWorkers = false;
    options.timeout = std::chrono::milliseconds(milliseconds);
    auto opened = c10::make_intrusive<c10d::TCPStore>(host, options);
    opened->setTimeout(options.timeout);
    *bound = opened->getPort();
    out->impl = new Store(std::move(opened));
  });
}

void pg_store_close(pg_store self) { delete static_cast<Store *>(self.impl); }

ct_status pg_store_set(pg_store self, const char *key, const char *value, size_t count) {
  return facet::guarded([&] {
    // With its own data: std::string would take the value for one of another overload.
    store(self)->set(std::string(key), std::vector<uint8_t>(value, value + count));
  });
}

ct_status pg_store_get(pg_store self, const char *key, char **value, size_t *count) {
  return facet::guarded([&] {
    const std::vector<uint8_t> bytes = store(self)->get(key);
    *value = copied(bytes);
    *count = bytes.size();
  });
}

ct_status pg_store_contains(pg_store self, const char *key, bool *out) {
  return facet::guarded([&] { *out = store(self)->check({key}); });
}

ct_status pg_group_open(pg_store store_handle, const char *prefix, int rank, int size,
                        const char *address, bool is_interface, int64_t milliseconds, pg_group *out) {
  return facet::guarded([&] {
    auto options = c10d::ProcessGroupGloo::Options::create(std::chrono::milliseconds(milliseconds));
    options->devices.push_back(is_interface
                                   ? c10d::ProcessGroupGloo::createDeviceForInterface(address)
                                   : c10d::ProcessGroupGloo::createDeviceForHostname(address));
    options->threads = 1;
    auto prefixed = c10::make_intrusive<c10d::PrefixStore>(prefix, store(store_handle));
    out->impl = new Group{
        c10::make_intrusive<c10d::ProcessGroupGloo>(prefixed, rank, size, std::move(options)), {}};
  });
}

void pg_group_close(pg_group self) { delete static_cast<Group *>(self.impl); }

namespace {

const facet::cuda::ExchangeLibrary &gpus() {
  static auto library =
      static_cast<const facet::cuda::ExchangeLibrary *>(facet::cuda::exported("facet_cuda_exchange"));
  return *library;
}

}  // namespace

ct_status pg_gpu_identity(int32_t index, char **out) {
  return facet::guarded([&] {
    char text[64] = {};
    gpus().identify(index, text, sizeof text);
    const std::string found = text;
    *out = copied(std::vector<uint8_t>(found.begin(), found.end()));
  });
}

ct_status pg_group_connect_gpus(pg_group self, pg_store store_handle, const char *prefix, int32_t index,
                                int64_t milliseconds) {
  return facet::guarded([&] {
    auto prefixed = c10::make_intrusive<c10d::PrefixStore>(prefix, store(store_handle));
    const Backend &cpu = group(self).cpu;
    group(self).gpu = gpus().connect(prefixed, cpu->getRank(), cpu->getSize(), index,
                                     std::chrono::milliseconds(milliseconds));
  });
}

ct_status pg_gather(pg_group self, ct_tensor input, ct_tensor *output, pg_work *out) {
  return facet::guarded([&] {
    const at::Tensor &from = facet::tensor(input);
    const Backend &backend = group(self).of(from);
    std::vector<int64_t> shape = from.sizes().vec();
    shape.insert(shape.begin(), backend->getSize());
    at::Tensor to = at::empty(shape, from.options());
    // Flat: a part of the output has to have the input's shape.
    at::Tensor flat = from.view({-1}), all = to.view({-1});
    *out = from.numel() > 0 ? begun(backend->_allgather_base(all, flat)) : pg_work{nullptr};
    *output = facet::handle(std::move(to));
  });
}

ct_status pg_exchange(pg_group self, ct_tensor input, ct_tensor *output, pg_work *out) {
  return facet::guarded([&] {
    at::Tensor from = facet::tensor(input), to = at::empty(from.sizes(), from.options());
    std::vector<int64_t> equal;
    *out = from.numel() > 0 ? begun(group(self).of(from)->alltoall_base(to, from, equal, equal))
                            : pg_work{nullptr};
    *output = facet::handle(std::move(to));
  });
}

ct_status pg_sum(pg_group self, ct_tensor tensor, pg_work *out) {
  return facet::guarded([&] {
    std::vector<at::Tensor> tensors{facet::tensor(tensor)};
    *out = tensors[0].numel() > 0 ? begun(group(self).of(tensors[0])->allreduce(tensors))
                                  : pg_work{nullptr};
  });
}

ct_status pg_wait(pg_work self) {
  return facet::guarded([&] {
    if (self.impl != nullptr) finish(*static_cast<Work *>(self.impl));
  });
}

void pg_forget(pg_work self) { delete static_cast<Work *>(self.impl); }

ct_status pg_broadcast(pg_group self, ct_tensor tensor, int root) {
  return facet::guarded([&] {
    std::vector<at::Tensor> tensors{facet::tensor(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    finish(group(self).of(tensors[0])->broadcast(tensors, options));
  });
}

ct_status pg_derivatives(ct_tensor self, ct_tensor grad_output, const ct_tensor *inputs, size_t count,
                         pg_ready ready, void *context, ct_tensor *out) {
  return facet::guarded([&] {
    std::vector<at::Tensor> parameters = facet::tensors(inputs, count);
    Hooks hooks;
    for (size_t i = 0; i < count; ++i) {
      const unsigned hook = parameters[i].register_hook(
          [=](const at::Tensor &gradient) { ready(context, i, facet::handle(gradient)); });
      hooks.all.emplace_back(parameters[i], hook);
    }
    auto found = torch::autograd::grad({facet::tensor(self)}, parameters,
                                       {facet::tensor(grad_output)});
    for (size_t i = 0; i < count; ++i) out[i] = facet::handle(std::move(found[i]));
  });
}

ct_status pg_assign_unnoticed(ct_tensor self, ct_tensor source) {
  return facet::guarded([&] {
    c10::AutoGradMode off(false);
    // It shares memory, but not the count of changes that a backward pass compares.
    auto target = facet::tensor(self).variable_data();
    TORCH_CHECK(target.sizes() == facet::tensor(source).sizes(), "cannot assign shape ",
                facet::tensor(source).sizes(), " to shape ", target.sizes());
    target.copy_(facet::tensor(source));
  });
}

ct_status pg_local_address(const char *host, char **out) {
  return facet::guarded([&] {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_DGRAM;
    // The discard protocol's port: any would do.
    const int failure = getaddrinfo(host, "9", &hints, &found);
    TORCH_CHECK(failure == 0, "'", host, "' is not the name of a host: ", gai_strerror(failure));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    for (const addrinfo *target = found; target != nullptr; target = target->ai_next) {
      const std::string address = source(*target);
      if (address.empty()) continue;
      *out = copied(std::vector<uint8_t>(address.begin(), address.end()));
      return;
    }
    TORCH_CHECK(false, "there is no way to the host '", host, "'");
  });
}

}  // extern "C"
