"""Verification and embedding speed: Facet against insightface's algorithm in NumPy, and against itself.

    compare.py TOOL pairs                        6,000 pairs of 512 numbers, ten folds
    compare.py TOOL images FOLDER [MODEL]        embedding with flip, with decoding beside it

TOOL is the built verification-benchmark, FOLDER an image folder <identity>/<image>. Prints Markdown.
Needs: pip install numpy scipy scikit-learn
"""

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def faces(rng, pairs=6000, dimension=512):
    """Embeddings as a network gives them: about as hard as LFW is for a small one."""
    import numpy as np

    same = np.tile(np.repeat([True, False], 300), pairs // 600)
    centre = rng.standard_normal((pairs, dimension))
    other = rng.standard_normal((pairs, dimension))
    second = np.where(same[:, None], centre, other)
    rows = np.stack([centre, second], 1).reshape(2 * pairs, dimension)
    common = 0.4 * rng.standard_normal(dimension)

    def view():
        noisy = rows + 1.9 * rng.standard_normal(rows.shape) + common
        return noisy.astype(np.float32)

    return np.stack([view(), view()]), same


def pairs(tool, rounds=5):
    import numpy as np
    import scipy
    import sklearn

    from insightface_peer import verify

    embeddings, same = faces(np.random.default_rng(1))
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "embeddings.npy", Path(folder) / "same.npy"
        np.save(files[0], embeddings)
        np.save(files[1], same.astype(np.float32))
        # insightface keeps the network's output in arrays of double precision.
        original, mirrored = embeddings.astype(np.float64)
        ratios, theirs, ours, result, report = [], [], [], None, None
        for _ in range(rounds):
            started = time.perf_counter()
            result = verify(original, mirrored, same)
            theirs.append(time.perf_counter() - started)
            report = run([tool, "pairs", *files, 3])
            ours.append(statistics.median(report["seconds"]))
            ratios.append(theirs[-1] / ours[-1])
    names = ("accuracy", "deviation", "tar", "far")
    for name, value in zip(names, result):
        if abs(value - report[name]) > 1e-12:
            sys.exit(f"{name} differs: {value} and {report[name]}")
    print(f"{cpu()}, one thread each; NumPy {np.__version__}, SciPy {scipy.__version__}, ")
    print(f"scikit-learn {sklearn.__version__}, Python {platform.python_version()}; ")
    print(f"median of {rounds} interleaved rounds; both give an accuracy of {result[0]:.4f}\n")
    print("| 10-fold verification, 6,000 pairs of 512 | seconds |\n|---|---|")
    print(f"| insightface's algorithm in NumPy | {statistics.median(theirs):.3f} |")
    print(f"| Facet | {statistics.median(ours):.4f} |")
    low, high = min(ratios), max(ratios)
    print(f"| ratio | {statistics.median(ratios):.0f} ({low:.0f} to {high:.0f}) |")
    print(
        f"| Facet, all {report['protocols']} protocols | {report['all_protocols_seconds']:.3f} |"
    )


def images(tool, folder, model="mobilenetv1"):
    report = run([tool, "images", folder, model, 128, 3])
    network, decoding, together = (
        statistics.median(report[key])
        for key in ("network_seconds", "decoding_processor_seconds", "together_seconds")
    )
    print(f"{cpu()}, {report['threads']} threads, {report['model']} in {report['precision']}, ")
    print(f"LibTorch {report['libtorch']}, {report['images']:,} images and their mirror images, ")
    print(f"batches of {report['batch']}; median of {len(report['network_seconds'])} rounds\n")
    print("| embedding with flip | seconds |\n|---|---|")
    print(f"| network alone, images in memory | {network:.2f} |")
    print(f"| decoding alone, processor time | {decoding:.2f} |")
    print(f"| both together, as `facet evaluate` does it | {together:.2f} |")
    print(f"| together / (network + decoding) | {together / (network + decoding):.3f} |")


def main():
    tool, what, *rest = sys.argv[1:]
    {"pairs": pairs, "images": images}[what](tool, *rest)


main()
