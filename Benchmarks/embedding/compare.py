"""Embedding: Facet's own beside OpenVINO and ONNX Runtime on the network that it exported, interleaved.

    compare.py TOOL [--rounds N] [--threads N] [--python FILE] [--markdown FILE]

TOOL is the built embedding-benchmark. All subjects of a table are processes that hold the same weights, with the
same images already in memory, at 112x112; image and mirror image are embedded. Each round asks one after the
other, so that a machine that slows down slows all. A ratio is taken in each round; its median, lowest and highest
are shown. Before, each writes its embeddings, which must point in the same directions. Prints Markdown.
--python names the interpreter of the peers, which needs numpy, openvino and onnxruntime.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent / "training"))
from subject import Subject, ratio  # noqa: E402

PEER = Path(__file__).with_name("onnx_peer.py")
NETWORKS = {"MobileNetV1": ("mobilenetv1", 64), "ResNet50": ("resnet50", 32)}
PEERS = {
    "OpenVINO, bf16": ["--engine", "openvino", "--precision", "bf16"],
    "OpenVINO, float32": ["--engine", "openvino", "--precision", "fp32"],
    "ONNX Runtime, float32": ["--engine", "onnxruntime"],
}
OWN = {"Facet, bf16": ["--precision", "bf16"], "Facet, float32": ["--precision", "fp32"]}
COMPARED = [
    ("Facet, bf16", "OpenVINO, bf16"), ("Facet, float32", "OpenVINO, float32"),
    ("Facet, float32", "ONNX Runtime, float32"),
]  # fmt: skip
# bfloat16 has 8 bits of precision, through fifty layers.
LEAST_COSINE = {"bf16": 0.99, "float32": 0.99999}


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def start(options, network, folder):
    model, batch = NETWORKS[network]
    file = folder / f"{model}.onnx"
    common = ["--threads", str(options.threads)]
    subjects = []
    for name, more in OWN.items():
        export = [] if subjects else ["--export", str(file)]
        command = [str(options.tool), "--model", model, *more, *export, *common]
        subjects.append(Subject(name, command, batch))
    for name, more in PEERS.items():
        command = [options.python, str(PEER), str(file), *more, *common]
        subjects.append(Subject(name, command, batch))
    return subjects


def smallest_cosines(subjects, folder):
    """How each subject's embeddings agree with Facet's in float32."""
    made = {}
    for subject in subjects:
        file = folder / "embeddings.npy"
        subject.ask(f"write {file}")
        views = np.load(file).astype(np.float64)
        made[subject.name] = views / np.linalg.norm(views, axis=-1, keepdims=True)
    cosines = {n: float((v * made["Facet, float32"]).sum(-1).min()) for n, v in made.items()}
    for name, cosine in cosines.items():
        if cosine < LEAST_COSINE[name.split(", ")[1]]:
            sys.exit(f"{name} embeds otherwise: the smallest cosine is {cosine}")
    return cosines


def measure(options, network):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subjects = start(options, network, folder)
        cosines = smallest_cosines(subjects, folder)
    steps = 4 if network == "MobileNetV1" else 2
    rates = {subject.name: [] for subject in subjects}
    for number in range(options.rounds):
        print(f"{network}, round {number + 1}", file=sys.stderr)
        for subject in subjects:
            # The caches are the last one's.
            subject.ask("embed 1")
            rates[subject.name].append(2 * subject.rate("embed", steps))
    versions = [subject.ready["version"] for subject in subjects]
    loading = {s.name: s.ready["loading"] for s in subjects if "loading" in s.ready}
    for subject in subjects:
        subject.close()
    return rates, cosines, versions, loading


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    found = {network: measure(options, network) for network in NETWORKS}
    versions = sorted({v for _, _, names, _ in found.values() for v in names})
    lines = [
        f"{cpu()}, {options.threads} threads, {', '.join(versions)}; median of {options.rounds} interleaved rounds, "
        "with the lowest and highest ratio.",
        "",
        "| network | subject | views/s | smallest cosine with Facet in float32 | seconds to load |",
        "|---|---|---|---|---|",
    ]
    for network, (rates, cosines, _, loading) in found.items():
        for name, values in rates.items():
            seconds = f"{loading[name]:.2f}" if name in loading else ""
            lines.append(
                f"| {network}, batch {NETWORKS[network][1]} | {name} | {statistics.median(values):.0f} | "
                f"{cosines[name]:.6f} | {seconds} |"
            )
    lines += ["", "| network | Facet against | ratio |", "|---|---|---|"]
    for network, (rates, _, _, _) in found.items():
        lines += [f"| {network} | {b} | {ratio(rates, a, b)} |" for a, b in COMPARED]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if options.markdown:
        options.markdown.write_text(text)


main()
