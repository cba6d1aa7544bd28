#!/usr/bin/env python3
"""Kills a small study (SIGKILL) again and again, and compares what it ends with.

    python3 kill.py FACET [--kills 100] [--seed 1] [--clock]

FACET is the built tool. The study is run once undisturbed. Then it is started and killed, again
and again, at moments of seven kinds in turn: any time, while images are read, during a training
step, while a checkpoint is written, during an evaluation, while the geometry of the embeddings is
measured, and while the report and its pictures are written. After each kill, every file that is there
under its own name must be whole. Whenever the study gets to its end, all its files are compared with those of the undisturbed one (times and
speeds left out), and it begins anew. With --clock every start sees another date, up to three years
off (clock.c, which needs a C compiler).

Prints one line a comparison and the number of kills of each kind; the exit code is 1 when anything
was different.
"""

import argparse
import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TIMES = {"imagesPerSecond", "trainSeconds", "evaluationSeconds", "seconds"}
KINDS = ["any time", "reading", "step", "checkpoint", "evaluation", "geometry", "report"]


def without_times(value):
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in TIMES}
    return value


def content(path):
    """What of a file must not depend on the kills; None where only its presence counts."""
    if path.parent.name == "tensorboard":
        return None
    if path.suffix in (".html", ".md"):
        # Times are among the words; the pictures, and that there is an end, must be the same.
        text = path.read_text()
        return re.findall(r'data:image[^"]+', text), text[-20:]
    if path.name == "metrics.jsonl":
        return [without_times(json.loads(line)) for line in path.read_text().splitlines()]
    if path.name == "result.json":
        return without_times(json.loads(path.read_text()))
    if path.name == "results.csv":
        rows = list(csv.DictReader(path.open()))
        return [{k: v for k, v in row.items() if "second" not in k} for row in rows]
    return path.read_bytes()


def snapshot(study):
    files = {}
    for path in sorted(study.rglob("*")):
        # What is kept of the sets' files is of this machine and moment, and no result.
        if path.is_file() and path.parent.name != "scans":
            name = str(path.relative_to(study))
            if path.parent.name == "tensorboard":
                name = str(path.parent.relative_to(study))
            files[name] = content(path)
    return files


def torn(study):
    """Files that were written in part and stand under their own name all the same."""
    ends = {".html": "</html>", ".md": ".*", ".csv": "\n"}
    for path in study.rglob("*"):
        if not path.is_file() or path.name.startswith(".") or path.name == "steps.csv":
            continue  # Steps are added line by line, and cut off at the checkpoint's.
        try:
            if path.suffix == ".json":
                json.loads(path.read_text())
            elif path.suffix in ends and not path.read_text().rstrip(" ").endswith(
                    (ends[path.suffix], ends[path.suffix] + "\n")):
                yield f"{path.name} has no end"
        except ValueError:
            yield f"{path.name} cannot be read"


def differences(mine, reference):
    for name in sorted(set(mine) | set(reference)):
        if name not in mine:
            yield f"{name} is missing"
        elif name not in reference:
            yield f"{name} is left over"
        elif mine[name] != reference[name]:
            yield f"{name} differs"


