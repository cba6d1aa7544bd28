#!/usr/bin/env bash
# Told to wait passively, two threads of a bfloat16 gradient on one core still wait for each other without sleeping.
#
# Expected: with OMP_WAIT_POLICY=PASSIVE and GOMP_SPINCOUNT=0 a thread that has nothing to do sleeps, so that two threads
#   on one core take about as long as one thread does there.
# What happens: float32 behaves so. The weight gradient of a convolution in bfloat16 takes thirty to fifty times as long:
#   its threads meet several times within one parallel region, in a loop of oneDNN's own that no setting of OpenMP
#   reaches, and each meeting lasts until the system takes the core away from the one that waits.
# Version: torch 2.13.0 (oneDNN, CPU, libgomp, channels-last), on an Intel Xeon with AMX, Linux 6.18, 2026-11-29.
#   Processors without bfloat16 products may differ.
# Why it matters: a system puts two threads on one core by itself while other programs keep the rest busy, and may leave
#   them there for ten seconds: ResNet50 then trains at a tenth of its rate, and the advice to wait passively does not
#   help. A core for each thread (GOMP_CPU_AFFINITY) does.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy
cat >"$t/gradient.py" <<'PY'
import statistics
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
kind = getattr(torch, sys.argv[2])
images = torch.randn(32, 64, 14, 14, dtype=kind).to(memory_format=torch.channels_last)
weight = torch.randn(64, 64, 3, 3, dtype=kind, requires_grad=True)
output = torch.nn.functional.conv2d(images, weight, padding=1)
gradient = torch.ones_like(output)
times = []
for _ in range(8):
    start = time.perf_counter()
    torch.autograd.grad(output, weight, gradient, retain_graph=True)
    times.append((time.perf_counter() - start) * 1e3)
print(statistics.median(times[1:]))
PY
core=$(taskset -pc $$ | sed 's/.*: *//; s/[-,].*//')
milliseconds() {
    OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 taskset -c "$core" "$t/venv/bin/python" "$t/gradient.py" "$1" "$2"
}
python3 - "$(milliseconds 1 float32)" "$(milliseconds 2 float32)" \
    "$(milliseconds 1 bfloat16)" "$(milliseconds 2 bfloat16)" <<'PY'
import sys

single, pair, single16, pair16 = map(float, sys.argv[1:])
print(f"float32: {single:.1f} ms with one thread, {pair:.1f} ms with two on one core, expected about {single:.1f}")
print(f"bfloat16: {single16:.1f} ms with one thread, {pair16:.1f} ms with two on one core, expected about {single16:.1f}")
same = pair < 3 * single and pair16 > 8 * single16
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
