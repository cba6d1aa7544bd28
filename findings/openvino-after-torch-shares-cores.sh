#!/usr/bin/env bash
# OpenVINO computes much more slowly in a process in which PyTorch has just computed, although PyTorch does nothing.
#
# Expected: two libraries that are called one after the other, never at once, take as long as each takes alone.
# What happens: PyTorch's CPU wheel computes with libgomp, whose threads spin for milliseconds after an operation,
#   in case another one follows. OpenVINO computes with threads of its own (oneTBB), which share the cores with
#   those that spin. Preparing one image with PyTorch by as many threads as there are cores (an operation of 0.1 ms)
#   before each inference of 2.5 ms makes the inference itself 1.9 times as slow (two cores). With
#   torch.set_num_threads(1) for the preparation it takes what it takes alone.
# Version: torch 2.13.0 (CPU), openvino 2026.4.1, 2026-11-30.
# Why it matters: preparing images with PyTorch and embedding them with OpenVINO is a usual service for faces, and the
#   time shows up in OpenVINO's call, not in PyTorch's. Benchmarks that alternate between both measure it as well.
set -euo pipefail
[ "$(nproc)" -gt 1 ] || { echo "this needs two cores or more"; exit 1; }
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy openvino==2026.4.1
"$t/venv/bin/python" - <<'PY'
import os
import statistics
import sys
import time

import numpy as np
import openvino
import torch
from openvino import opset13 as ops

cores = len(os.sched_getaffinity(0))
draw = np.random.default_rng(1)
node = data = ops.parameter([1, 3, 112, 112], np.float32)
channels = 3
for stride in (2, 2, 1, 1, 1, 1):
    weights = draw.normal(0, 0.05, (48, channels, 3, 3)).astype(np.float32)
    node = ops.relu(ops.convolution(node, weights, [stride] * 2, [1, 1], [1, 1], [1, 1]))
    channels = 48
request = openvino.Core().compile_model(openvino.Model([node], [data], "network"), "CPU", {
    "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": cores, "INFERENCE_PRECISION_HINT": "f32",
}).create_infer_request()
request.set_input_tensor(openvino.Tensor(draw.random((1, 3, 112, 112), dtype=np.float32)))
image = torch.rand(1, 3, 224, 224)


def milliseconds(prepare):
    times = []
    for _ in range(150):
        prepare()
        start = time.perf_counter()
        request.infer()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[30:])


alone = milliseconds(lambda: None)
torch.set_num_threads(cores)
behind = milliseconds(lambda: (image - 0.5) * 2)
torch.set_num_threads(1)
time.sleep(1)
single = milliseconds(lambda: (image - 0.5) * 2)
print(f"expected the same time of OpenVINO's call in all three: {alone:.2f} ms alone, {behind:.2f} ms after an "
      f"operation of PyTorch's with {cores} threads ({behind / alone:.2f} times), {single:.2f} ms after the same "
      f"with one thread ({single / alone:.2f} times)")
as_described = behind > 1.25 * alone and single < 1.15 * alone
print("as described above" if as_described else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not as_described)
PY
