"""Training and embedding: Facet against plain PyTorch of the same version, interleaved.

    compare.py FACET_BENCHMARK [--rounds N] [--networks NAME,...] [--compile] [--shared]
               [--markdown FILE] [--json FILE]

FACET_BENCHMARK is the built training-benchmark. All subjects of a table are processes that hold the
same network, batch and optimiser, with images already in memory; each round asks one after the
other for a few steps, so that a machine that slows down slows all. A ratio is taken in each round;
its median, lowest and highest are shown. Prints Markdown.

On a machine with other work, --shared lets the threads of all subjects sleep instead of spin while
they wait: spinning threads keep off the very ones they wait for.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from subject import Subject, ratio

PEER = Path(__file__).with_name("pytorch_peer.py")
NETWORKS = {
    "MobileNetV1": ("mobilenetv1", ["--model", "mobilenet"]),
    "ResNet50": ("resnet50:stride=3x3", ["--model", "resnet50", "--stride-on", "3x3"]),
    "IResNet-50": ("iresnet50", ["--model", "iresnet50"]),
    "MobileFaceNet": ("mobilefacenet", ["--model", "mobilefacenet"]),
}
# The batch of the first rows, and steps of a round's training and embedding there.
BATCHES = {"MobileNetV1": 64, "ResNet50": 32, "IResNet-50": 32, "MobileFaceNet": 64}
STEPS = {"MobileNetV1": (4, 3), "ResNet50": (3, 2), "IResNet-50": (1, 1), "MobileFaceNet": (3, 2)}
# Those that are also measured at twice the batch, with the batches whose peaks give the memory.
LARGE = {"MobileNetV1": (32, 128), "ResNet50": (8, 32)}
# What each subject computes with: Facet's and the peer's options.
FACET = {"Facet": ["--precision", "bf16"], "Facet, fp32": ["--precision", "fp32"]}
PYTORCH = {
    "tuned": ["--precision", "bf16"],
    "default": ["--precision", "fp32"],
    "fp32, channels-last": ["--precision", "fp32", "--channels-last"],
    "tuned, compiled": ["--precision", "bf16", "--compile"],
}
PASSES = 5  # over a convolution's output by its normalisation: read, write; read two, write


class Trainer(Subject):
    """A subject of these tables, by its name."""

    def __init__(self, tool, name, network, batch):
        model, peer_options = NETWORKS[network]
        if name in FACET:
            command = [tool, "--model", model, *FACET[name]]
        else:
            command = [sys.executable, PEER, "--serve", *peer_options, *PYTORCH[name]]
        super().__init__(name, command, batch)
        self.idle = self.memory("VmRSS")

    def memory(self, entry):
        """GB that the process holds, or held at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(l.split()[1]) * 1024e-9 for l in status.splitlines() if entry in l)


def measure(tool, network, batch, names, actions, rounds):
    """Rates of each action and subject, a number a round."""
    subjects = [Trainer(tool, name, network, batch) for name in names]
    rates = {action: {name: [] for name in names} for action in actions}
    for action, (steps, used) in actions.items():
        chosen = [s for s in subjects if s.name in used]
        for subject in chosen:
            subject.ask(f"{action} 2")
        for number in range(rounds):
            print(f"{network}, {action}, round {number + 1}", file=sys.stderr)
            for subject in chosen:
                rates[action][subject.name].append(subject.rate(action, steps))
    for subject in subjects:
        subject.close()
    return rates


def rate_row(title, rates, one, others):
    cells = [f"{statistics.median(rates[one]):.0f}"]
    for other in others:
        if rates.get(other):
            cells += [f"{statistics.median(rates[other]):.0f}", ratio(rates, one, other)]
        else:
            cells += ["", ""]
    return f"| {title} | " + " | ".join(cells) + " |"


def memory_row(tool, network, batch, names):
    """GB at most, beyond what the process holds before its first step."""
    found = {}
    for name in names:
        subject = Trainer(tool, name, network, batch)
        subject.ask("train 2")
        found[name] = subject.memory("VmHWM") - subject.idle
        subject.close()
    return found


