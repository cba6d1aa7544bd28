"""Makes systems.json: golden values of every verification protocol in circulation.

Independent of the Swift code: each system's evaluation is spelled out in NumPy the way the system
does it (per fold, on the fused embeddings themselves, threshold by threshold), in double precision
where the system keeps double precision and in single where it keeps single. Folds, the ROC curve and
the row normalisation are scikit-learn's.

Needs: pip install numpy scipy scikit-learn
Run:   python make_systems.py > systems.json
"""

import json
import math
import sys

import numpy as np
from sklearn.metrics import roc_curve
from sklearn.model_selection import KFold
from sklearn.preprocessing import normalize


def splits(count, folds):
    if folds == 1:
        return [(np.arange(count), np.arange(count))]
    return list(KFold(n_splits=folds, shuffle=False).split(np.arange(count)))


def below_accuracy(threshold, dist, same):
    return float(np.mean(np.less(dist, threshold) == same))


def on_grid(dist_of_fold, same, folds):
    """facenet's and insightface's loop: first argmax over np.arange(0, 4, 0.01)."""
    thresholds = np.arange(0, 4, 0.01)
    rows = []
    for train, test in splits(same.size, folds):
        dist = dist_of_fold(train)
        accuracies = [below_accuracy(t, dist[train], same[train]) for t in thresholds]
        best = thresholds[np.argmax(accuracies)]
        rows.append((float(best), below_accuracy(best, dist[test], same[test])))
    return rows, float(np.std([r[1] for r in rows]))


def insightface(first, second, same, folds):
    a, b = (normalize(e + f) for e, f in (first, second))
    dist = np.sum(np.square(a - b), axis=1)
    return on_grid(lambda train: dist, same, folds)


def adaface(first, second, same, folds):
    def fuse(e, f):
        views = [v for v in (e, f) if v.any()]
        norms = [np.linalg.norm(v, axis=1, keepdims=True) for v in views]
        fused = sum((v / n) * n for v, n in zip(views, norms))
        return fused / np.linalg.norm(fused, axis=1, keepdims=True)

    a, b = fuse(*first), fuse(*second)
    dist = np.sum(np.square(a - b), axis=1)
    return on_grid(lambda train: dist, same, folds)


def facenet(first, second, same, folds):
    a, b = normalize(first[0]), normalize(second[0])
    dist = np.sum(np.square(a - b), axis=1)
    return on_grid(lambda train: dist, same, folds)


def facenet_angle(first, second, same, folds, has_mirror):
    def join(e, f):
        return np.hstack([normalize(e), normalize(f)]) if has_mirror else normalize(e)

    a, b = join(*first), join(*second)

    def dist(train):
        mean = np.mean(np.concatenate([a[train], b[train]]), axis=0)
        x, y = a - mean, b - mean
        dot = np.sum(x * y, axis=1)
        similarity = dot / (np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1))
        return np.arccos(np.clip(similarity, -1, 1)) / math.pi

    return on_grid(dist, same, folds)


def sphereface(first, second, same, folds, has_mirror):
    a = np.hstack(first) if has_mirror else first[0]
    b = np.hstack(second) if has_mirror else second[0]

    def accuracy(scores, flags, threshold):
        right = np.sum(scores[flags] > threshold) + np.sum(scores[~flags] < threshold)
        return right / scores.size

    rows = []
    thresholds = np.arange(-10000, 10001) / 10000
    for train, test in splits(same.size, folds):
        mu = np.mean(np.concatenate([a[train], b[train]]), axis=0)
        scores = np.sum(normalize(a - mu) * normalize(b - mu), axis=1)
        accuracies = np.array([accuracy(scores[train], same[train], t) for t in thresholds])
        best = float(np.mean(thresholds[accuracies == accuracies.max()]))
        rows.append((best, float(accuracy(scores[test], same[test], best))))
    return rows, None


