"""Facet's search against FAISS's IndexFlatIP, and its 1:1 against insightface's NumPy, interleaved, on the same
vectors; see README.md."""

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
TOOL = ROOT / ".build/release/identification-benchmark"
# IJB-C's numbers: templates, pairs of one person, all pairs.
TEMPLATES, GENUINE, PAIRS = 23_124, 19_557, 15_658_489
FARS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]


def load(folder, name, dimension):
    return np.memmap(folder / f"{name}.f32", np.float32, "r").reshape(-1, dimension)


def peer_search(folder, threads, dimension):
    """Searches with FAISS in a process of its own, so that its peak memory is its own."""
    import faiss

    faiss.omp_set_num_threads(threads)
    gallery, probes = load(folder, "gallery", dimension), np.array(load(folder, "probes", dimension))
    index = faiss.IndexFlatIP(dimension)
    # Room for all first, and then in parts: adding all at once takes the memory twice.
    index.codes.resize(gallery.nbytes)
    index.codes.resize(0)
    for start in range(0, len(gallery), 65_536):
        index.add(np.array(gallery[start:start + 65_536]))
    begin = time.perf_counter()
    _, best = index.search(probes, 1)
    seconds = time.perf_counter() - begin
    np.save(folder / "peer.npy", best[:, 0].astype(np.float32))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "memory": memory / (gallery.nbytes + probes.nbytes)}))


def peer_pairs(folder, threads, dimension):
    """insightface's arithmetic: products in batches, scikit-learn's curve, the nearest point."""
    from sklearn.metrics import roc_curve

    templates = np.array(load(folder, "templates", dimension))
    first, second = (np.fromfile(folder / f"{name}.i32", np.int32) for name in ["first", "second"])
    labels = np.fromfile(folder / "same.u8", np.uint8)
    begin = time.perf_counter()
    scores = np.zeros(len(labels))
    for start in range(0, len(labels), 100_000):
        part = slice(start, start + 100_000)
        scores[part] = np.sum(templates[first[part]] * templates[second[part]], -1)
    fpr, tpr, _ = roc_curve(labels, scores)
    fpr, tpr = np.flipud(fpr), np.flipud(tpr)
    tars = [float(tpr[np.argmin(np.abs(fpr - rate))]) for rate in FARS]
    print(json.dumps({"seconds": time.perf_counter() - begin, "tars": tars}))


def run(command):
    output = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def rows(rng, count, dimension):
    vectors = rng.standard_normal((count, dimension), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def search(options, folder, mine, theirs):
    rng = np.random.default_rng(1)
    for name, count in [("gallery", options.gallery), ("probes", options.probes)]:
        with open(folder / f"{name}.f32", "wb") as file:
            for start in range(0, count, 65_536):
                rows(rng, min(65_536, count - start), options.dimension).tofile(file)
    print(f"{options.probes} probes, {options.gallery} templates of {options.dimension}\n")
    print("| round | FAISS s | float32 s | FAISS / float32 | bfloat16 s | FAISS / bfloat16 "
          "| memory: FAISS, float32, bfloat16 | other first: float32, bfloat16 |")
    print("|---|---|---|---|---|---|---|---|")
    for number in range(options.rounds):
        peer = run(theirs("search"))
        single, half = (run(mine("search") + [kind]) for kind in ["float32", "bfloat16"])
        best = np.load(folder / "peer.npy")
        differ = [int(np.sum(np.load(folder / f"{kind}.npy") != best)) for kind in ["float32", "bfloat16"]]
        print(f"| {number + 1} | {peer['seconds']:.1f} | {single['seconds']:.1f} "
              f"| {peer['seconds'] / single['seconds']:.2f} | {half['seconds']:.1f} "
              f"| {peer['seconds'] / half['seconds']:.2f} "
              f"| {peer['memory']:.2f}, {single['memory']:.2f}, {half['memory']:.2f} "
              f"| {differ[0]}, {differ[1]} |", flush=True)


def pairs(options, folder, mine, theirs):
    rng = np.random.default_rng(2)
    people = rng.integers(0, 3531, TEMPLATES)
    templates = rows(rng, 3531, options.dimension)[people] + 1.2 * rows(rng, TEMPLATES, options.dimension)
    (templates / np.linalg.norm(templates, axis=1, keepdims=True)).astype(np.float32).tofile(
        folder / "templates.f32")
    first, second = rng.integers(0, TEMPLATES, (2, PAIRS), dtype=np.int32)
    order = np.argsort(people, kind="stable").astype(np.int32)
    alike = rng.choice(np.flatnonzero(people[order][:-1] == people[order][1:]), GENUINE)
    first[:GENUINE], second[:GENUINE] = order[alike], order[alike + 1]
    (people[first] == people[second]).astype(np.uint8).tofile(folder / "same.u8")
    first.tofile(folder / "first.i32")
    second.tofile(folder / "second.i32")
    print(f"\n{PAIRS} pairs of {TEMPLATES} templates of {options.dimension}\n")
    print("| round | NumPy s | Facet s | ratio | largest difference of a TAR |")
    print("|---|---|---|---|---|")
    for number in range(options.rounds):
        peer, own = run(theirs("pairs")), run(mine("pairs"))
        gap = max(abs(a - b) for a, b in zip(peer["tars"], own["tars"]))
        print(f"| {number + 1} | {peer['seconds']:.1f} | {own['seconds']:.2f} "
              f"| {peer['seconds'] / own['seconds']:.1f} | {gap:.2g} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gallery", type=int, default=1_000_000)
    parser.add_argument("--probes", type=int, default=10_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=pathlib.Path, help="where 2.1 GB of vectors go; default a temporary folder")
    parser.add_argument("--only", choices=["search", "pairs"])
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        work = {"search": peer_search, "pairs": peer_pairs}[options.peer[0]]
        return work(pathlib.Path(options.peer[1]), options.threads, options.dimension)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        common = [options.threads, options.dimension]

        def mine(kind):
            return [TOOL, kind, folder, *common]

        def theirs(kind):
            return [sys.executable, __file__, "--peer", kind, folder,
                    "--threads", common[0], "--dimension", common[1]]

        if options.only != "pairs":
            search(options, folder, mine, theirs)
        if options.only != "search":
            pairs(options, folder, mine, theirs)


if __name__ == "__main__":
    main()
