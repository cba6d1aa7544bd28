"""How far are OpenCV's warps from exact bilinear interpolation?

    warps.py DATA ALIGNED [HEIGHT]

DATA has alignment/originals and alignment/landmarks.txt; ALIGNED has the faces that Facet made of them, as PNG
(facet data align DATA/alignment/originals DATA/alignment/landmarks.txt ALIGNED --png). This Python's OpenCV aligns them by
the same points as insightface does (`norm_crop`: Umeyama's similarity, `cv2.warpAffine`, bilinear, black outside), and
NumPy in float64. Prints differences in steps of 0 to 255.
"""
import pathlib
import sys

import cv2
import numpy as np

TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


def similarity(points):
    """Umeyama 1991 without reflection: from the picture to the template, 2 x 3."""
    source, target = points - points.mean(0), TEMPLATE - TEMPLATE.mean(0)
    u, values, v = np.linalg.svd(target.T @ source)
    signs = np.array([1, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    rotation = u @ np.diag(signs) @ v
    scale = (values * signs).sum() / (source ** 2).sum()
    return np.column_stack([scale * rotation, TEMPLATE.mean(0) - scale * rotation @ points.mean(0)])


def exact(image, matrix, side=112):
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    y, x = np.mgrid[:side, :side].astype(float)
    place = np.einsum("ij,jyx->iyx", inverse, np.stack([x, y, np.ones_like(x)]))[:2]
    low = np.floor(place).astype(int)
    part = place - low
    padded = np.pad(image.astype(float), ((1, 1), (1, 1), (0, 0)))
    height, width = padded.shape[:2]
    total = np.zeros((side, side, 3))
    for dx, dy in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        columns, rows = np.clip(low[0] + 1 + dx, 0, width - 1), np.clip(low[1] + 1 + dy, 0, height - 1)
        weight = np.abs(1 - dx - part[0]) * np.abs(1 - dy - part[1])
        total += weight[..., None] * padded[rows, columns]
    return np.floor(total + 0.5).astype(int)


def main():
    data, aligned = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    differences = {"Facet and NumPy": [], "OpenCV and NumPy": []}
    for line in (data / "alignment/landmarks.txt").read_text().splitlines():
        words = line.split()
        image = cv2.imread(str(data / "alignment/originals" / words[0]))
        matrix = similarity(np.array(words[1:11], float).reshape(5, 2))
        facet = cv2.imread(str((aligned / words[0]).with_suffix(".png"))).astype(int)
        opencv = cv2.warpAffine(image, matrix, (112, 112), borderValue=0.0).astype(int)
        expected = exact(image, matrix)
        differences["Facet and NumPy"].append(np.abs(facet - expected))
        differences["OpenCV and NumPy"].append(np.abs(opencv - expected))
    print(f"OpenCV {cv2.__version__}, {len(differences['OpenCV and NumPy'])} pictures\n")
    print("| warps | mean | 99th percentile | largest | pixels' colours that differ |")
    print("|---|---|---|---|---|")
    for name, values in differences.items():
        all_values = np.concatenate([value.ravel() for value in values])
        print(f"| {name} | {all_values.mean():.3f} | {np.percentile(all_values, 99):.0f} | {all_values.max()} "
              f"| {(all_values > 0).mean():.2%} |")


main()
