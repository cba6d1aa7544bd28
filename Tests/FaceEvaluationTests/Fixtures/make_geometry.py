"""Makes geometry.json, which the tests of angles and of the principal plane read: NumPy's answers,
from its SVD and its quantiles, on a few small sets of embeddings.

Needs: pip install numpy
Run:   python make_geometry.py      (writes geometry.json beside itself)
"""

import json
from pathlib import Path

import numpy as np


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def degrees(cosines):
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


def plane(embeddings):
    rows = unit(embeddings)
    rows = rows - rows.mean(0)
    u, s, _ = np.linalg.svd(rows, full_matrices=False)
    scores = u[:, :2] * s[:2]
    for column in range(scores.shape[1]):
        if scores[np.argmax(np.abs(scores[:, column])), column] < 0:
            scores[:, column] *= -1
    return scores, s[:2] ** 2 / np.sum(s**2)


def case(random, name, count, size, classes, each):
    labels = random.integers(0, classes, count)
    centres = random.normal(size=(classes, size))
    embeddings = (centres[labels] * 3 + random.normal(size=(count, size))).astype(np.float32)
    weights = (
        np.repeat(centres, each, 0) + 0.7 * random.normal(size=(classes * each, size))
    ).astype(np.float32)
    x, w = embeddings.astype(np.float64), weights.astype(np.float64)
    cosines = (unit(x) @ unit(w).T).reshape(count, classes, each).max(2)
    own = cosines[np.arange(count), labels]
    others = cosines.copy()
    others[np.arange(count), labels] = -2
    pairs = random.integers(0, count, (40, 2))
    between = degrees(np.sum(unit(x)[pairs[:, 0]] * unit(x)[pairs[:, 1]], 1))
    norms = np.linalg.norm(x, axis=1)
    scores, explained = plane(x)
    return {
        "name": name,
        "dimension": size,
        "weightsEach": each,
        "embeddings": embeddings.ravel().tolist(),
        "labels": labels.tolist(),
        "weights": weights.ravel().tolist(),
        "pairs": pairs.tolist(),
        "angles": between.tolist(),
        "own": degrees(own).tolist(),
        "nearestOther": degrees(others.max(1)).tolist(),
        "norms": {
            "mean": norms.mean(),
            "standardDeviation": norms.std(),
            "quantiles": np.quantile(norms, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(),
        },
        "points": scores.tolist(),
        "explained": explained.tolist(),
    }


def main():
    random = np.random.default_rng(7)
    cases = [
        case(random, "more images than components", 40, 5, 4, 1),
        case(random, "more components than images", 12, 19, 3, 1),
        case(random, "three weights a class", 24, 16, 5, 3),
        case(random, "as many of both", 9, 9, 2, 2),
    ]
    text = json.dumps(cases, indent=None, separators=(",", ":"))
    Path(__file__).with_name("geometry.json").write_text(text + "\n")


main()
