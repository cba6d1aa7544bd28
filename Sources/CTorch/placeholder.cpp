#include "ctorch.h"
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
int ct_placeholder(void) { return at::ones({2, 2}).sum().item<int>(); }
