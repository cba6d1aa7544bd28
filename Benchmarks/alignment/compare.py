"""How much does it matter who finds the landmarks? From original photographs to embeddings and decisions.

    compare.py FACET DATA MODEL OUT [--detectors mtcnn,centerface] [-- OPTIONS]

FACET is the tool (with FACET_DETECTORS and FACET_OPENVINO where detectors and OpenVINO are not installed). DATA has
alignment/originals (LFW's pictures of 250x250), alignment/landmarks.txt (given points), lfw-aligned-112 (all pictures
of LFW's pairs, aligned by given points) and lfw-pairs.txt. MODEL is a network that facet embed takes, OPTIONS its
options (--input-mean 0 --input-deviation 1). OUT is a folder for what is made; what is there is used again.

The originals are aligned by the given points and by those that each detector finds, or only resized. Measured are, for
each of these ways,

* how far the found points are from the given ones, in pixels of an aligned face of 112;
* the cosine of an original's embedding and of that of the same picture in lfw-aligned-112;
* the official pairs that name an original: how many are judged rightly when the original's embedding takes the
  place of the given one, and how many judgements change. The threshold is the best one of all pairs in
  lfw-aligned-112. A pair whose face was not found is judged wrongly;
* LFW's accuracy (10 folds, the threshold of nine tells the tenth) with all originals replaced likewise.

Prints every command, and a table in Markdown.
"""
import argparse
import csv
import pathlib
import subprocess
import sys

import numpy as np

TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


