#!/usr/bin/env python3
"""One training in several processes, and several runs of a study at a time, in rounds that take turns.

    compare.py FACET [--rounds 5] [--steps 8] [--networks MobileNetV1,ResNet50] [--only TABLE,...]
               [--markdown FILE] [--json FILE]

FACET is the built tool. Tables:

processes  2 processes x 1 thread against 1 process x 2 threads, the same batch in 2 micro-batches, and the same
           undivided; 2 processes against PyTorch's DDP with Gloo (ddp_peer.py: bfloat16, channels-last)
reduction  the exact reduction against --reduction fast, with 2 and 4 processes of one thread, 4 micro-batches
traffic    bytes a step that pass the loopback interface with 2 and 4 processes, exactly and fast, against a ring's,
           and what follows from them for 8, 16 and 64 GPUs
workers    a study with --workers auto against --workers 1: seconds of the whole command

A subject is a whole command. Its rate is the images a second of the training's second epoch, as the run's folder has
it: without the start and the first steps. A ratio is taken in each round; its median, lowest and highest are shown.
Prints Markdown. On two cores four processes share them: the ratio of the reductions counts there, not the rate.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "training"))
from subject import ratio  # noqa: E402

NETWORKS = {
    "MobileNetV1": ("mobilenetv1", "mobilenet", 64),
    "ResNet50": ("resnet50:stride=3x3", "resnet50", 32),
}
TABLES = ["processes", "reduction", "traffic", "workers"]
GOALS = {
    "processes": {"MobileNetV1": 1.0, "ResNet50": 1.0},
    "DDP": {"MobileNetV1": 2.0, "ResNet50": 1.2},
    "reduction": 0.97,
    "workers": 1.3,
}
# Images a second of one GPU in training, ../training/GPU.md (H100, batch 128, 85,742 classes).
GPU_RATES = {"MobileNetV1": 21435, "ResNet50": 11464}
GPU_BATCH = 128
# What a process of a cluster can send and receive at once, in bytes a second: 8 links of 400 Gb/s a machine of 8 GPUs.
LINK = 50e9


class Facet:
    """Trainings of one network by the tool."""

    def __init__(self, tool, faces, root, network, steps):
        self.tool, self.faces, self.root = tool, faces, root
        self.backbone, _, self.batch = NETWORKS[network]
        self.images = self.batch * steps
        self.steps = steps

    def train(self, processes=1, threads=1, parts=1, reduction="exact"):
        """Images a second of the second epoch."""
        with tempfile.TemporaryDirectory(dir=self.root) as folder:
            config = Path(folder, "config.json5")
            config.write_text(json.dumps({"training": {"gradientClip": 0, "flip": False}}))
            command = [
                self.tool, "train", "--config", str(config), "--train", f"faces={self.faces}",
                "--backbone", self.backbone, "--loss", "softmax", "--epochs", "2",
                "--batch-size", str(self.batch), "--micro-batches", str(parts),
                "--threads", str(threads), "--output", str(Path(folder, "out"))]
            if processes > 1:
                command += ["--processes", str(processes)]
            if reduction != "exact":
                command += ["--reduction", reduction]
            before = loopback()
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if done.returncode:
                sys.exit(f"{' '.join(command)} failed: {done.stderr.decode()[-2000:]}")
            sent = loopback() - before
            [metrics] = Path(folder, "out").glob("runs/*/metrics.jsonl")
            epochs = [json.loads(line) for line in metrics.read_text().splitlines()]
            # Two epochs, and the first exchange of all weights.
            self.bytes_a_step = sent / epochs[1]["step"]
            return epochs[1]["imagesPerSecond"]


def loopback():
    """Bytes that the loopback interface has passed on."""
    for line in Path("/proc/net/dev").read_text().splitlines():
        if line.strip().startswith("lo:"):
            return int(line.split(":")[1].split()[0])
    return 0


def ddp(network, steps, processes=2, threads=1):
    _, model, batch = NETWORKS[network]
    done = subprocess.run(
        [sys.executable, HERE / "ddp_peer.py", "--model", model, "--batch", str(batch),
         "--processes", str(processes), "--threads", str(threads), "--steps", str(steps)],
        stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["images_per_second"]


def rounds_of(subjects, rounds, title):
    """Rates of each subject, a number a round; the order turns from round to round."""
    rates = {name: [] for name in subjects}
    names = list(subjects)
    for number in range(rounds):
        print(f"{title}, round {number + 1}", file=sys.stderr, flush=True)
        turned = names[number % len(names):] + names[:number % len(names)]
        for name in turned:
            rates[name].append(subjects[name]())
    return rates


def row(title, rates, one, other, goal):
    medians = [statistics.median(rates[name]) for name in (one, other)]
    return (f"| {title} | {one} | {medians[0]:.0f} | {other} | {medians[1]:.0f} | {ratio(rates, one, other)} "
            f"| {goal} |")


def processes_table(options, make, found):
    lines = ["| network | one | images/s | other | images/s | ratio | at least |", "|---|---|---|---|---|---|---|"]
    for network in options.networks:
        facet = make(network)
        two = "2 processes x 1 thread, 2 parts"
        rates = rounds_of({
            two: lambda: facet.train(processes=2, parts=2),
            "1 process x 2 threads, 2 parts": lambda: facet.train(threads=2, parts=2),
            "1 process x 2 threads, undivided": lambda: facet.train(threads=2),
            "PyTorch DDP, 2 processes x 1 thread": lambda: ddp(network, options.steps),
        }, options.rounds, network)
        found[f"processes {network}"] = rates
        for other in list(rates)[1:]:
            goal = GOALS["DDP" if "DDP" in other else "processes"][network] if "undivided" not in other else ""
            lines.append(row(network, rates, two, other, goal))
    return lines


def reduction_table(options, make, found):
    lines = ["| network, processes | one | images/s | other | images/s | ratio | at least |",
             "|---|---|---|---|---|---|---|"]
    for network in options.networks:
        facet = make(network)
        for processes in (2, 4):
            rates = rounds_of({
                "exact": lambda: facet.train(processes=processes, parts=4),
                "fast": lambda: facet.train(processes=processes, parts=4, reduction="fast"),
            }, options.rounds, f"{network}, {processes} processes")
            found[f"reduction {network} {processes}"] = rates
            lines.append(row(f"{network}, {processes}", rates, "exact", "fast", GOALS["reduction"]))
    return lines


def parameters(tool, backbone):
    """Numbers that a network is trained in, by the tool's own table of networks."""
    done = subprocess.run([tool, "models", backbone, "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)[0]["parameters"]


def traffic_table(options, make, found):
    lines = ["| network | processes | reduction | MB a step | a ring's |", "|---|---|---|---|---|"]
    measured = {}
    for network in options.networks:
        facet = make(network)
        size = 4 * parameters(options.tool, facet.backbone)
        for processes in (2, 4):
            for reduction in ("exact", "fast"):
                facet.train(processes=processes, parts=4, reduction=reduction)
                ring = 2 * (processes - 1) * size
                found[f"traffic {network} {processes} {reduction}"] = facet.bytes_a_step
                measured[network, processes, reduction] = facet.bytes_a_step / ring
                lines.append(f"| {network} | {processes} | {reduction} | {facet.bytes_a_step / 1e6:.0f} "
                             f"| {ring / 1e6:.0f} |")
    lines += ["", f"Modelled, not measured: {GPU_BATCH} images a GPU at the rate of one H100 (../training/GPU.md), "
              f"{LINK / 1e9:.0f} GB/s to and from each GPU, an exact reduction with the traffic measured above (4 "
              "processes), either behind the whole step or hidden by it. The head, which each process computes for all "
              "embeddings unless its classes are divided, is left out. arcface_torch publishes 93 % of "
              "linear from 8 to 16 GPUs.", "",
              "| network | GPUs | step, ms | exchange, ms | of linear, exchange behind the step | hidden |",
              "|---|---|---|---|---|---|"]
    for network in options.networks:
        step = GPU_BATCH / GPU_RATES[network]
        size = 4 * parameters(options.tool, NETWORKS[network][0])
        for gpus in (8, 16, 64):
            sent = 2 * (gpus - 1) / gpus * size * measured[network, 4, "exact"]
            exchange = sent / LINK
            lines.append(f"| {network} | {gpus} | {step * 1e3:.1f} | {exchange * 1e3:.1f} | {step / (step + exchange):.0%} "
                         f"| {min(1, step / max(step, exchange)):.0%} |")
    return lines


def workers_table(options, root, found):
    def study(workers):
        def run():
            with tempfile.TemporaryDirectory(dir=root) as folder:
                begin = time.monotonic()
                done = subprocess.run(
                    [options.tool, "compare", *options.study.split(), "--workers", workers,
                     "--output", str(Path(folder, "study"))],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                if done.returncode:
                    sys.exit(f"the study failed: {done.stderr.decode()[-2000:]}")
                said.update(line for line in done.stderr.decode().splitlines() if "first steps of" in line)
                return 1 / (time.monotonic() - begin)
        return run

    said = set()
    rates = rounds_of({"auto": study("auto"), "1": study("1")}, options.rounds, "workers")
    found["workers"] = rates
    seconds = {name: 1 / statistics.median(values) for name, values in rates.items()}
    return ["| study | --workers auto, s | --workers 1, s | ratio | at least |", "|---|---|---|---|---|",
            f"| `{options.study}` | {seconds['auto']:.0f} | {seconds['1']:.0f} | {ratio(rates, 'auto', '1')} "
            f"| {GOALS['workers']} |", "", *(f"* {line}" for line in sorted(said))]


def machine():
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=8, help="of an epoch")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--only", default=",".join(TABLES))
    parser.add_argument("--study", default="--preset quick --epochs 2 --seeds 1",
                        help="what the table of workers compares")
    parser.add_argument("--markdown")
    parser.add_argument("--json")
    options = parser.parse_args()
    options.tool = str(Path(options.tool).resolve())
    options.networks, options.only = options.networks.split(","), options.only.split(",")
    return options


def main():
    options = parse_options()
    found = {}
    with tempfile.TemporaryDirectory(prefix="facet-distributed-") as folder:
        root = Path(folder)
        faces = {}

        def make(network):
            # As many images as an epoch has steps for; the last batch is never cut short.
            count = NETWORKS[network][2] * options.steps
            if network not in faces:
                faces[network] = draw(options.tool, root / network, count)
            return Facet(options.tool, faces[network], root, network, options.steps)

        version = subprocess.run([options.tool, "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
        lines = [f"{machine()}, {version}; median of {options.rounds} interleaved rounds, with lowest and highest ratio."]
        tables = {
            "processes": lambda: processes_table(options, make, found),
            "reduction": lambda: reduction_table(options, make, found),
            "traffic": lambda: traffic_table(options, make, found),
            "workers": lambda: workers_table(options, root, found),
        }
        for name in options.only:
            lines += ["", f"## {name.capitalize()}", "", *tables[name]()]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.markdown:
        Path(options.markdown).write_text(text)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n")


def draw(tool, folder, count):
    """A set of so many faces."""
    everything = folder.with_name(folder.name + "-all")
    scale = max(0.02, count / CLEAN_IMAGES * 1.1)
    subprocess.run([tool, "data", "synthesize", "clean", str(everything), "--scale", f"{scale:.3f}"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    images = sorted(everything.glob("*/*.jpg"))
    if len(images) < count:
        sys.exit(f"{len(images)} faces were drawn, and {count} are needed")
    for image in images[:count]:
        target = folder / image.parent.name / image.name
        target.parent.mkdir(parents=True, exist_ok=True)
        image.rename(target)
    return folder


# Images of the built-in set 'clean' at its full scale.
CLEAN_IMAGES = 2880


if __name__ == "__main__":
    main()
