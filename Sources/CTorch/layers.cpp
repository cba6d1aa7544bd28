// Activations and layers of face networks and transformers.
#include "ctorch_layers.h"

#include "bridge.h"
#include "kernels/prelu.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/scaled_dot_product_attention.h>

using namespace facet;

ct_status ct_relu6(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return at::relu6(tensor(self)); });
}

ct_status ct_gelu(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return at::gelu(tensor(self)); });
}

ct_status ct_hardswish(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return at::hardswish(tensor(self)); });
}

ct_status ct_hardsigmoid(ct_tensor self, ct_tensor *out) {
  return producing(out, [&] { return at::hardsigmoid(tensor(self)); });
}

ct_status ct_prelu(ct_tensor self, ct_tensor weight, ct_tensor *out) {
  return producing(out, [&] { return kernels::prelu(tensor(self), tensor(weight)); });
}

ct_status ct_layer_norm(ct_tensor self, ct_tensor weight, ct_tensor bias, double epsilon,
                        ct_tensor *out) {
  return producing(out, [&] {
    return at::layer_norm(tensor(self), tensor(weight).sizes(), tensor(weight), tensor(bias),
                          epsilon);
  });
}

ct_status ct_attention(ct_tensor self, ct_tensor keys, ct_tensor values, ct_tensor *out) {
  return producing(out, [&] {
    return at::scaled_dot_product_attention(tensor(self), tensor(keys), tensor(values));
  });
}
