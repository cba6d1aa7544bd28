"""The head at scale: Facet against plain PyTorch, interleaved on one machine.

Each round measures Facet, then PyTorch, then the bare products, as processes of their own with the
same classes, batch, precision and threads. Ratios are taken round by round, so that a machine that
slows down slows all.

    compare.py HEAD_BENCHMARK [--rounds N] [--only CLASSES:RATE:PRECISION ...] [--json FILE]

Prints a Markdown table; HEAD_BENCHMARK is the built head-benchmark.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

PEER = Path(__file__).with_name("pytorch_peer.py")
# (classes, rate, precision, steps of a round)
CASES = [
    (10572, 1, "fp32", 10),
    (10572, 1, "bf16", 10),
    (85742, 1, "fp32", 4),
    (85742, 1, "bf16", 4),
    (1000000, 0.1, "fp32", 3),
    (1000000, 0.1, "bf16", 3),
    (1000000, 1, "fp32", 1),
    (1000000, 1, "bf16", 1),
]


def run(command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def one_round(tool, case):
    classes, rate, precision, steps = case
    common = ["--classes", classes, "--rate", rate, "--precision", precision]
    common += ["--steps", steps, "--warm-up", 2 if steps > 1 else 1]
    peer = [sys.executable, PEER, *common]
    return {"facet": run([tool, *common]), "peer": run(peer), "floor": run([*peer, "--floor"])}


def middle(rounds, side):
    return statistics.median(statistics.median(r[side]["seconds"]) for r in rounds)


def row(case, rounds):
    classes, rate, precision, _ = case
    ratios = sorted(
        statistics.median(r["facet"]["seconds"]) / statistics.median(r["peer"]["seconds"])
        for r in rounds
    )
    spread = f" ({ratios[0]:.2f} to {ratios[-1]:.2f})" if len(ratios) > 1 else ""
    bytes_of = {side: statistics.median(r[side]["bytes"] for r in rounds) for side in rounds[0]}
    times = [f"{1e3 * middle(rounds, side):,.0f}" for side in ("facet", "peer", "floor")]
    return (
        f"| {classes:,} | {rate} | {precision} | {times[0]} | {times[1]} "
        f"| {statistics.median(ratios):.2f}{spread} | {times[2]} "
        f"| {bytes_of['facet'] / 1e6:,.0f} | {bytes_of['peer'] / 1e6:,.0f} "
        f"| {bytes_of['facet'] / bytes_of['peer']:.2f} |"
    )


def processor():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", nargs="*", metavar="CASE", help="some of the cases, e.g. 1000000:0.1:bf16"
    )
    parser.add_argument("--json", metavar="FILE", help="also write every number there")
    options = parser.parse_args()
    named = {":".join(map(str, case[:3])): case for case in CASES}
    unknown = set(options.only or []) - set(named)
    if unknown:
        sys.exit(f"no case {sorted(unknown)[0]}; the cases are {', '.join(named)}")
    cases = [named[name] for name in options.only or named]
    everything, lines = [], []
    for case in cases:
        rounds = [one_round(options.tool, case) for _ in range(options.rounds)]
        lines.append(row(case, rounds))
        print(lines[-1], file=sys.stderr)
        everything.append({"case": case, "rounds": rounds})
    peer = everything[-1]["rounds"][-1]["peer"]
    print(f"{processor()}, {peer['threads']} threads, torch {peer['torch']}, batch 128, 512")
    print(f"components, median of {options.rounds} interleaved rounds\n")
    print("| classes | rate | products | Facet, ms | PyTorch, ms | ratio (lowest to highest) "
          "| bare products, ms | Facet, MB | PyTorch, MB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    print("\n".join(lines))
    if options.json:
        Path(options.json).write_text(json.dumps(everything, indent=1))


main()
