// Batch normalisation in training on a GPU, with what follows it in a network.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

#include "../kernels/normalization.h"

namespace facet::cuda {

/// Whether `normalization` computes these operands: channels-last `[n, c, h, w]` in float32 or
/// bfloat16 on a GPU, c a multiple of 8 (of 4 in float32), with parameters in
/// float32; and whether kernels can be compiled for it.
bool supports_normalization(const at::Tensor &input, const at::Tensor &weight,
                            const std::optional<at::Tensor> &residual);

/// As `kernels::normalization`: two kernels forward and two backward, which pass over memory 8 times
/// where LibTorch's pass 13 times, and 16 with a residual.
at::Tensor normalization(const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
                         const at::Tensor &running_mean, const at::Tensor &running_variance,
                         const std::optional<at::Tensor> &residual,
                         const kernels::NormalizationOptions &options);

}  // namespace facet::cuda
