// Angles between pairs of vectors.
//
// An arc cosine loses half of the digits near 0 and pi, and its derivative has a pole there. The
// angle itself has none: its gradient is a vector of length 1 that points away from the other
// vector. So angles come from the part of one vector that is perpendicular to the other, in float64
// whatever the type of the vectors.
#pragma once

#include <ATen/core/Tensor.h>

namespace facet::head {

/// The angles between vectors and the corresponding rows, `[n]` of float64, in rad.
///
/// Both are `[n, d]`, each vector of length about 1. One that is shorter than a half, as zeros are,
/// has no direction: its angle is 90 degrees, rounded up so that its cosine is not above 0.
at::Tensor angles(const at::Tensor &vectors, const at::Tensor &rows);

/// Gradients `[n, d]` of float64.
struct AngleGradients {
  at::Tensor to_vectors;
  at::Tensor to_rows;
};

/// Converts gradients with respect to the angles, `[n]`, to gradients with respect to the vectors.
///
/// Where an angle is 0 or pi, no direction leads away from it, and the gradient is taken as 0; so it
/// is for vectors without a direction.
AngleGradients angle_gradients(const at::Tensor &vectors, const at::Tensor &rows,
                               const at::Tensor &grad_output);

/// As `angles`, and differentiable.
at::Tensor angle_between(const at::Tensor &vectors, const at::Tensor &rows);

}  // namespace facet::head
