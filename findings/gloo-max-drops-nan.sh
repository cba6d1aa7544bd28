#!/usr/bin/env bash
# Gloo's all-reduce with MAX or MIN loses a NaN.
#
# Expected: before an update, every process asks "is the largest loss of all processes finite?" by an
#   all-reduce with MAX; a NaN on any process makes the answer NaN, as torch.max does within one process.
# What happens: with three processes, a scalar NaN reaches the others only from rank 0. From rank 1 or 2
#   the result is the largest of the other numbers, on every rank, the one that had NaN included. In a
#   tensor, each process keeps the NaN only in the part that it adds up last. SUM keeps every NaN.
# Version: torch 2.13.0 (Gloo, CPU tensors, float32), 2026-11-28.
# Why it matters: training on several processors goes on with weights that are about to become NaN, or
#   one process stops and the others wait for it. Use SUM, or an integer flag, to ask for finiteness.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy
cat >"$t/main.py" <<'PY'
import math
import sys
import tempfile

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

WORLD = 3


def work(rank, rendezvous, answers):
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=WORLD)
    for holder in range(WORLD):
        for name in ("MAX", "SUM"):
            loss = torch.tensor(math.nan if rank == holder else 1.0)
            dist.all_reduce(loss, op=getattr(dist.ReduceOp, name))
            answers.put((holder, name, rank, math.isnan(loss.item())))
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    answers = mp.get_context("spawn").SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(work, args=(folder + "/rendezvous", answers), nprocs=WORLD)
    seen = {}
    while not answers.empty():
        holder, name, _, is_nan = answers.get()
        seen.setdefault((name, holder), []).append(is_nan)
    for (name, holder), flags in sorted(seen.items()):
        print(f"{name}, NaN on rank {holder}: expected NaN on 3 of 3 ranks, got it on {sum(flags)}")
    same = (
        [sum(seen["MAX", holder]) for holder in range(WORLD)] == [3, 0, 0]
        and [sum(seen["SUM", holder]) for holder in range(WORLD)] == [3, 3, 3]
    )
    print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
    sys.exit(not same)
PY
"$t/venv/bin/python" "$t/main.py"
