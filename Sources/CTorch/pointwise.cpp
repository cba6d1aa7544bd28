// Functions of each element by itself, and the matrix product.
#include "bridge.h"

#include <ATen/Functions.h>

using namespace facet;

#define CT_DEFINE(name)                                                                           \
  ct_status ct_##name(ct_tensor self, ct_tensor *out) {                                           \
    return producing(out, [&] { return at::name(tensor(self)); });                                \
  }
CT_FOR_EACH_UNARY(CT_DEFINE)
#undef CT_DEFINE

#define CT_DEFINE(name)                                                                           \
  ct_status ct_##name(ct_tensor self, ct_tensor other, ct_tensor *out) {                          \
    return producing(out, [&] { return at::name(tensor(self), tensor(other)); });                 \
  }
CT_FOR_EACH_BINARY(CT_DEFINE)
#undef CT_DEFINE

#define CT_DEFINE(name)                                                                           \
  ct_status ct_##name##_scalar(ct_tensor self, double other, ct_tensor *out) {                    \
    return producing(out, [&] { return at::name(tensor(self), other); });                         \
  }
CT_FOR_EACH_SCALAR(CT_DEFINE)
#undef CT_DEFINE

ct_status ct_clamp(ct_tensor self, double minimum, double maximum, ct_tensor *out) {
  return producing(out, [&] { return at::clamp(tensor(self), minimum, maximum); });
}

ct_status ct_where(ct_tensor condition, ct_tensor self, ct_tensor other, ct_tensor *out) {
  return producing(out,
                   [&] { return at::where(tensor(condition), tensor(self), tensor(other)); });
}

ct_status ct_masked_fill(ct_tensor self, ct_tensor mask, double value, ct_tensor *out) {
  return producing(out, [&] { return at::masked_fill(tensor(self), tensor(mask), value); });
}
