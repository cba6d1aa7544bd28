"""Writes lists and embeddings of IJB-C's size, and what insightface's arithmetic gives for them.

    python3 make_ijbc_size.py FOLDER [DIMENSION]

3,531 people, 23,124 templates of 469,375 images, 15,658,489 pairs, as many as IJB-C has. The embeddings, one row
an image in `views.npy`, are noise around a centre for each person. `expected.json` has TPR at FPR of scikit-learn's
curve, read as insightface reads it, and the seconds that NumPy took for pooling, scores and the curve.
"""

import json
import pathlib
import sys
import time

import numpy as np
from sklearn.metrics import roc_curve

PEOPLE, TEMPLATES, IMAGES, GENUINE, PAIRS = 3531, 23124, 469375, 19557, 15658489
FARS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]


def main():
    out = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 512
    meta = out / "meta"
    meta.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    owner = np.concatenate([np.arange(PEOPLE), rng.integers(0, PEOPLE, TEMPLATES - PEOPLE)])
    template = np.sort(np.concatenate([np.arange(TEMPLATES), rng.integers(0, TEMPLATES, IMAGES - TEMPLATES)]))
    medium = np.cumsum(rng.random(IMAGES) < 0.3)
    score = np.round(rng.uniform(0.5, 1, IMAGES), 4)
    centres = rng.normal(size=(PEOPLE, size)).astype(np.float32)
    noise = rng.uniform(2, 8, size=(IMAGES, 1)).astype(np.float32)
    features = centres[owner[template]]
    for start in range(0, IMAGES, 65536):
        stop = min(IMAGES, start + 65536)
        features[start:stop] += noise[start:stop] * rng.normal(size=(stop - start, size)).astype(np.float32)
    first = rng.integers(0, TEMPLATES, PAIRS + PAIRS // 50)
    second = rng.integers(0, TEMPLATES, PAIRS + PAIRS // 50)
    apart = owner[first] != owner[second]
    first, second = first[apart][: PAIRS - GENUINE], second[apart][: PAIRS - GENUINE]
    order = np.argsort(owner, kind="stable")
    alike = np.flatnonzero(owner[order][:-1] == owner[order][1:])
    chosen = rng.choice(alike, GENUINE, replace=True)
    first = np.concatenate([order[chosen], first])
    second = np.concatenate([order[chosen + 1], second])
    label = (owner[first] == owner[second]).astype(int)
    shuffle = rng.permutation(len(first))
    first, second, label = first[shuffle], second[shuffle], label[shuffle]

    with open(meta / "ijbc_face_tid_mid.txt", "w") as file:
        file.writelines(f"{i + 1}.jpg {t} {m}\n" for i, (t, m) in enumerate(zip(template, medium)))
    with open(meta / "ijbc_name_5pts_score.txt", "w") as file:
        file.writelines(f"{i + 1}.jpg 38 51 73 51 56 71 41 92 70 92 {s}\n" for i, s in enumerate(score))
    with open(meta / "ijbc_template_pair_label.txt", "w") as file:
        for start in range(0, len(first), 1 << 18):
            part = slice(start, start + (1 << 18))
            file.writelines(f"{a} {b} {c}\n" for a, b, c in zip(first[part], second[part], label[part]))
    np.save(out / "views.npy", features)

    begin = time.perf_counter()
    # insightface's sums, without its loops over all rows for each template.
    features *= score[:, None].astype(np.float32)
    group = np.flatnonzero(np.r_[True, (np.diff(template) != 0) | (np.diff(medium) != 0)])
    counts = np.diff(np.r_[group, IMAGES])
    means = np.add.reduceat(features.astype(np.float64), group, axis=0) / counts[:, None]
    starts = np.flatnonzero(np.r_[True, np.diff(template[group]) != 0])
    sums = np.add.reduceat(means, starts, axis=0)
    templates = sums / np.sqrt(np.sum(sums**2, -1, keepdims=True))
    # Facet keeps embeddings in single precision.
    templates = templates.astype(np.float32).astype(np.float64)
    pooled = time.perf_counter()
    scores = np.zeros(len(first))
    for start in range(0, len(first), 100000):
        part = slice(start, start + 100000)
        scores[part] = np.sum(templates[first[part]] * templates[second[part]], -1)
    scored = time.perf_counter()
    fpr, tpr, _ = roc_curve(label, scores)
    fpr, tpr = np.flipud(fpr), np.flipud(tpr)
    points = []
    for rate in FARS:
        index = int(np.argmin(np.abs(fpr - rate)))
        points.append([rate, float(fpr[index]), float(tpr[index])])
    end = time.perf_counter()
    seconds = {"pooling": pooled - begin, "scores": scored - pooled, "curve": end - scored}
    (out / "expected.json").write_text(json.dumps({"points": points, "seconds": seconds}, indent=1) + "\n")
    print(json.dumps({"points": points, "seconds": seconds}, indent=1))


if __name__ == "__main__":
    main()
