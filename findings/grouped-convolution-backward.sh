#!/usr/bin/env bash
# In bfloat16, the gradient of a convolution in many small groups is slower than that of one without groups.
#
# Expected: insightface's MobileFaceNet has a 3x3 convolution of 128 channels in 64 groups, which has 1/64 of the
#   products of a convolution without groups; forward and backward it takes less time, or as much at worst.
# What happens: forward it takes about half of the time. Backward it takes ten to twenty-five times as long as the
#   convolution of all channels with all, and forty times as long as its own forward pass. In float32 it is
#   faster both ways.
# Version: torch 2.13.0 (oneDNN, CPU, one thread, channels-last, batch 8, 56x56), on an Intel Xeon with AMX, 2026-11-29.
#   Processors without bfloat16 products may differ.
# Why it matters: most of a training step of MobileFaceNet under autocast on a CPU is this one layer. A kernel that
#   is zero outside of the groups gives the same gradients in a tenth of the time.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy
cat >"$t/main.py" <<'PY'
import statistics
import sys
import time

import torch

torch.set_num_threads(1)


def milliseconds(work, rounds=3):
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def layer(groups, kind):
    images = torch.randn(8, 128, 56, 56, dtype=kind).to(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(128, 128 // groups, 3, 3, dtype=kind).requires_grad_()

    def forward():
        return torch.nn.functional.conv2d(images, weight, padding=1, groups=groups)

    output = forward()
    gradient = torch.randn_like(output)

    def backward():
        torch.autograd.grad(output, [images, weight], gradient, retain_graph=True)

    return milliseconds(forward), milliseconds(backward)


ratios = {}
for kind in (torch.bfloat16, torch.float32):
    (one, one_back), (many, many_back) = layer(1, kind), layer(64, kind)
    ratios[kind] = many_back / one_back
    print(f"{kind}: forward {one:.0f} ms in one group, {many:.0f} ms in 64; "
          f"backward {one_back:.0f} ms and {many_back:.0f} ms, expected at most {one_back:.0f}")
same = ratios[torch.bfloat16] > 3 and ratios[torch.float32] < 1
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
"$t/venv/bin/python" "$t/main.py"
