#include "prelu.h"

#include <ATen/ops/prelu.h>
#include <c10/core/GradMode.h>

#include "../elements.h"
#include "columns.h"

namespace facet::kernels {
namespace {

template <class T>
struct ApplySlopes {
  T *values;
  const float *slopes;

  FACET_INLINE void prefetch(int64_t e) const { __builtin_prefetch(values + e, /*for writing*/ 1); }

  FACET_INLINE void apply(int64_t e, int64_t c, int64_t count) const {
    store_up_to(values + e, sloped(load_up_to(values + e, count), load(slopes + c)), count);
  }
};

template <class T>
void apply_slopes(at::Tensor &images, const at::Tensor &slopes) {
  Columns columns(images.size(1), images.numel());
  auto repeated = columns.repeated(elements<float>(slopes));
  each_element(columns, ApplySlopes<T>{images.mutable_data_ptr<T>(), repeated.data()});
}

bool supports(const at::Tensor &images, const at::Tensor &slopes) {
  auto type = images.scalar_type();
  return uses_own_kernels() && images.is_cpu() && images.dim() == 4 && images.numel() > 0 &&
         (type == at::kFloat || type == at::kBFloat16) &&
         images.is_contiguous(at::MemoryFormat::ChannelsLast) && slopes.is_cpu() &&
         slopes.scalar_type() == at::kFloat && slopes.is_contiguous() &&
         slopes.numel() == images.size(1);
}

}  // namespace

at::Tensor prelu(const at::Tensor &input, const at::Tensor &slopes) {
  return at::prelu(input, slopes.to(input.scalar_type()));
}

void apply_prelu(at::Tensor &images, const at::Tensor &slopes) {
  c10::AutoGradMode off(false);
  if (!supports(images, slopes))
    images = kernels::prelu(images, slopes);
  else if (images.scalar_type() == at::kBFloat16)
    apply_slopes<at::BFloat16>(images, slopes);
  else
    apply_slopes<float>(images, slopes);
}

}  // namespace facet::kernels
