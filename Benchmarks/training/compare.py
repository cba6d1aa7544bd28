"""Training and embedding throughput: Facet against plain PyTorch, interleaved on one machine.

Each round times Facet, then PyTorch, as processes of their own, with the same network, batch,
precision, memory layout, optimiser and number of threads, on images already in memory. The ratio is
taken round by round, so that a machine that slows down slows both.

    compare.py FACET_BENCHMARK [--rounds N] [--quick] [--json FILE]

Prints a Markdown table; FACET_BENCHMARK is the built training-benchmark.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

PEER = Path(__file__).with_name("pytorch_peer.py")
# (name, Facet's model, the peer's options, precision, batch)
CASES = [
    ("MobileNetV1", "mobilenetv1", ["--model", "mobilenet"], "bf16", 128),
    ("MobileNetV1", "mobilenetv1", ["--model", "mobilenet"], "fp32", 64),
    ("ResNet50", "resnet50:stride=3x3", ["--model", "resnet50", "--stride-on", "3x3"], "bf16", 32),
    ("ResNet50", "resnet50:stride=3x3", ["--model", "resnet50", "--stride-on", "3x3"], "fp32", 32),
]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def one_round(tool, case, steps):
    _, model, peer_options, precision, batch = case
    common = ["--precision", precision, "--batch", str(batch), "--repeats", "3"]
    common += ["--steps", str(steps), "--warm-up", "2"]
    facet = run([tool, "--model", model, *common])
    layout = ["--channels-last"] if precision == "fp32" else []
    peer = run([sys.executable, PEER, "--benchmark", *peer_options, *common, *layout])
    return {
        "train": (
            statistics.median(facet["train"]),
            peer["training_images_per_second"]["median"],
        ),
        "embed": (
            statistics.median(facet["embed"]),
            peer["embedding_images_per_second"]["median"],
        ),
        "facet": facet,
        "peer": peer,
    }


def row(case, what, rounds):
    facet = statistics.median(r[what][0] for r in rounds)
    peer = statistics.median(r[what][1] for r in rounds)
    ratios = sorted(r[what][0] / r[what][1] for r in rounds)
    name, _, _, precision, batch = case
    action = {"train": "training", "embed": "embedding"}[what]
    return (
        f"| {name} {action} | {precision} | {batch} | {facet:.0f} | {peer:.0f} "
        f"| {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="MobileNetV1 in bf16 only")
    parser.add_argument("--json", metavar="FILE", help="also write every number there")
    options = parser.parse_args()
    cases = CASES[:1] if options.quick else CASES
    everything, lines, machine = [], [], None
    for case in cases:
        rounds = []
        for number in range(options.rounds):
            print(f"{case[0]} {case[3]}, round {number + 1}", file=sys.stderr)
            rounds.append(one_round(options.tool, case, options.steps))
        machine = rounds[-1]["peer"]
        lines += [row(case, what, rounds) for what in ("train", "embed")]
        everything.append({"case": case, "rounds": rounds})
    cpu = machine["machine"]
    print(f"{cpu['cpu']}, {machine['threads']} threads, torch {machine['torch']}, channels-last,")
    print(f"median of {options.rounds} interleaved rounds\n")
    print("| | precision | batch | Facet, images/s | PyTorch, images/s | ratio (lowest to highest) |")
    print("|---|---|---|---|---|---|")
    print("\n".join(lines))
    if options.json:
        Path(options.json).write_text(json.dumps(everything, indent=1))


main()
