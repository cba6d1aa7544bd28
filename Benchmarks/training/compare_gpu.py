"""Training on a GPU: Facet against tuned PyTorch of the same version, interleaved.

    compare_gpu.py FACET_BENCHMARK [--rounds N] [--batches 128,512] [--markdown FILE] [--json FILE]

ResNet50 and MobileNetV1 with an ArcFace head of 85,742 classes, all of them in each step or a tenth
(Partial FC); bfloat16, channels-last. The peer, gpu_peer.py, replays the whole step as one CUDA
graph. Both hold their images on the GPU. Each round asks one after the other; a ratio is taken in
each round. Prints Markdown, a row as soon as it is measured.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from subject import Subject, ratio

PEER = Path(__file__).with_name("gpu_peer.py")
NETWORKS = {
    "ResNet50": ("resnet50:stride=3x3", "resnet50", 1.0767e9),
    "MobileNetV1": ("mobilenetv1", "mobilenet", 0.1483e9),
}
CLASSES = 85742


def measure(tool, network, batch, rate, rounds, machine):
    own, other, multiply_adds = NETWORKS[network]
    head = ["--classes", str(CLASSES), "--sample-rate", str(rate)]
    command = [tool, "--device", "cuda", "--model", own, "--loss", "arcface", *head]
    facet = Subject("Facet", command, batch)
    peer = Subject("PyTorch", [sys.executable, PEER, "--model", other, *head], batch)
    steps = 40 if batch <= 128 else 12
    rates = {"facet": [], "peer": []}
    for subject in (facet, peer):
        subject.ask("train 4")
    for _ in range(rounds):
        rates["facet"].append(facet.rate("train", steps))
        rates["peer"].append(peer.rate("train", steps))
    if not machine:
        machine.update(peer.ask("machine"), torch=peer.ready["torch"], facet=facet.ready)
    found = {"rates": rates, "facet": facet.ask("profile"), "peer": peer.ask("profile")}
    facet.close()
    peer.close()
    seconds = batch / statistics.median(rates["facet"])
    # A step's time without any kernel, by the kernels' own time: tracing slows launches.
    busy = sum(time for _, time in found["facet"]["operations"]) / 1000
    found["outside"] = max(0.0, 1 - busy / seconds)
    flops = 6 * (multiply_adds + rate * CLASSES * 512) * batch
    found["peak"] = flops / seconds / machine["bf16_flops"]
    return found


def row(network, batch, rate, found):
    own, other = (statistics.median(found["rates"][n]) for n in ("facet", "peer"))
    head = "all classes" if rate == 1 else f"Partial FC {rate}"
    return (
        f"| {network}, batch {batch}, {head} | {own:.0f} | {other:.0f} | "
        f"{ratio(found['rates'], 'facet', 'peer')} | "
        f"{found['outside']:.0%} | {found['peak']:.0%} |"
    )


def operations(everything, count=8):
    lines = ["", "Where a step goes, by the kernels' own time:", ""]
    lines += ["| | kernel | ms | share |", "|---|---|---|---|"]
    for name, found in everything.items():
        for side in ("facet", "peer"):
            rows = found[side]["operations"]
            total = sum(time for _, time in rows)
            lines += [
                f"| {name}, {side} | `{short(kernel)}` | {time:.2f} | {time / total:.0%} |"
                for kernel, time in rows[:count]
            ]
    return lines


def short(kernel):
    for noise in ("void ", "at::native::", "(anonymous namespace)::", "c10::"):
        kernel = kernel.replace(noise, "")
    return kernel.replace("|", "/")[:70]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", default="128,512")
    parser.add_argument("--json", metavar="FILE", help="also write every number there")
    parser.add_argument("--markdown", metavar="FILE", help="also write the tables there")
    options = parser.parse_args()
    machine, everything = {}, {}
    lines = [
        "| | Facet, images/s | PyTorch, images/s | ratio | Facet outside kernels | fraction of peak |",
        "|---|---|---|---|---|---|",
    ]
    for batch in map(int, options.batches.split(",")):
        for network in NETWORKS:
            for rate in (1, 0.1):
                found = measure(options.tool, network, batch, rate, options.rounds, machine)
                everything[f"{network}, {batch}, {rate}"] = found
                lines.append(row(network, batch, rate, found))
                print(lines[-1], flush=True)
                # After each row, so that a run that ends early has told what it knows.
                write(options, machine, lines, everything)


def write(options, machine, lines, everything):
    title = (
        f"{machine['gpu']}, torch {machine['torch']}; median of {options.rounds} interleaved "
        f"rounds, with lowest and highest ratio. A product of 8192 x 8192 in bfloat16 ran at "
        f"{machine['bf16_flops'] / 1e12:.0f} TFLOP/s, which the fraction of the peak refers to; a "
        f"copy moved {machine['copy_bytes'] / 1e12:.1f} TB/s."
    )
    if options.markdown:
        text = "\n".join([title, "", *lines, *operations(everything)]) + "\n"
        Path(options.markdown).write_text(text)
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": machine, **everything}, indent=1))


main()
