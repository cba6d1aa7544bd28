"""Makes a small set in the layout of IJB-C, embeddings of its images, and what insightface's arithmetic
and plain loops say about them.

    python3 make_templates.py            writes templates/ beside this file; needs NumPy and scikit-learn

Everything is computed in double precision by loops that follow the definitions, so that it shares
nothing with the implementation.
"""

import json
import math
import pathlib

import numpy as np
from sklearn.metrics import roc_curve

OUT = pathlib.Path(__file__).parent / "templates"
SIZE = 8
FARS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
FPIRS = [0.01, 0.03, 0.1, 0.3]


def make(rng):
    """Lists and embeddings: 40 people, galleries of 20 each, probes of one to four images."""
    centres = rng.normal(size=(40, SIZE))
    images, people, points = [], [], []
    galleries, probes = [[], []], []
    template, medium = 1, 1

    def add(person, count):
        nonlocal template, medium
        for number in range(count):
            # Some neighbours are of one video.
            if number == 0 or rng.random() < 0.5:
                medium += 1
            images.append((f"{len(images) + 1}.jpg", template, medium))
            people.append(person)
        template += 3
        return template - 3

    for person in range(40):
        galleries[person % 2].append((add(person, int(rng.integers(1, 4))), person))
    for person in range(40):
        for _ in range(int(rng.integers(1, 5))):
            probes.append((add(person, int(rng.integers(1, 5))), person))
    noise = rng.uniform(0.5, 2.2, size=(len(images), 1))
    original = centres[people] + noise * rng.normal(size=(len(images), SIZE))
    mirrored = original + 0.3 * rng.normal(size=(len(images), SIZE))
    scores = np.round(rng.uniform(0.5, 1, size=len(images)), 3)
    return images, galleries, probes, np.float32(original), np.float32(mirrored), scores


def write_lists(images, galleries, probes, scores, pairs, rng):
    meta = OUT / "meta"
    meta.mkdir(parents=True, exist_ok=True)
    (meta / "ijbc_face_tid_mid.txt").write_text("".join(f"{n} {t} {m}\n" for n, t, m in images))
    order = rng.permutation(len(images))
    rows = []
    for index in order:
        points = " ".join(f"{v:.2f}" for v in rng.uniform(20, 90, size=10))
        rows.append(f"{images[index][0]} {points} {scores[index]}\n")
    (meta / "ijbc_name_5pts_score.txt").write_text("".join(rows))
    (meta / "ijbc_template_pair_label.txt").write_text("".join(f"{a} {b} {s}\n" for a, b, s in pairs))
    for name, rows in [("gallery_G1", galleries[0]), ("gallery_G2", galleries[1]), ("probe_mixed", probes)]:
        text = "TEMPLATE_ID,SUBJECT_ID\n" + "".join(f"{t},{100 + p}\n" for t, p in rows)
        (meta / f"ijbc_1N_{name}.csv").write_text(text)
    return order


def pool(images, views, scores, norm, detector):
    features = views[0].astype(np.float64) + views[1].astype(np.float64)
    if not norm:
        features = features / np.sqrt(np.sum(features**2, -1, keepdims=True))
    if detector:
        features = features * scores[:, None]
    templates = {}
    for template in sorted({t for _, t, _ in images}):
        media = {}
        for row, (_, t, m) in enumerate(images):
            if t == template:
                media.setdefault(m, []).append(features[row])
        total = sum(np.mean(rows, axis=0) for rows in media.values())
        # Facet keeps embeddings in single precision.
        templates[template] = np.float32(total / np.sqrt(np.sum(total**2))).astype(np.float64)
    return templates


def insightface_tpr(labels, scores):
    fpr, tpr, _ = roc_curve(labels, scores)
    fpr, tpr = np.flipud(fpr), np.flipud(tpr)
    points = []
    for rate in FARS:
        _, index = min(list(zip(abs(fpr - rate), range(len(fpr)))))
        points.append([float(fpr[index]), float(tpr[index])])
    return points


