#!/usr/bin/env python3
"""Watches the memory, open files and threads of a training of 57 epochs and 10,000 steps.

    python3 memory.py FACET [--epochs 57] [--batch-size 4]

FACET is the built tool. The data set is tiny, so that the steps are short: what grows with the
number of steps, epochs, evaluations or checkpoints shows in minutes. Prints the process's resident
memory, descriptors and threads after each tenth of the epochs, and the growth per 1,000 steps over
the second half by least squares. The exit code is 1 when descriptors or threads grew, or memory by
more than 1 MiB per 1,000 steps.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kill import tiny_faces


def facts(pid):
    """Resident memory in KiB, open descriptors, threads; None once the process has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        threads = int(re.search(r"Threads:\s+(\d+)", status)[1])
        return memory, len(os.listdir(f"/proc/{pid}/fd")), threads
    except (FileNotFoundError, ProcessLookupError, TypeError):
        return None


def slope(points):
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--epochs", type=int, default=57)
    parser.add_argument("--batch-size", type=int, default=4)
    options = parser.parse_args()
    tool = str(Path(options.tool).resolve())
    with tempfile.TemporaryDirectory(prefix="facet-memory-") as folder:
        root = Path(folder)
        tiny_faces(tool, root, train_scale="0.25")
        process = subprocess.Popen(
            [tool, "compare", "--train", f"tiny={root / 'train'}",
             "--test", f"probe={root / 'test'},{root / 'pairs.txt'}",
             "--backbones", "mobilenetv1:width=0.1,embedding=16", "--losses", "arcface",
             "--input-size", "32", "--batch-size", str(options.batch_size), "--threads", "1",
             "--learning-rate", "0.01", "--epochs", str(options.epochs), "--precision", "float32",
             "--output", str(root / "study")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        samples, seen = [], 0
        while process.poll() is None:
            lines = [line for file in (root / "study").glob("runs/*/metrics.jsonl")
                     for line in file.read_text().splitlines()]
            now = facts(process.pid)
            # After the last epoch, what is done once is under way: geometry, pictures, the report.
            if seen < len(lines) < options.epochs and now:
                seen = len(lines)
                samples.append((int(re.search(r'"step":(\d+)', lines[-1])[1]), *now))
            time.sleep(0.02)
        if process.returncode:
            sys.exit(process.stderr.read().decode())
    for index, (step, memory, descriptors, threads) in enumerate(samples):
        if (index + 1) % max(1, len(samples) // 10) == 0:
            print(f"step {step:6}: {memory / 1024:7.1f} MiB, {descriptors} descriptors, "
                  f"{threads} threads")
    half = samples[len(samples) // 2:]
    growth = slope([(step / 1000, memory / 1024) for step, memory, _, _ in half])
    grew = [name for place, name in ((2, "descriptors"), (3, "threads"))
            if half[-1][place] > samples[len(samples) // 10][place]]
    print(f"growth over the second half: {growth:+.3f} MiB per 1,000 steps; "
          f"more {' and '.join(grew) or 'of nothing else'} at the end")
    sys.exit(1 if growth > 1 or grew else 0)


if __name__ == "__main__":
    main()
