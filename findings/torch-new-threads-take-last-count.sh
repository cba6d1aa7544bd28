#!/usr/bin/env bash
# How many threads PyTorch computes with in a new thread depends on what an unrelated thread asked for last.
#
# Expected: torch.set_num_threads holds for the process, or for the thread that calls it.
# What happens: the number is the calling thread's own, and at the same time what every thread started later
#   begins with; threads that computed before keep theirs. A main thread with two, a worker that asked for
#   one and a third that asked for nothing compute with two, one and one. Sums are cut by the number of
#   threads, so that the same sum of the same float32 tensor has other last bits in the third than in the
#   main thread.
# Version: torch 2.13.0 (CPU), 2026-11-30.
# Why it matters: servers of embeddings and test programs have many threads, of which one may ask for
#   another number. Whether results repeat bit for bit then depends on the order in which threads began:
#   each has to ask for its number itself.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy
"$t/venv/bin/python" - <<'PY'
import sys
import threading

import torch

torch.set_num_threads(2)
numbers = torch.randn(1_000_000, generator=torch.Generator().manual_seed(1))
main = numbers.sum().item()


def elsewhere(body):
    result = []
    thread = threading.Thread(target=lambda: result.append(body()))
    thread.start()
    thread.join()
    return result[0]


before = elsewhere(torch.get_num_threads)
elsewhere(lambda: torch.set_num_threads(1))
after, total = elsewhere(lambda: (torch.get_num_threads(), numbers.sum().item()))
print(f"expected the same number in all threads that ask for none, got {before} before another thread "
      f"asked for one, {after} after it, and {torch.get_num_threads()} in the main thread")
print(f"the sum is {main!r} in the main thread and {total!r} in a new one")
as_described = (before, after, torch.get_num_threads()) == (2, 1, 2) and total != main
print("as described above" if as_described else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not as_described)
PY
