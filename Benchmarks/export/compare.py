"""Do exported networks decide pairs as the original does? LibTorch, OpenVINO and ONNX Runtime on one test set.

    compare.py FACET IMAGES PAIRS NAME=MODEL [NAME=MODEL ...] [--int8 FACES] [--keep FOLDER] [--markdown FILE]

FACET is the built tool, IMAGES a folder <person>/<person>_0001.jpg, PAIRS LFW's pairs.txt, MODEL a run's folder
or model file. Each model is exported to ONNX. `facet embed` embeds the images of the pairs with the model
(LibTorch) and with the ONNX file (OpenVINO), and this script does it with ONNX Runtime, all in float32, on
pictures that Pillow decodes for itself. Pairs are decided by insightface's protocol, which is written here once
more: image and mirror image summed, normalised, squared distance, for each of ten folds the best of 400
thresholds on the other nine. Every pair that two engines decide otherwise is listed with its distances and
thresholds. --int8 does the same with an int8 export, calibrated on FACES. Prints Markdown; exit code 1 when an
export in float32 flips a pair.
Needs: pip install numpy pillow onnxruntime; FACET_OPENVINO or scripts/bootstrap openvino for the tool.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

THRESHOLDS = np.arange(0, 4, 0.01)


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def read_pairs(file):
    """LFW's pairs: names of two images and whether they show one person, in the order of the folds."""
    folds, count = 10, 0
    pairs = []
    for line in Path(file).read_text().splitlines():
        words = line.split()
        if len(words) <= 2:
            folds, count = int(words[0]), int(words[-1])
        elif len(words) == 3:
            name, first, second = words
            pairs.append((image(name, first), image(name, second), True))
        elif len(words) == 4:
            one, first, other, second = words
            pairs.append((image(one, first), image(other, second), False))
    if len(pairs) != folds * count * 2:
        sys.exit(f"{file} has {len(pairs)} pairs instead of {folds * count * 2}")
    return pairs, folds


def image(name, number):
    return f"{name}/{name}_{int(number):04d}.jpg"


def facet_embeddings(options, model, names, folder):
    """[2, n, d] by the tool, in the order of `names`."""
    listing = folder / "images.txt"
    listing.write_text("".join(f"{options.images / name}\n" for name in names))
    output = folder / f"{Path(model).stem}.npy"
    run(options.facet, "embed", model, listing, "--output", output, "--precision", "float32",
        "--threads", options.threads, "--batch-size", 64)  # fmt: skip
    return np.load(output)