def facex_zoo(first, second, same, folds):
    a, b = normalize(first[0]), normalize(second[0])
    scores = np.sum(a * b, axis=1).astype(np.float32).astype(np.float64)
    rows = []
    for train, test in splits(same.size, folds):
        positive, negative = scores[train][same[train]], scores[train][~same[train]]
        low, high = scores[train].min(), scores[train].max()
        candidates = low + (high - low) / 1000 * np.arange(1, 1001)
        tpr = np.array([np.sum(positive > t) / positive.size for t in candidates])
        fpr = np.array([np.sum(negative > t) / negative.size for t in candidates])
        best = float(candidates[np.argmax(tpr - fpr)])
        right = np.sum(scores[test][same[test]] > best) + np.sum(scores[test][~same[test]] < best)
        rows.append((best, float(right / test.size)))
    accuracies = [r[1] for r in rows]
    return rows, float(np.std(accuracies, ddof=1) / np.sqrt(folds)) if folds > 1 else None


def opensphere(first, second, same):
    a, b = (normalize((e + f) / 2) for e, f in (first, second))
    scores = np.sum(a * b, axis=1)
    fpr, tpr, thresholds = roc_curve(same, scores)
    accuracy = (tpr * same.sum() + (1 - fpr) * (~same).sum()) / same.size
    best = np.argmax(np.round(accuracy * same.size))
    return [(float(thresholds[best]), float(accuracy[best]))], None


def keras_insightface(first, second, same):
    a, b = (normalize(e + f) for e, f in (first, second))
    scores = np.sum(a * b, axis=1)
    positive, negative = np.sort(scores[same]), np.sort(scores[~same])
    steps = int(0.1 * negative.size)
    counts = np.array([(positive > v).sum() + (negative <= v).sum() for v in negative[-steps:]])
    best = int(np.argmax(counts))
    return [(float(negative[best - steps]), float(counts[best] / scores.size))], None


def deepface(first, second, same):
    a, b = normalize(first[0]), normalize(second[0])
    cosine_distance = 1 - np.sum(a * b, axis=1)
    l2 = np.linalg.norm(a - b, axis=1)
    return (
        ([(0.32, float(np.mean((cosine_distance <= 0.68) == same)))], None),
        ([(1.13, float(np.mean((l2 <= 1.13) == same)))], None),
    )


def systems(first, second, same, folds, has_mirror):
    by_cosine, by_l2 = deepface(first, second, same)
    found = {
        "insightface": insightface(first, second, same, folds),
        "adaface": adaface(first, second, same, folds),
        "facenet": facenet(first, second, same, folds),
        "facenet-angle": facenet_angle(first, second, same, folds, has_mirror),
        "sphereface": sphereface(first, second, same, folds, has_mirror),
        "facex-zoo": facex_zoo(first, second, same, folds),
        "opensphere": opensphere(first, second, same),
        "keras-insightface": keras_insightface(first, second, same),
        "deepface-cosine": by_cosine,
        "deepface-l2": by_l2,
    }
    return {
        name: {
            "thresholds": [row[0] for row in rows],
            "accuracies": [row[1] for row in rows],
            "accuracy": float(np.mean([row[1] for row in rows])),
            "spread": spread,
        }
        for name, (rows, spread) in found.items()
    }


def best_threshold(dist, same):
    order = np.argsort(dist, kind="stable")
    d, s = dist[order], same[order]
    correct = np.cumsum(np.where(s, 1, -1)) + (~s).sum()
    last_of_tie = np.append(d[1:] > d[:-1], True)
    correct = np.where(last_of_tie, correct, -1)
    place = int(np.argmax(correct))
    return (d[place] + d[place + 1]) / 2 if place + 1 < d.size else d[place]


