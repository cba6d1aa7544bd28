// Networks that other programs saved as TorchScript.
#include "bridge.h"

#include <memory>
#include <stdexcept>
#include <string>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

using namespace facet;

namespace {

torch::jit::Module &module(ct_script handle) {
  TORCH_CHECK(handle.impl != nullptr, "an empty TorchScript handle was used");
  return *static_cast<torch::jit::Module *>(handle.impl);
}

/// The tensor a network gives: its output, or the first part of a tuple, as networks have it that
/// give an embedding and its norm.
at::Tensor first_tensor(const c10::IValue &value) {
  if (value.isTensor()) return value.toTensor();
  if (value.isTuple() && !value.toTupleRef().elements().empty()) {
    return first_tensor(value.toTupleRef().elements()[0]);
  }
  if (value.isTensorList() && !value.toTensorVector().empty()) return value.toTensorVector()[0];
  TORCH_CHECK(false, "its output is ", value.tagKind(), " and no tensor");
}

/// The reason why an interpreted program failed: its traceback comes first, in many lines, and the
/// reason last.
std::string reason(const std::string &message) {
  const std::string mark = "RuntimeError: ";
  const auto index = message.rfind(mark);
  return index == std::string::npos ? message : message.substr(index + mark.size());
}

}  // namespace

ct_status ct_script_load(const char *path, ct_device target, ct_script *out) {
  return guarded([&] {
    auto loaded = std::make_unique<torch::jit::Module>(torch::jit::load(path, device(target)));
    loaded->eval();
    *out = {loaded.release()};
  });
}

void ct_script_free(ct_script self) { delete static_cast<torch::jit::Module *>(self.impl); }

ct_status ct_script_output_count(ct_script self, int64_t *out) {
  return guarded([&] {
    *out = 1;
    // A file without this method is refused when it is run.
    const auto forward = module(self).find_method("forward");
    if (!forward || forward->function().getSchema().returns().empty()) return;
    const auto type = forward->function().getSchema().returns()[0].type();
    if (const auto tuple = type->cast<c10::TupleType>()) {
      *out = static_cast<int64_t>(tuple->elements().size());
    }
  });
}

ct_status ct_script_forward(ct_script self, ct_tensor input, ct_tensor *out) {
  return producing(out, [&] {
    std::vector<c10::IValue> inputs{tensor(input)};
    try {
      return first_tensor(module(self).forward(std::move(inputs)));
    } catch (const c10::OutOfMemoryError &) {
      throw;
    } catch (const c10::Error &error) {
      throw std::runtime_error(reason(error.what_without_backtrace()));
    } catch (const std::exception &error) {
      throw std::runtime_error(reason(error.what()));
    }
  });
}
