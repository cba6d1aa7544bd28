"""How fast are images read, decoded, mirrored and normalised?

    compare.py BENCHMARK FOLDER PACK [SECONDS [SHARDS]]

BENCHMARK is Facet's loading-benchmark; FOLDER has <identity>/<image>.jpg of 112x112; PACK is the
same set as a .rec (facet data pack), and SHARDS as a WebDataset, 'train-{000000..000012}.tar' (facet data
convert FOLDER train.tar --shard-images 1000), which the package webdataset reads as well. All sides run one
after another on the same files; Pillow and OpenCV are used where this Python has them. Prints a table in
Markdown.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    benchmark, folder, pack = sys.argv[1:4]
    seconds = sys.argv[4] if len(sys.argv) > 4 else "3"
    shards = sys.argv[5] if len(sys.argv) > 5 else None
    forms = [("RecordIO", pack), ("folder", folder), *([("WebDataset shards", shards)] if shards else [])]
    peer = pathlib.Path(__file__).with_name("pytorch_peer.py")
    rows = []
    for threads in (1, 2):
        bare = run(benchmark, "turbojpeg", pack, threads, seconds)
        rows.append((f"bare TurboJPEG, {threads} thread(s)", bare, bare))
        for name, path in forms:
            rows.append((f"Facet, {name}, {threads} thread(s)",
                         run(benchmark, "load", path, threads, seconds), bare))
    for decoder, module in (("pillow", "PIL"), ("opencv", "cv2")):
        if importlib.util.find_spec(module) is None:
            continue
        for workers in (0, 2):
            rows.append((f"PyTorch DataLoader, {decoder}, {workers} workers",
                         run(sys.executable, peer, folder, decoder, workers, seconds), None))
        if shards and importlib.util.find_spec("webdataset"):
            rows.append((f"webdataset, {decoder}, 2 workers",
                         run(sys.executable, peer.with_name("webdataset_peer.py"), shards, decoder, 2, seconds), None))
    best, sharded = [max((row["rate"] for name, row, _ in rows if row and name.startswith(peers)), default=None)
                     for peers in ("PyTorch", "webdataset")]
    print("| loader | images/s | of bare TurboJPEG | times the best DataLoader | times webdataset | memory |")
    print("|---|---|---|---|---|---|")
    for name, row, bare in rows:
        if row is None:
            print(f"| {name} | failed | | | | |")
            continue
        share = f"{100 * row['rate'] / bare['rate']:.0f} %" if bare else ""
        times, tars = [f"{row['rate'] / peer:.1f}" if peer else "" for peer in (best, sharded)]
        print(f"| {name} | {row['rate']:,.0f} | {share} | {times} | {tars} "
              f"| {row['peak_bytes'] / 1e6:,.0f} MB |")


main()