def interval(dist, same, rng, draws=20000, level=0.95):
    """Percentile bootstrap, as many pairs of each kind as there are."""
    positive, negative = dist[same], dist[~same]
    flags = np.r_[np.ones(positive.size, bool), np.zeros(negative.size, bool)]
    found = [
        best_threshold(
            np.r_[rng.choice(positive, positive.size), rng.choice(negative, negative.size)], flags
        )
        for _ in range(draws)
    ]
    tail = (1 - level) / 2
    return [float(np.quantile(found, tail)), float(np.quantile(found, 1 - tail))]


def view_one(train, train_same, test, test_same):
    thresholds = np.arange(0, 4, 0.01)
    accuracies = [below_accuracy(t, train, train_same) for t in thresholds]
    best = thresholds[np.argmax(accuracies)]
    p = below_accuracy(best, test, test_same)
    return {
        "threshold": float(best),
        "trainAccuracy": float(np.max(accuracies)),
        "accuracy": p,
        "standardError": math.sqrt(p * (1 - p) / test.size),
    }


def case(rng, name, people, pairs, folds, dimension, noise, positives=0.5, mirror=True):
    """People with directions of their own; images with noise, of unequal norms, used repeatedly."""
    identity = np.repeat(np.arange(people), 3)
    common = rng.standard_normal(dimension)
    centre = rng.standard_normal((people, dimension)) + 0.7 * common
    norm = rng.uniform(2, 30, identity.size)[:, None]

    def view():
        rows = centre[identity] + noise * rng.standard_normal((identity.size, dimension))
        return np.round(normalize(rows) * norm * rng.uniform(0.7, 1.3, norm.shape), 4)

    original, mirrored = view().astype(np.float32), view().astype(np.float32)
    wanted = rng.random(pairs) < positives
    first, second = [], []
    for same in wanted:
        if same:
            a, b = rng.choice(3, 2, replace=False) + 3 * rng.integers(people)
        else:
            p, q = rng.choice(people, 2, replace=False)
            a, b = 3 * p + rng.integers(3), 3 * q + rng.integers(3)
        first.append(int(a))
        second.append(int(b))
    e, f = original.astype(np.float64), (mirrored if mirror else original * 0).astype(np.float64)
    sides = [(e[side], f[side]) for side in (first, second)]
    return {
        "name": name,
        "folds": folds,
        "dimension": dimension,
        # Shortest decimals that read back to the same single-precision number.
        "original": [float(np.format_float_positional(v)) for v in original.ravel()],
        "mirrored": [float(np.format_float_positional(v)) for v in mirrored.ravel()] if mirror else None,
        "first": first,
        "second": second,
        "same": wanted.tolist(),
        "systems": systems(*sides, wanted, folds, mirror),
    }


def main():
    rng = np.random.default_rng(20181222)
    cases = [
        case(rng, "ten even folds", 30, 300, 10, 12, 0.9),
        case(rng, "ten uneven folds", 20, 107, 10, 8, 0.8),
        case(rng, "unequally many of each kind", 25, 200, 5, 12, 1.0, positives=0.25),
        case(rng, "no mirror images", 25, 150, 10, 10, 0.9, mirror=False),
        case(rng, "little signal", 20, 120, 4, 6, 2.5),
        case(rng, "one fold judges itself", 20, 80, 1, 8, 0.9),
    ]
    same = rng.random(400) < 0.5
    dist = np.clip(np.where(same, 1.0, 1.9) + 0.4 * rng.standard_normal(400), 0, 4)
    dist = dist.astype(np.float32).astype(np.float64)
    other_same = rng.random(150) < 0.5
    other = np.clip(np.where(other_same, 1.0, 1.9) + 0.4 * rng.standard_normal(150), 0, 4)
    other = other.astype(np.float32).astype(np.float64)
    threshold = {
        "distances": dist.tolist(),
        "same": same.tolist(),
        "best": float(best_threshold(dist, same)),
        "interval": interval(dist, same, rng),
        "testDistances": other.tolist(),
        "testSame": other_same.tolist(),
        "viewOne": view_one(dist, same, other, other_same),
    }
    json.dump({"cases": cases, "threshold": threshold}, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
