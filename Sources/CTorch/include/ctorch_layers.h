/// Activations and layers of face networks and transformers, with the conventions of ctorch.h.
#ifndef CTORCH_LAYERS_H
#define CTORCH_LAYERS_H

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

ct_status ct_relu6(ct_tensor self, ct_tensor *out);
/// GELU: x times the cumulative normal distribution function of x.
ct_status ct_gelu(ct_tensor self, ct_tensor *out);
/// Hard swish: x relu6(x + 3) / 6.
ct_status ct_hardswish(ct_tensor self, ct_tensor *out);
/// relu6(x + 3) / 6.
ct_status ct_hardsigmoid(ct_tensor self, ct_tensor *out);
/// PReLU: multiplies negative values by the weight of their channel, which is the second dimension.
ct_status ct_prelu(ct_tensor self, ct_tensor weight, ct_tensor *out);
/// Layer normalisation over the last dimension.
ct_status ct_layer_norm(ct_tensor self, ct_tensor weight, ct_tensor bias, double epsilon,
                        ct_tensor *out);
/// Attention: softmax(self keys^T / sqrt(d)) values, all `[n, heads, tokens, d]`.
ct_status ct_attention(ct_tensor self, ct_tensor keys, ct_tensor values, ct_tensor *out);

#ifdef __cplusplus
}
#endif

#endif