def largest_batches(tool, network, batches, names, limit=8e9):
    """The largest batch whose step takes 8 GB, by a line through the peaks of two batches."""
    found = {}
    (few, many), peaks = batches, [memory_row(tool, network, b, names) for b in batches]
    for name in names:
        each = (peaks[1][name] - peaks[0][name]) * 1e9 / (many - few)
        fixed = peaks[0][name] * 1e9 - each * few
        found[name] = int((limit - fixed) / each)
    return found


def facet_operations(tool, network, batch):
    """Where a step of Facet goes, and the share outside of all operations."""
    subject = Trainer(tool, "Facet", network, batch)
    subject.ask("train 2")
    found = subject.ask("profile")
    subject.close()
    return found


def roofline_row(title, facts, batch, rates, machine):
    """The rate at which products and normalisations alone would run at this machine's rates."""
    flops = 6 * facts["multiply_adds"]  # forward, and two products backward
    moved = PASSES * 2 * facts["convolution_outputs"]
    compute, traffic = flops / machine["bf16_flops"], moved / machine["copy_bytes"]
    bound = 1 / (compute + traffic)
    return (
        f"| {title} | {flops / 1e9:.2f} | {moved / 1e6:.1f} | {1 / compute:.0f} | {bound:.0f} "
        f"| {statistics.median(rates['Facet']) / bound:.0%} |"
    )


def peer_facts(tool, network, profile):
    """What the peer says of the network, of the machine, and of where its time goes."""
    subject = Trainer(tool, "tuned", network, BATCHES[network])
    facts = subject.ask("facts")
    facts["machine"] = subject.ask("machine") if profile else None
    subject.ask("train 2")
    facts["operations"] = subject.ask("profile")["operations"]
    subject.close()
    return facts, subject.ready


def run(options):
    tool, rounds, networks = options.tool, options.rounds, options.networks
    compiled = ["tuned, compiled"] if options.compile else []
    main = ["Facet", "tuned", "default"]
    everything = {"rounds": rounds, "networks": networks, "facts": {}, "8 GB": {}, "profile": {}}
    for network in networks:
        facts, ready = peer_facts(tool, network, network == networks[0])
        everything["facts"][network] = facts
        everything["threads"], everything["torch"] = ready["threads"], ready["torch"]
    for network in networks:
        full = ["Facet, fp32", "fp32, channels-last"] if network == "MobileNetV1" else []
        train, embed = STEPS[network]
        everything[network] = measure(
            tool, network, BATCHES[network], main + full + compiled,
            {"train": (train, main + full + compiled), "embed": (embed, main + compiled)}, rounds,
        )  # fmt: skip
        everything["profile"][network] = facet_operations(tool, network, BATCHES[network])
        if network not in LARGE:
            continue
        batch = 2 * BATCHES[network]
        everything[f"{network}, batch {batch}"] = measure(
            tool, network, batch, ["Facet", "tuned"],
            {"train": (2, ["Facet", "tuned"]), "embed": (1, ["Facet", "tuned"])}, rounds,
        )  # fmt: skip
        everything["8 GB"][network] = largest_batches(tool, network, LARGE[network], main)
    if "MobileNetV1" in networks:
        everything["memory"] = memory_row(tool, "MobileNetV1", 128, main)
    return everything


ACTIONS = [("train", "training"), ("embed", "embedding with mirror image")]