def run(out, *command):
    """Runs a command unless it has run; pictures without a face are no failure."""
    command = [str(word) for word in command]
    print("$ facet " + " ".join(command[1:]), file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode > 1 or not pathlib.Path(out).exists():
        sys.exit(done.stdout + done.stderr)


def stem(name):
    return str(pathlib.PurePosixPath(name).with_suffix(""))


def embeddings(facet, model, folder, out, options):
    """The normalised sum of picture and mirror image, by name without its ending."""
    if not out.exists():
        run(out, facet, "embed", model, folder, "--output", out, *options)
    rows = np.load(out).astype(float).sum(0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    with open(out.with_suffix(".names.csv"), newline="") as file:
        names = [stem(row["name"]) for row in csv.DictReader(file)]
    return dict(zip(names, rows, strict=True))


def given_points(file):
    lines = [line.split() for line in file.read_text().splitlines() if line.strip()]
    return {stem(line[0]): np.array(line[1:11], float).reshape(5, 2) for line in lines}


def found_points(file):
    """The face that counts is the first one of a picture."""
    points = {}
    with open(file, newline="") as rows:
        for row in csv.reader(rows):
            if row[0] != "path" and row[1]:
                points.setdefault(stem(row[0]), np.array(row[1:11], float).reshape(5, 2))
    return points


def scale(points):
    """Pixels of an aligned face for one of the picture: of the least-squares similarity (Umeyama)."""
    source, target = points - points.mean(0), TEMPLATE - TEMPLATE.mean(0)
    return np.linalg.svd(target.T @ source)[1].sum() / (source ** 2).sum()


def distances(found, given):
    names = [name for name in found if name in given]
    return np.array([np.linalg.norm(found[name] - given[name], axis=1).mean() * scale(given[name]) for name in names])


def pairs(file):
    """Names of both, whether they are one person's, and the fold: 300 of one and 300 of two people each."""
    lines = [line.split() for line in file.read_text().splitlines() if len(line.split()) in (3, 4)]
    def name(person, number):
        return f"{person}/{person}_{int(number):04d}"
    return [(name(f[0], f[1]), name(f[-2] if len(f) == 4 else f[0], f[-1]), len(f) == 3, index // 600)
            for index, f in enumerate(lines)]


def best_threshold(scores, same):
    """The middle between two scores that divides best."""
    order = np.argsort(scores)
    ordered, kind = scores[order], same[order]
    right = np.concatenate([[kind.sum()], kind.sum() + np.cumsum(np.where(kind, -1, 1))])
    place = int(right.argmax())
    middle = np.concatenate([[ordered[0] - 1], (ordered[1:] + ordered[:-1]) / 2, [ordered[-1] + 1]])
    return middle[place]


def folds_accuracy(scores, same, folds):
    rates = [((scores > best_threshold(scores[folds != fold], same[folds != fold])) == same)[folds == fold].mean()
             for fold in np.unique(folds)]
    return np.mean(rates)


def judged(table, all_pairs):
    return np.array([table[a] @ table[b] for a, b, _, _ in all_pairs])


def main():
    words = sys.argv[1:]
    options = words[words.index("--") + 1:] if "--" in words else []
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["facet", "data", "model", "out"]:
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--detectors", default="mtcnn,centerface")
    asked = parser.parse_args(words[:words.index("--")] if "--" in words else words)
    facet, data, out = asked.facet, asked.data, asked.out
    out.mkdir(parents=True, exist_ok=True)
    originals, landmarks = data / "alignment/originals", data / "alignment/landmarks.txt"
    given = given_points(landmarks)

    reference = embeddings(facet, asked.model, data / "lfw-aligned-112", out / "lfw.npy", options)
    all_pairs = pairs(data / "lfw-pairs.txt")
    same, folds = np.array([p[2] for p in all_pairs]), np.array([p[3] for p in all_pairs])
    scores = judged(reference, all_pairs)
    threshold = best_threshold(scores, same)
    touched = np.array([p[0] in given or p[1] in given for p in all_pairs])
    decisions = scores > threshold

    ways = [("given landmarks", None), *((name, name) for name in asked.detectors.split(",")), ("unaligned", None)]
    rows = [("lfw-aligned-112", len(given), None, np.ones(1), decisions, scores)]
    for way, detector in ways:
        name = pathlib.Path(way).stem.replace(" ", "-")
        faces, distance = out / name, None
        if detector:
            run(faces, facet, "data", "align", originals, faces, "--detect", "--detector", detector, "--png")
            run(out / f"{name}.csv", facet, "data", "detect", originals, "--detector", detector, "--output",
                out / f"{name}.csv")
            distance = distances(found_points(out / f"{name}.csv"), given)
        elif way == "unaligned":
            faces = originals
        else:
            run(faces, facet, "data", "align", originals, landmarks, faces, "--png")
        found = embeddings(facet, asked.model, faces, out / f"{name}.npy", options)
        cosines = np.array([found[key] @ reference[key] for key in found])
        new = judged({**reference, **found}, all_pairs)
        lost = np.array([any(side in given and side not in found for side in pair[:2]) for pair in all_pairs])
        # A face that was not found is judged wrongly.
        new = np.where(lost, np.where(same, -1, 1), new)
        rows.append((way, len(found), distance, cosines, new > threshold, new))

    print(f"{len(given)} originals; {touched.sum()} of {len(same)} pairs name one "
          f"({(touched & same).sum()} of one person, {(touched & ~same).sum()} of two); threshold {threshold:.3f}\n")
    print("| points | faces | distance from given points, mean (95th percentile) | cosine with lfw-aligned-112, mean "
          "(5th percentile) | pairs judged rightly | judgements changed | LFW |")
    print("|---|---|---|---|---|---|---|")
    for way, faces, distance, cosines, judgement, new in rows:
        far = "" if distance is None else f"{distance.mean():.2f} ({np.percentile(distance, 95):.2f})"
        print(f"| {way} | {faces} | {far} | {cosines.mean():.4f} ({np.percentile(cosines, 5):.4f}) "
              f"| {(judgement == same)[touched].mean():.2%} | {(judgement != decisions)[touched].sum()} "
              f"| {folds_accuracy(new, same, folds):.2%} |")


main()
