"""Facet's search against FAISS's IndexFlatIP, interleaved, on the same vectors; see README.md."""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


def peer(folder, threads):
    """Searches with FAISS in a process of its own, so that its peak memory is its own."""
    import faiss

    faiss.omp_set_num_threads(threads)
    gallery, probes = np.load(folder / "gallery.npy"), np.load(folder / "probes.npy")
    index = faiss.IndexFlatIP(gallery.shape[1])
    index.add(gallery)
    size = gallery.nbytes + probes.nbytes
    del gallery
    begin = time.perf_counter()
    _, best = index.search(probes, 1)
    seconds = time.perf_counter() - begin
    np.save(folder / "peer.npy", best[:, 0].astype(np.float32))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "memory": memory / size}))


def run(command):
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gallery", type=int, default=1_000_000)
    parser.add_argument("--probes", type=int, default=10_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.peer, options.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rng = np.random.default_rng(1)
        for file, count in [("gallery", options.gallery), ("probes", options.probes)]:
            vectors = rng.standard_normal((count, options.dimension), dtype=np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            np.save(folder / f"{file}.npy", vectors)
            del vectors
        tool = ROOT / ".build/release/identification-benchmark"
        threads = str(options.threads)
        print("| round | Facet s | FAISS s | FAISS / Facet | Facet memory | FAISS memory | other first |")
        print("|---|---|---|---|---|---|---|")
        for number in range(options.rounds):
            mine = run([str(tool), name, threads])
            theirs = run([sys.executable, __file__, "--peer", name, "--threads", threads])
            differ = int(np.sum(np.load(folder / "mine.npy") != np.load(folder / "peer.npy")))
            print(f"| {number + 1} | {mine['seconds']:.1f} | {theirs['seconds']:.1f} "
                  f"| {theirs['seconds'] / mine['seconds']:.2f} | {mine['memory']:.2f} "
                  f"| {theirs['memory']:.2f} | {differ} |", flush=True)


if __name__ == "__main__":
    main()
