// How long operations take, by LibTorch's own hooks.
#include "bridge.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <ATen/record_function.h>

using namespace facet;

namespace {

using Clock = std::chrono::steady_clock;

/// An operation in progress on this thread, and the time of those it has called.
struct Frame {
  Clock::time_point start;
  double inner = 0;
};

thread_local std::vector<Frame> frames;

struct Profile {
  std::mutex mutex;
  std::map<std::string, double> seconds;
  std::optional<at::CallbackHandle> handle;

  static Profile &shared() {
    static Profile profile;
    return profile;
  }
};

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction &) {
  frames.push_back({Clock::now()});
  return nullptr;
}

void leave(const at::RecordFunction &function, at::ObserverContext *) {
  // An operation that was in progress when measuring began.
  if (frames.empty()) return;
  auto frame = frames.back();
  frames.pop_back();
  double seconds = std::chrono::duration<double>(Clock::now() - frame.start).count();
  if (!frames.empty()) frames.back().inner += seconds;
  auto &profile = Profile::shared();
  std::lock_guard lock(profile.mutex);
  profile.seconds[function.name()] += seconds - frame.inner;
}

}  // namespace

ct_status ct_profile_start(void) {
  return guarded([] {
    auto &profile = Profile::shared();
    TORCH_CHECK(!profile.handle, "operations are being measured already");
    profile.seconds.clear();
    profile.handle = at::addGlobalCallback(at::RecordFunctionCallback(enter, leave));
  });
}

ct_status ct_profile_stop(ct_operation_listener listener, void *context) {
  return guarded([=] {
    auto &profile = Profile::shared();
    TORCH_CHECK(profile.handle, "operations are not being measured");
    at::removeCallback(*profile.handle);
    profile.handle = std::nullopt;
    for (const auto &[name, seconds] : profile.seconds) listener(context, name.c_str(), seconds);
  });
}