def table(found):
    networks = found["networks"]
    machine = found["facts"][networks[0]]["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {found['threads']} threads, "
        f"torch {found['torch']}; median of {found['rounds']} interleaved rounds, with lowest and "
        "highest ratio. Images a second."
        + (" Other work ran on the machine; waiting threads slept." if found["shared"] else ""),
        "",
        "| | Facet | tuned PyTorch | ratio | default PyTorch | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for network in networks:
        for action, title in ACTIONS:
            title = f"{network} {title}, batch {BATCHES[network]}"
            lines.append(rate_row(title, found[network][action], "Facet", ["tuned", "default"]))
    if "MobileNetV1" in networks:
        lines.append(
            rate_row(
                "MobileNetV1 training, batch 64, fp32 against fp32 channels-last",
                found["MobileNetV1"]["train"], "Facet, fp32", ["fp32, channels-last", ""],
            )  # fmt: skip
        )
    for network in filter(LARGE.get, networks):
        batch = 2 * BATCHES[network]
        rates = found[f"{network}, batch {batch}"]
        for action, title in ACTIONS:
            lines.append(
                rate_row(f"{network} {title}, batch {batch}", rates[action], "Facet", ["tuned", ""])
            )
    lines += memory_rows(found)
    if found[networks[0]]["train"].get("tuned, compiled"):
        for network in networks:
            for action in ["train", "embed"]:
                lines.append(
                    rate_row(f"{network} {action}, against tuned and torch.compile",
                             found[network][action], "Facet", ["tuned, compiled", ""])
                )  # fmt: skip
    return lines


def memory_rows(found):
    lines = []
    for network, batches in found["8 GB"].items():
        own, tuned, default = (batches[n] for n in ("Facet", "tuned", "default"))
        lines.append(
            f"| {network} training: largest batch in 8 GB | {own} | {tuned} | {own / tuned:.2f} "
            f"| {default} | {own / default:.2f} |"
        )
    if memory := found.get("memory"):
        lines.append(
            f"| MobileNetV1 training, batch 128: peak memory of a step, GB | {memory['Facet']:.2f} | "
            f"{memory['tuned']:.2f} | {memory['Facet'] / memory['tuned']:.2f} | "
            f"{memory['default']:.2f} | {memory['Facet'] / memory['default']:.2f} |"
        )
    return lines


def bounds(found):
    machine = found["facts"][found["networks"][0]]["machine"]
    lines = [
        "",
        f"What bounds training: a bf16 product of 2048 x 2048 ran at {machine['bf16_flops'] / 1e9:.0f} "
        f"GFLOP/s (fp32: {machine['fp32_flops'] / 1e9:.0f}), a copy moved "
        f"{machine['copy_bytes'] / 1e9:.1f} GB/s. The bound is the time of the products at the one "
        f"rate and of {PASSES} passes over each convolution's output by its normalisation at the "
        "other.",
        "",
        "| | GFLOP an image | MB an image | products alone, images/s | bound, images/s "
        "| Facet's share |",
        "|---|---|---|---|---|---|",
    ]
    for network in found["networks"]:
        facts, rates = found["facts"][network], found[network]["train"]
        lines.append(roofline_row(network, facts, BATCHES[network], rates, machine))
    return lines


def operations(found, count=8):
    networks = found["networks"]
    facet = {n: found["profile"][n]["operations"] for n in networks}
    peer = {n: found["facts"][n]["operations"] for n in networks}
    lines = []
    for name, profiles in [("Facet", facet), ("tuned PyTorch", peer)]:
        lines += ["", f"Where {name}'s step goes, by an operation's own time:", ""]
        lines += ["| network | operation | share |", "|---|---|---|"]
        for network, rows in profiles.items():
            total = sum(time for _, time in rows)
            lines += [f"| {network} | `{short(n)}` | {t / total:.0%} |" for n, t in rows[:count]]
    outside = [f"{n} {found['profile'][n]['outside']:.1%}" for n in networks]
    return lines + ["", f"Outside of all operations Facet spends: {', '.join(outside)}."]


def short(operation):
    """`Normalization, backward` for the C++ class of a gradient."""
    if "CppNode<" not in operation:
        return operation
    return operation.split("CppNode<")[1].rstrip(">").split("::")[-1] + ", backward"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", type=lambda names: names.split(","), default=[*NETWORKS],
                        help=f"of {', '.join(NETWORKS)}")  # fmt: skip
    parser.add_argument("--compile", action="store_true", help="also against torch.compile")
    parser.add_argument("--json", metavar="FILE", help="also write every number there")
    parser.add_argument("--markdown", metavar="FILE", help="also write the tables there")
    parser.add_argument("--shared", action="store_true", help="waiting threads sleep")
    options = parser.parse_args()
    if unknown := set(options.networks) - set(NETWORKS):
        parser.error(f"unknown networks: {', '.join(sorted(unknown))}")
    if options.shared:
        Subject.environment = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
    found = run(options)
    found["shared"] = options.shared
    text = "\n".join(table(found) + bounds(found) + operations(found)) + "\n"
    print(text)
    if options.markdown:
        Path(options.markdown).write_text(text)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1))


main()