def sound_tar(labels, scores):
    genuine = [s for s, l in zip(scores, labels) if l]
    impostor = sorted((s for s, l in zip(scores, labels) if not l), reverse=True)
    result = []
    for rate in FARS:
        best = 0.0
        for threshold in [*impostor, -2.0]:
            if sum(s > threshold for s in impostor) <= rate * len(impostor):
                best = max(best, sum(s > threshold for s in genuine) / len(genuine))
        result.append(best)
    return result


def insightface_search(galleries, probes, templates):
    gallery = galleries[0] + galleries[1]
    similarity = np.float32([[templates[p] @ templates[g] for g, _ in gallery] for p, _ in probes])
    mask = [[person for _, person in gallery].index(person) for _, person in probes]
    ranks = []
    for k in [1, 5, 10]:
        order = np.argsort(-similarity)
        ranks.append(float(np.mean([mask[i] in order[i, :k] for i in range(len(probes))])))
    positive = np.array([similarity[i, mask[i]] for i in range(len(probes))])
    negative = sorted((similarity[i, j] for i in range(len(probes)) for j in range(len(gallery))
                       if j != mask[i]), reverse=True)
    tpir = []
    for rate in [0.01, 0.1]:
        threshold = negative[math.ceil(len(probes) * rate) - 1]
        tpir.append(float(np.mean(positive > threshold)))
    return {"ranks": ranks, "tpir": tpir}


def sound_search(galleries, probes, templates):
    """Open set: a probe whose person is in the other gallery is unknown."""
    per_gallery = []
    for gallery in galleries:
        enrolled = {person: template for template, person in gallery}
        mated, unknown = [], []
        for template, person in probes:
            scores = {p: np.float32(templates[template] @ templates[t]) for p, t in enrolled.items()}
            if person in enrolled:
                rank = 1 + sum(s >= scores[person] for p, s in scores.items() if p != person)
                mated.append((rank, scores[person]))
            else:
                unknown.append(max(scores.values()))
        ranks = [sum(r <= k for r, _ in mated) / len(mated) for k in [1, 5, 10]]
        tpir = []
        for rate in FPIRS:
            candidates = [t for t in [*unknown, -2.0] if sum(u > t for u in unknown) <= rate * len(unknown)]
            threshold = min(candidates)
            tpir.append(sum(r == 1 and s > threshold for r, s in mated) / len(mated))
        per_gallery.append({"ranks": ranks, "tpir": tpir, "mated": len(mated), "unknown": len(unknown)})
    return {
        "ranks": np.mean([g["ranks"] for g in per_gallery], axis=0).tolist(),
        "tpir": np.mean([g["tpir"] for g in per_gallery], axis=0).tolist(),
        "mated": sum(g["mated"] for g in per_gallery),
        "unknown": sum(g["unknown"] for g in per_gallery),
    }


def main():
    rng = np.random.default_rng(20)
    images, galleries, probes, original, mirrored, scores = make(rng)
    owner = {t: p for t, p in galleries[0] + galleries[1] + probes}
    enrolled = galleries[0] + galleries[1]
    pairs = [(p, g, int(owner[p] == owner[g])) for p, _ in probes for g, _ in enrolled]
    order = write_lists(images, galleries, probes, scores, pairs, rng)
    # Rows are images in the order of the list of points, as the reader numbers them.
    np.save(OUT / "views.npy", np.stack([original[order], mirrored[order]]))
    results = {}
    for norm in [False, True]:
        for detector in [False, True]:
            templates = pool(images, (original, mirrored), scores, norm, detector)
            labels = [l for _, _, l in pairs]
            cosines = [float(templates[a] @ templates[b]) for a, b, _ in pairs]
            results[f"norm{int(norm)}detector{int(detector)}"] = {
                "first": cosines[:20],
                "insightface": insightface_tpr(labels, cosines),
                "sound": sound_tar(labels, cosines),
                "insightfaceSearch": insightface_search(galleries, probes, templates),
                "search": sound_search(galleries, probes, templates),
            }
    (OUT / "results.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
