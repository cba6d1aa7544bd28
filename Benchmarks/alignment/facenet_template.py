"""Where faces have their points in the crops that facenet's networks are trained on.

    facenet_template.py FACES.csv LANDMARKS.txt

FACES.csv is what facet data detect wrote of LFW's originals by MTCNN; LANDMARKS.txt tells whose face is meant. facenet does
not align: it cuts out MTCNN's box with a margin of 32 of 160 pixels (as facenet-pytorch's extract_face counts it) and
stretches that to a square. Prints the means of the five points in 160 pixels, made symmetric, and how far single faces
are from them.
"""
import csv
import sys

import numpy as np

SIDE, MARGIN = 160, 32


def main():
    given = {}
    for line in open(sys.argv[2]):
        words = line.split()
        given[words[0]] = np.array(words[1:11], float).reshape(5, 2)
    places, seen = [], set()
    with open(sys.argv[1], newline="") as file:
        for row in csv.DictReader(file):
            if not row["score"] or row["path"] in seen:
                continue
            points = np.array([float(row[f"{part}_{axis}"]) for part in
                               ["lefteye", "righteye", "nose", "leftmouth", "rightmouth"] for axis in "xy"]).reshape(5, 2)
            if np.linalg.norm(points - given[row["path"]], axis=1).mean() > 15:
                continue
            seen.add(row["path"])
            box = np.array([float(row[f"box_{side}"]) for side in ["left", "top", "right", "bottom"]]).reshape(2, 2)
            margin = MARGIN * (box[1] - box[0]) / (SIDE - MARGIN)
            low, high = box[0] - margin / 2, box[1] + margin / 2
            places.append((points - low) / (high - low) * SIDE)
    mean = np.mean(places, axis=0)
    mirrored = mean[[1, 0, 2, 4, 3]] * [-1, 1] + [SIDE, 0]
    symmetric = (mean + mirrored) / 2
    spread = np.sqrt(((np.array(places) - symmetric) ** 2).sum(2).mean())
    print(len(places), "faces; root of the mean square distance", round(float(spread), 2), "of", SIDE, "pixels")
    print(np.round(symmetric, 2).tolist())


main()