def runtime_embeddings(options, model, names):
    """[2, n, d] by ONNX Runtime, and the seconds that it computed."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    if metadata["color_order"] != "RGB":
        sys.exit(f"{model} takes {metadata['color_order']}")
    mean, deviation = float(metadata["mean"]), float(metadata["deviation"])
    entry = session.get_inputs()[0]
    size = entry.shape[2]
    views, seconds = ([], []), 0.0
    for start in range(0, len(names), 64):
        pictures = []
        for name in names[start : start + 64]:
            picture = Image.open(options.images / name).convert("RGB")
            if picture.size != (size, size):
                sys.exit(f"{name} has {picture.size} pixels, and the network takes {size}")
            pictures.append(np.asarray(picture, np.float32).transpose(2, 0, 1))
        batch = (np.stack(pictures) - np.float32(mean)) / np.float32(deviation)
        began = time.perf_counter()
        for view, pixels in zip(views, (batch, batch[..., ::-1])):
            view.append(session.run(None, {entry.name: np.ascontiguousarray(pixels)})[0])
        seconds += time.perf_counter() - began
    return np.stack([np.concatenate(view) for view in views]), seconds


class Decisions:
    """What an engine makes of the pairs."""

    def __init__(self, views, names, pairs, folds):
        row = {name: index for index, name in enumerate(names)}
        total = views.astype(np.float64).sum(0)
        self.embeddings = total / np.linalg.norm(total, axis=1, keepdims=True)
        first = self.embeddings[[row[a] for a, _, _ in pairs]]
        second = self.embeddings[[row[b] for _, b, _ in pairs]]
        self.distances = ((first - second) ** 2).sum(1)
        self.same = np.array([same for _, _, same in pairs])
        self.thresholds = np.zeros(len(pairs))
        for fold in np.split(np.arange(len(pairs)), folds):
            train = np.setdiff1d(np.arange(len(pairs)), fold)
            accepted = self.distances[train, None] < THRESHOLDS
            right = (accepted == self.same[train, None]).sum(0)
            self.thresholds[fold] = THRESHOLDS[np.argmax(right)]
        self.accepts = self.distances < self.thresholds
        right = self.accepts == self.same
        per_fold = [right[fold].mean() for fold in np.split(np.arange(len(pairs)), folds)]
        self.accuracy = float(np.mean(per_fold))


def compared(title, original, other, pairs):
    """A row of the table, and a line for each pair that is decided otherwise."""
    cosines = (original.embeddings * other.embeddings).sum(1)
    difference = np.abs(original.embeddings - other.embeddings).max()
    flipped = np.flatnonzero(original.accepts != other.accepts)
    row = (
        f"| {title} | {original.accuracy:.3%} | {other.accuracy:.3%} | {cosines.min():.7f} | {difference:.1e} | "
        f"{np.abs(original.distances - other.distances).max():.1e} | {len(flipped)} |"
    )
    lines = [
        f"* {title}: {pairs[i][0]} and {pairs[i][1]} ({'one person' if pairs[i][2] else 'two people'}): "
        f"{original.distances[i]:.6f} at {original.thresholds[i]:.2f} and "
        f"{other.distances[i]:.6f} at {other.thresholds[i]:.2f}"
        for i in flipped
    ]
    return row, lines


def export(options, model, target, *more):
    began = time.perf_counter()
    judgement = json.loads(
        run(options.facet, "export", model, target, "--json", "--threads", options.threads, *more)
    )
    return time.perf_counter() - began, judgement


def load(options, model, names, folder):
    """Seconds until the tool has started, loaded a network and embedded an image."""
    listing = folder / "one.txt"
    listing.write_text(f"{options.images / names[0]}\n")
    began = time.perf_counter()
    run(options.facet, "embed", model, listing, "--output", folder / "one.npy", "--precision", "float32",
        "--threads", options.threads)  # fmt: skip
    return time.perf_counter() - began


def measure(options, name, model, names, pairs, folds, folder):
    """Rows of both tables, lines of flipped pairs, and how many pairs a float32 export flips."""
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    rows, lines, sizes, flips = [], [], [], 0
    exports = [("", f"{name}.onnx", [])]
    if options.int8:
        exports.append((" int8", f"{name}-int8.onnx", ["--int8", options.int8]))
    libtorch = Decisions(facet_embeddings(options, model, names, folder), names, pairs, folds)
    for kind, file, more in exports:
        target = folder / file
        seconds, _ = export(options, model, target, *more)
        loading = load(options, target, names, folder)
        sizes.append(f"| {name}{kind} | {target.stat().st_size / 1e6:.1f} | {seconds:.1f} | {loading:.2f} |")
        views, computed = runtime_embeddings(options, target, names)
        engines = {
            "OpenVINO": facet_embeddings(options, target, names, folder),
            "ONNX Runtime": views,
        }
        print(f"{target}: ONNX Runtime {2 * len(names) / computed:.0f} images/s", file=sys.stderr)
        for engine, made in engines.items():
            decisions = Decisions(made, names, pairs, folds)
            row, more_lines = compared(f"{name}{kind}, {engine}", libtorch, decisions, pairs)
            rows.append(row)
            lines += more_lines
            flips += len(more_lines) if not kind else 0
    return rows, lines, sizes, flips


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facet", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("models", nargs="+", metavar="NAME=MODEL")
    parser.add_argument("--int8", metavar="FACES")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    options.images = options.images.resolve()
    pairs, folds = read_pairs(options.pairs)
    names = sorted({name for pair in pairs for name in pair[:2]})
    rows, lines, sizes, flips = [], [], [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for text in options.models:
            name, _, model = text.partition("=")
            made = measure(options, name, model, names, pairs, folds, options.keep or Path(scratch))
            rows += made[0]
            lines += made[1]
            sizes += made[2]
            flips += made[3]
    text = "\n".join(
        [
            f"{cpu()}, {options.threads} threads, ONNX Runtime {onnxruntime.__version__}; {len(pairs)} pairs of "
            f"{len(names)} images, float32.",
            "",
            "| network, engine | accuracy, LibTorch | accuracy, engine | smallest cosine | largest difference of "
            "a value | of a distance | pairs decided otherwise |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            *(lines or ["No pair is decided otherwise."]),
            "",
            "| export | MB | seconds to export | seconds to start, load and embed an image |",
            "|---|---|---|---|",
            *sizes,
            "",
        ]
    )
    print(text)
    if options.markdown:
        options.markdown.write_text(text)
    sys.exit(1 if flips else 0)


if __name__ == "__main__":
    main()
