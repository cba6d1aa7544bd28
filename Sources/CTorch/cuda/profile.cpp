// How long kernels run on a GPU, by the tracer that PyTorch's profiler uses.
#include "../bridge.h"

#include <torch/csrc/autograd/profiler_kineto.h>

using namespace facet;

namespace {

using namespace torch::profiler::impl;
using namespace torch::autograd::profiler;

const std::set<ActivityType> activities{ActivityType::CUDA};

}  // namespace

ct_status ct_cuda_profile_start(void) {
  return guarded([] {
    ProfilerConfig configuration(ProfilerState::KINETO);
    prepareProfiler(configuration, activities);
    enableProfiler(configuration, activities);
  });
}

ct_status ct_cuda_profile_stop(ct_operation_listener listener, void *context) {
  return guarded([=] {
    auto result = disableProfiler();
    for (const auto &event : result->events())
      if (event.deviceType() == c10::DeviceType::CUDA)
        listener(context, event.name().c_str(), event.durationNs() * 1e-9);
  });
}
