"""The verification of insightface's `verification.py` in NumPy, as it goes about it.

Written from the protocol's description: two passes summed and normalised by scikit-learn, squared
distances, and for every fold every threshold's accuracy by comparing all distances with it, on the
training folds and on the test fold, then the rates at 4,000 thresholds and their interpolation.
`interp1d(kind="slinear")` of present SciPy refuses equal rates; the B-spline it used to build is built
here instead, which takes no time worth mentioning.
"""

import numpy as np
from scipy.interpolate import BSpline
from sklearn.model_selection import KFold
from sklearn.preprocessing import normalize


def accuracy_at(threshold, dist, same):
    accepted = np.less(dist, threshold)
    tp = np.sum(np.logical_and(accepted, same))
    fp = np.sum(np.logical_and(accepted, np.logical_not(same)))
    tn = np.sum(np.logical_and(np.logical_not(accepted), np.logical_not(same)))
    fn = np.sum(np.logical_and(np.logical_not(accepted), same))
    tpr = 0 if tp + fn == 0 else float(tp) / float(tp + fn)
    fpr = 0 if fp + tn == 0 else float(fp) / float(fp + tn)
    return tpr, fpr, float(tp + tn) / dist.size


def rates_at(threshold, dist, same):
    accepted = np.less(dist, threshold)
    true_accepts = np.sum(np.logical_and(accepted, same))
    false_accepts = np.sum(np.logical_and(accepted, np.logical_not(same)))
    positives, negatives = np.sum(same), np.sum(np.logical_not(same))
    return float(true_accepts) / float(positives), float(false_accepts) / float(negatives)


def accuracies(dist, same, folds):
    thresholds = np.arange(0, 4, 0.01)
    found = np.zeros(folds)
    tprs, fprs = np.zeros((folds, thresholds.size)), np.zeros((folds, thresholds.size))
    for fold, (train, test) in enumerate(KFold(n_splits=folds).split(np.arange(dist.size))):
        on_train = np.zeros(thresholds.size)
        for place, threshold in enumerate(thresholds):
            _, _, on_train[place] = accuracy_at(threshold, dist[train], same[train])
        best = np.argmax(on_train)
        for place, threshold in enumerate(thresholds):
            tprs[fold, place], fprs[fold, place], _ = accuracy_at(
                threshold, dist[test], same[test]
            )
        _, _, found[fold] = accuracy_at(thresholds[best], dist[test], same[test])
    return found


def rates(dist, same, folds, target):
    thresholds = np.arange(0, 4, 0.001)
    tar, far = np.zeros(folds), np.zeros(folds)
    for fold, (train, test) in enumerate(KFold(n_splits=folds).split(np.arange(dist.size))):
        on_train = np.zeros(thresholds.size)
        for place, threshold in enumerate(thresholds):
            _, on_train[place] = rates_at(threshold, dist[train], same[train])
        threshold = 0.0
        if np.max(on_train) >= target:
            knots = np.r_[on_train[0], on_train, on_train[-1]]
            threshold = float(BSpline(knots, thresholds, 1)(target))
        tar[fold], far[fold] = rates_at(threshold, dist[test], same[test])
    return tar, far


def verify(original, mirrored, same, folds=10):
    """Accuracy, its deviation, TAR and FAR from the embeddings of both passes."""
    embeddings = normalize(original + mirrored)
    first, second = embeddings[0::2], embeddings[1::2]
    dist = np.sum(np.square(np.subtract(first, second)), 1)
    found = accuracies(dist, same, folds)
    # `verification.py` computes the distances again for the second measure.
    dist = np.sum(np.square(np.subtract(first, second)), 1)
    tar, far = rates(dist, same, folds, 1e-3)
    return float(np.mean(found)), float(np.std(found)), float(np.mean(tar)), float(np.mean(far))
