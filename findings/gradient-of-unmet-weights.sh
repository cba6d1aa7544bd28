#!/usr/bin/env bash
# In bfloat16, a convolution's gradient is arbitrary for weights that meet no pixel.
#
# Expected: a 3x3 convolution with a stride of 2 on images of one pixel uses the middle weight of each kernel alone; the
#   gradient of the other eight is zero, as it is in float32.
# What happens: the eight are whatever was in the memory before, up to 1e38, or NaN. On images of one pixel this needs a
#   stride of 2 or more, and on 2x2 images one of 3. With a stride of 1, with groups, and in float32 they are zeros.
# Version: torch 2.13.0 (oneDNN, CPU), on an Intel Xeon with AVX-512 and bfloat16 instructions, 2026-12-01.
#   Processors without bfloat16 products may differ.
# Why it matters: face networks end in 3x3 convolutions with a stride of 2, which small inputs reach with a single pixel.
#   Under autocast one step makes such weights arbitrary, and the norm of all gradients, by which they are clipped, with
#   them.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy
cat >"$t/main.py" <<'PY'
import sys

import torch


def largest_unmet(kind, stride):
    """The largest absolute gradient of weights that meet no pixel, over some steps."""
    found = 0.0
    for seed in range(20):
        torch.manual_seed(seed)
        images = torch.randn(3, 16, 1, 1, dtype=kind).requires_grad_()
        weight = torch.randn(16, 16, 3, 3, dtype=kind).requires_grad_()
        output = torch.nn.functional.conv2d(images, weight, stride=stride, padding=1)
        # Memory that is given back full of sevens, as a training's memory is full of other numbers.
        freed = [torch.full((16 * 16 * 9,), 7.0, dtype=kind) for _ in range(20)]
        del freed
        (gradient,) = torch.autograd.grad(output, [weight], torch.randn_like(output))
        gradient = gradient.float()
        gradient[:, :, 1, 1] = 0
        found = max(found, gradient.abs().nan_to_num(float("inf")).max().item())
    return found


single, rounded = (largest_unmet(kind, 2) for kind in (torch.float32, torch.bfloat16))
unit = largest_unmet(torch.bfloat16, 1)
print(f"torch {torch.__version__}: largest gradient of weights that meet no pixel")
print(f"expected: 0 with float32 ({single:g}), and with bfloat16")
print(f"found:    {rounded:g} with bfloat16 and a stride of 2 ({unit:g} with a stride of 1)")
sys.exit(0 if single == 0 and rounded > 0 else "the behaviour has changed")
PY
"$t/venv/bin/python" "$t/main.py"
echo "as described above"
