#!/usr/bin/env python3
"""Computes small trainings in several processes, kills some, and compares the bytes they end with.

    python3 processes.py FACET same
    python3 processes.py FACET resumed [--seed 1]
    python3 processes.py FACET kills [--kills 50] [--seed 1] [--torchrun torchrun]

FACET is the built tool. All studies have 12 micro-batches of 4 built-in faces and 2 epochs.

same      softmax, ArcFace with a class rate of 0.3, and triplets of P x K batches with 1, 2, 3 and 4 processes
resumed   the three losses with 2 processes, all of which are killed (SIGKILL) at a random moment; gone on with by 4,
          killed again; by 1, killed again; and by 3 to the end
kills     3 processes under torchrun, which starts them again: at random moments one of them or all are killed

What is compared is every file but the times in it, and the report's words. The exit code is 1 when anything was
different, or a command did not end within five minutes.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kill import differences, snapshot, tiny_faces

LIMIT = 300
LOSSES = {
    "softmax": ["--losses", "softmax"],
    "arcface, class rate 0.3": ["--losses", "arcface", "--class-rate", "0.3"],
    "triplet": ["--losses", "triplet", "--sampler", "pk:4x12"],
}


class Trainings:
    def __init__(self, tool, root):
        self.tool, self.root, self.folder = tool, root, root / "study"

    def command(self, loss):
        return [
            self.tool, "compare", "--train", f"tiny={self.root / 'train'}",
            "--test", f"probe={self.root / 'test'},{self.root / 'pairs.txt'}",
            "--backbones", "mobilenetv1:width=0.1,embedding=16", "--input-size", "32",
            "--epochs", "2", "--batch-size", "48", "--micro-batches", "12",
            "--precision", "float32", "--output", str(self.folder)] + LOSSES[loss]

    def start(self, words):
        # A process group of its own, so that none of it is left behind.
        return subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)

    def end(self, process):
        """Waits for the end of a command; its exit code and what it said, or 'hang'."""
        try:
            _, errors = process.communicate(timeout=LIMIT)
            return process.returncode, errors.decode()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return "hang", process.communicate()[1].decode()

    def run(self, loss, processes=1):
        begin = time.monotonic()
        more = ["--processes", str(processes)] if processes > 1 else []
        code, errors = self.end(self.start(self.command(loss) + more))
        return code, errors, time.monotonic() - begin

    def result(self):
        files = snapshot(self.folder)
        shutil.rmtree(self.folder)
        return files

    def reference(self, loss):
        code, errors, seconds = self.run(loss)
        if code:
            sys.exit(f"{loss} with one process failed ({code}): {errors}")
        return self.result(), seconds


def tell(what, code, errors, found):
    if code:
        found = [f"exit code {code}: {errors[-500:]}"] + found
    print(f"{what}: {'; '.join(found) or 'identical'}", flush=True)
    return bool(found)


def same(trainings, _):
    failed = 0
    for loss in LOSSES:
        reference, seconds = trainings.reference(loss)
        print(f"{loss}, 1 process: {seconds:.1f} s, {len(reference)} files", flush=True)
        for processes in (2, 3, 4):
            code, errors, seconds = trainings.run(loss, processes)
            found = list(differences(trainings.result(), reference))
            failed += tell(f"{loss}, {processes} processes, {seconds:.1f} s", code, errors, found)
    return failed


def resumed(trainings, options):
    failed, generator = 0, random.Random(options.seed)
    for loss in LOSSES:
        reference, seconds = trainings.reference(loss)
        kills = []
        for processes in (2, 4, 1):
            more = ["--processes", str(processes)] if processes > 1 else []
            process = trainings.start(trainings.command(loss) + more)
            while process.poll() is None and not any(trainings.folder.glob("runs/*/steps.csv")):
                time.sleep(0.002)
            time.sleep(generator.uniform(0, 0.5 * seconds))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                kills.append(processes)
            process.communicate()
        code, errors, _ = trainings.run(loss, 3)
        found = list(differences(trainings.result(), reference))
        failed += tell(f"{loss}, killed with {kills} processes and ended by 3", code, errors, found)
    return failed


def children(pid):
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kills(trainings, options):
    failed, generator, loss = 0, random.Random(options.seed), "softmax"
    reference, seconds = trainings.reference(loss)
    print(f"undisturbed: {seconds:.1f} s, {len(reference)} files", flush=True)
    launcher = [options.torchrun, "--nproc-per-node", "3", "--max-restarts", "1000", "--monitor-interval",
                "0.2", "--no-python"]
    done, studies, seen = Counter(), 0, set()
    while sum(done.values()) < options.kills:
        process = trainings.start(launcher + trainings.command(loss))
        begin, since = time.monotonic(), 0
        while process.poll() is None and since < 6 and sum(done.values()) < options.kills:
            workers = children(process.pid)
            if len(workers) < 3 or seen & set(workers):
                time.sleep(0.01)
                if time.monotonic() - begin > LIMIT:
                    break
                continue
            time.sleep(generator.uniform(0, seconds))
            victims = workers if generator.random() < 0.3 else [generator.choice(workers)]
            gone = [w for w in victims if not Path(f"/proc/{w}").exists()]
            if gone or process.poll() is not None:
                continue
            for worker in victims:
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            seen.update(workers)
            done["all" if len(victims) > 1 else f"rank {workers.index(victims[0])}"] += 1
            since += 1
            begin = time.monotonic()
        code, errors = trainings.end(process)
        studies += 1
        found = list(differences(trainings.result(), reference))
        failed += tell(f"study {studies}, after {since} kills", code, errors, found)
    print(f"{sum(done.values())} kills ({', '.join(f'{k}: {v}' for k, v in sorted(done.items()))}), "
          f"{studies} studies, {failed} different")
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("what", choices=["same", "resumed", "kills"])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--torchrun", default="torchrun")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="facet-processes-") as folder:
        trainings = Trainings(str(Path(options.tool).resolve()), Path(folder))
        tiny_faces(trainings.tool, Path(folder))
        failed = {"same": same, "resumed": resumed, "kills": kills}[options.what](trainings, options)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