def tiny_faces(tool, root, train_scale="0.03"):
    """Draws a training set, other people to test on, and their pairs.txt in two folds."""
    for seed, target, scale in ((1, "train", train_scale), (2, "test", "0.03")):
        subprocess.run(
            [tool, "data", "synthesize", "clean", str(root / target), "--scale", scale,
             "--seed", str(seed), "--size", "32"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    people = sorted(p.name for p in (root / "test").iterdir() if p.is_dir())
    half = len(people) // 2
    lines = [f"2\t{half}"]
    for fold in (people[:half], people[half:2 * half]):
        lines += [f"{name}\t1\t2" for name in fold]
        lines += [f"{a}\t1\t{b}\t2" for a, b in zip(fold, fold[1:] + fold[:1])]
    (root / "pairs.txt").write_text("\n".join(lines) + "\n")


class Study:
    def __init__(self, tool, root, shifts_clock):
        self.tool, self.root, self.shifts_clock = tool, root, shifts_clock
        self.folder = root / "study"
        self.seconds = 0.0

    def command(self):
        return [
            self.tool, "compare", "--train", f"tiny={self.root / 'train'}",
            "--test", f"probe={self.root / 'test'},{self.root / 'pairs.txt'}",
            "--backbones", "mobilenetv1:width=0.1,embedding=16", "--input-size", "32",
            "--losses", "softmax,arcface", "--epochs", "3", "--batch-size", "16",
            "--threads", "1", "--precision", "float32", "--output", str(self.folder)]

    def make_data(self):
        tiny_faces(self.tool, self.root)
        if self.shifts_clock:
            source = Path(__file__).with_name("clock.c")
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-O1", "-o", self.root / "clock.so", source],
                check=True)

    def start(self, random):
        environment = dict(os.environ)
        if self.shifts_clock:
            environment.update(
                LD_PRELOAD=str(self.root / "clock.so"),
                CLOCK_SHIFT=str(random.randint(-1000, 1000) * 86400))
        return subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)

    def reference(self):
        begin = time.monotonic()
        process = self.start(random.Random(0))
        _, errors = process.communicate()
        self.seconds = time.monotonic() - begin
        if process.returncode:
            sys.exit(f"the undisturbed study failed: {errors.decode()}")
        files = snapshot(self.folder)
        shutil.rmtree(self.folder)
        return files

    # Moments. Each waits for a sign of its kind and then a little, at most while it runs.

    def wait(self, process, sign, extra):
        while process.poll() is None:
            if sign():
                end = time.monotonic() + extra
                while process.poll() is None and time.monotonic() < end:
                    time.sleep(0.0005)
                return

    def wait_for(self, kind, process, random):
        runs, report = self.folder / "runs", self.folder / "report"
        before, begun = self.saves(), time.time()
        signs = {
            "any time": (lambda: True, self.seconds * 1.1),
            "reading": (lambda: True, self.seconds * 0.25),
            "step": (lambda: any(runs.glob("*/steps.csv")), 0.3),
            "checkpoint": (lambda: any(runs.glob("*/checkpoint/.*.part")), 0.002),
            "evaluation": (lambda: self.saves() != before, 0.1),
            "geometry": (lambda: any(
                f.parent.stat().st_mtime > begun for f in runs.glob("*/scores/*.csv")), 0.1),
            "report": (lambda: self.results() == 2 or any(report.glob(".*.part")), 0.1),
        }
        sign, extra = signs[kind]
        self.wait(process, sign, random.uniform(0, extra))

    def saves(self):
        files = self.folder.glob("runs/*/checkpoint/last.safetensors")
        try:
            return {str(f): f.stat().st_ino for f in files}
        except FileNotFoundError:
            return {}

    def results(self):
        return len(list(self.folder.glob("runs/*/result.json")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock", action="store_true")
    options = parser.parse_args()
    generator = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="facet-kill-") as folder:
        study = Study(str(Path(options.tool).resolve()), Path(folder), options.clock)
        study.make_data()
        reference = study.reference()
        print(f"undisturbed: {study.seconds:.1f} s, {len(reference)} files", flush=True)
        kills, since, finished = Counter(), 0, 0
        while True:
            is_last = sum(kills.values()) >= options.kills
            process = study.start(generator)
            kind = KINDS[sum(kills.values()) % len(KINDS)]
            if not is_last:
                study.wait_for(kind, process, generator)
            if not is_last and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills[kind] += 1
                since += 1
                broken = sorted(set(torn(study.folder)))
                failed += bool(broken)
                if broken:
                    print(f"kill {sum(kills.values())}, {kind}: {'; '.join(broken)}", flush=True)
                continue
            _, errors = process.communicate()
            finished += 1
            found = list(differences(snapshot(study.folder), reference))
            if process.returncode:
                found.insert(0, f"exit code {process.returncode}: {errors.decode()[-500:]}")
            print(f"study {finished}, after {since} kills: {'; '.join(found) or 'identical'}",
                  flush=True)
            failed += bool(found)
            shutil.rmtree(study.folder)
            since = 0
            if is_last:
                break
    count = sum(kills.values())
    print(f"{count} kills ({', '.join(f'{k}: {kills[k]}' for k in KINDS)}), "
          f"{finished} studies finished, {failed} different")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
