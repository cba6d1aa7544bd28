// Scrambled Sobol points, as torch.quasirandom.SobolEngine makes them of the same operations.
#include "bridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/_sobol_engine_draw.h>
#include <ATen/ops/_sobol_engine_initialize_state.h>
#include <ATen/ops/_sobol_engine_scramble.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/tril.h>
#include <ATen/ops/zeros.h>

using namespace facet;

namespace {

/// Binary digits of a coordinate.
constexpr int64_t digits = 30;

}  // namespace

ct_status ct_sobol(int64_t dimension, int64_t count, uint64_t seed, ct_tensor *out) {
  return producing(out, [&] {
    const auto whole = at::TensorOptions().dtype(at::kLong);
    auto state = at::zeros({dimension, digits}, whole);
    at::_sobol_engine_initialize_state_(state, dimension);
    auto generator = at::detail::createCPUGenerator(seed);
    auto bits = at::randint(2, {dimension, digits}, generator, whole);
    auto quasi = at::mv(bits, at::pow(2, at::arange(digits, whole)));
    auto matrices = at::randint(2, {dimension, digits, digits}, generator, whole).tril();
    at::_sobol_engine_scramble_(state, matrices, dimension);
    auto first = quasi.to(at::kDouble).div(static_cast<double>(int64_t{1} << digits)).reshape({1, -1});
    if (count == 1) return first;
    auto rest = std::get<0>(
        at::_sobol_engine_draw(quasi.clone(), count - 1, state, dimension, 0, at::kDouble));
    return at::cat({first, rest}, 0);
  });
}
