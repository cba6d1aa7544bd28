#!/usr/bin/env bash
# LibTorch's fused convolution in bfloat16 refuses a processor on which its ordinary convolution in bfloat16 works.
#
# Expected: torch.ops.mkldnn._convolution_pointwise, which the inductor and other programs fold a normalisation and a
#   rectifier into, takes what torch.nn.functional.conv2d takes, if not as fast: torch.nn.functional.conv2d computes
#   bfloat16 on any processor.
# What happens: without AVX-512 (bw, vl and dq) it ends with a RuntimeError, in bfloat16 alone, and so does the operator
#   that puts weights into oneDNN's order. Nothing at import says that they are of no use; there is a question for it
#   that has to be asked beforehand, torch.ops.mkldnn._is_mkldnn_bf16_supported().
# Version: torch 2.13.0 (CPU), on an AMD EPYC of the first generation (AVX2 only), 2026-11-29. On a processor with
#   AVX-512 all of it works, and the script says so.
# Why it matters: a program that folds normalisations for evaluation, tried on servers with AVX-512 alone, stops for
#   everybody whose processor has AVX2 alone.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy
"$t/venv/bin/python" - <<'PY'
import sys

import torch

image = torch.randn(1, 8, 8, 8, dtype=torch.bfloat16)
weight = torch.randn(8, 8, 3, 3, dtype=torch.bfloat16)


def outcome(run):
    try:
        return f"computes {list(run().shape)}"
    except RuntimeError as error:
        return f"RuntimeError: {error}"


def fused(image, weight):
    ones = [1, 1]
    return torch.ops.mkldnn._convolution_pointwise(image, weight, None, ones, ones, ones, 1, "relu", [], "")


ordinary = outcome(lambda: torch.nn.functional.conv2d(image, weight, padding=1))
half = outcome(lambda: fused(image, weight))
single = outcome(lambda: fused(image.float(), weight.float()))
print(f"ordinary convolution, bfloat16: {ordinary}")
print(f"fused convolution, float32:     {single}")
print(f"fused convolution, bfloat16:    {half}, expected as the ordinary one")
if torch.ops.mkldnn._is_mkldnn_bf16_supported():
    print("this processor has AVX-512: nothing to see here")
    sys.exit(not half.startswith("computes"))
same = ordinary.startswith("computes") and single.startswith("computes") and "bf16 path needs" in half
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
