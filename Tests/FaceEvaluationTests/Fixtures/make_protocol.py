"""Makes protocol.json: golden values of the verification protocol and of ROC quantities.

Independent of the Swift code: the folds are scikit-learn's, the protocol is insightface's
definition spelled out threshold by threshold in NumPy, the curve and its area are
scikit-learn's, the equal error rate is found with SciPy's root finder as facenet does.

Needs: pip install numpy scipy scikit-learn
Run:   python make_protocol.py > protocol.json
"""

import json
import sys

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import brentq
from sklearn.metrics import auc, roc_curve
from sklearn.model_selection import KFold

TARGET_FAR = 1e-3


def splits(count, folds):
    indices = np.arange(count)
    if folds == 1:
        return [(indices, indices)]
    return list(KFold(n_splits=folds, shuffle=False).split(indices))


def accuracy_at(threshold, dist, same):
    predicted = np.less(dist, threshold)
    right = np.sum(predicted & same) + np.sum(~predicted & ~same)
    return float(right) / dist.size


def rates_at(threshold, dist, same):
    predicted = np.less(dist, threshold)
    tar = np.sum(predicted & same) / np.sum(same) if same.any() else None
    far = np.sum(predicted & ~same) / np.sum(~same) if (~same).any() else None
    return tar, far


def best_threshold(dist, same):
    thresholds = np.arange(0, 4, 0.01)
    accuracies = [accuracy_at(t, dist, same) for t in thresholds]
    return float(thresholds[np.argmax(accuracies)])


def far_threshold(dist, same, target):
    """interp1d(far, thresholds, kind='slinear') as SciPy built it before it refused equal x.

    For degree 1 it is the B-spline with the data as knots and coefficients.
    """
    if same.all():
        return None
    thresholds = np.arange(0, 4, 0.001)
    far = np.array([rates_at(t, dist, same)[1] for t in thresholds])
    if np.max(far) < target:
        return 0.0
    return float(BSpline(np.r_[far[0], far, far[-1]], thresholds, 1)(target))


def insightface(dist, same, folds, target):
    rows = []
    for train, test in splits(dist.size, folds):
        threshold = best_threshold(dist[train], same[train])
        operating = far_threshold(dist[train], same[train], target)
        tar, far = (None, None) if operating is None else rates_at(operating, dist[test], same[test])
        rows.append(
            {
                "pairs": len(test),
                "threshold": threshold,
                "accuracy": accuracy_at(threshold, dist[test], same[test]),
                "farThreshold": operating,
                "tar": None if tar is None else float(tar),
                "far": None if far is None else float(far),
            }
        )
    return rows


def mean(values):
    values = [v for v in values if v is not None]
    return float(np.mean(values)) if values else None


def curve(dist, same):
    if same.all() or not same.any():
        return None
    far, tar, _ = roc_curve(same, -dist, drop_intermediate=False)
    # The curve falls short of or passes 1 - x even where it jumps, so the root is always there;
    # at the two ends the sign may not change, and the error rate is known.
    gap = lambda x: 1.0 - x - np.interp(x, far, tar)
    eer = 0.0 if gap(0.0) <= 0 else brentq(gap, 0.0, 1.0)
    order = np.unique(dist)
    best = max(accuracy_at(t, dist, same) for t in [*order, np.inf])
    return {
        "far": far.tolist(),
        "tar": tar.tolist(),
        "auc": float(auc(far, tar)),
        "eer": eer,
        "bestAccuracy": best,
        "tarAtFAR": [
            {"rate": rate, "tar": float(np.max(tar[far <= rate]))} for rate in (0, 0.001, 0.01, 0.1, 0.5, 1)
        ],
    }


def case(name, dist, same, folds, target=TARGET_FAR):
    dist = np.asarray(dist, np.float32).astype(np.float64)
    same = np.asarray(same, bool)
    rows = insightface(dist, same, folds, target)
    accuracies = [row["accuracy"] for row in rows]
    return {
        "name": name,
        "folds": folds,
        "targetFAR": target,
        "distances": dist.tolist(),
        "same": same.tolist(),
        "rows": rows,
        "accuracy": float(np.mean(accuracies)),
        "standardDeviation": float(np.std(accuracies)),
        "tar": mean([row["tar"] for row in rows]),
        "far": mean([row["far"] for row in rows]),
        "curve": curve(dist, same),
    }


def draw(rng, count, decimals=None, gap=0.6):
    same = rng.random(count) < 0.5
    dist = np.clip(np.where(same, 1.1, 1.1 + gap) + 0.35 * rng.standard_normal(count), 0, 4)
    return (dist if decimals is None else np.round(dist, decimals)), same


def main():
    rng = np.random.default_rng(20190103)
    cases = [
        case("ten even folds", *draw(rng, 300), 10),
        case("ten uneven folds", *draw(rng, 107), 10),
        case("ties on the thresholds of the grid", *draw(rng, 120, decimals=2), 10),
        case("heavy ties", *draw(rng, 90, decimals=1), 5),
        case("almost all distances equal", *draw(rng, 40, decimals=0), 4),
        case("a high target", *draw(rng, 150), 10, target=0.05),
        case("a target met exactly", *draw(rng, 120), 3, target=0.25),
        case("one fold judges itself", *draw(rng, 50), 1),
        case("no signal", *draw(rng, 200, gap=0), 10),
        case("reversed signal", *draw(rng, 100, gap=-1), 10),
        case("separable", *draw(rng, 100, gap=2.6), 10),
        case("two pairs a fold", *draw(rng, 20), 10),
        case("two pairs", [0.5, 1.5], [True, False], 2),
        case("two equal pairs", [1.0, 1.0], [True, False], 2),
        case("same pairs in one fold, different ones in the other", [0.1, 0.2, 1.1, 1.2], [1, 1, 0, 0], 2),
        case("only the same person", [0.1, 0.2, 3.9, 4.0, 0.3], [1] * 5, 2),
        case("only different people", [0.1, 0.2, 3.9, 4.0, 0.3], [0] * 5, 2),
        case("the ends of the scale", [0, 0, 4, 4, 0, 4], [1, 0, 1, 0, 1, 0], 3),
    ]
    json.dump(cases, sys.stdout, indent=None, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
