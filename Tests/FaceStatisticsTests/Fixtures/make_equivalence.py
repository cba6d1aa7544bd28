"""Makes equivalence.json, which DifferencePosterior and ExpectedBest are compared with.

    pip install numpy baycomp==1.0.3
    python make_equivalence.py > equivalence.json

The probabilities are baycomp's: of its correlated t test over folds, and of its posterior with the mean,
variance and degrees of freedom of the two-way model, which make_golden.py computed for the studies in
golden.json. The best of n tries is enumerated: the mean and the spread of the maximum of every possible
draw of n out of N tries, for NumPy's own maximum.
"""

import itertools
import json
import sys
from pathlib import Path

import numpy as np
from baycomp.single import CorrelatedTTest, Posterior

rng = np.random.default_rng(2015)


def probabilities(posterior):
    """(worse, equal, better), whatever the region."""
    values = [float(p) for p in posterior.probs()]
    return values if len(values) == 3 else [values[0], 0.0, values[1]]


def correlated():
    rows = []
    for folds, runs, shift, rope in [(10, 1, 0.01, 0.01), (10, 1, 0.0, 0.002), (5, 2, -0.02, 0.01),
                                     (10, 10, 0.004, 0.002), (3, 1, 0.05, 0.0), (10, 1, 0.08, 0.01)]:
        x = rng.normal(0.9, 0.02, size=folds * runs)
        y = x + rng.normal(shift, 0.015, size=folds * runs)
        rows.append({
            "differences": (y - x).tolist(), "folds": folds, "rope": rope,
            "probabilities": probabilities(CorrelatedTTest(x, y, rope, runs)),
        })
    return rows


def two_way():
    scores = json.loads((Path(__file__).parent / "golden.json").read_text())["scores"]["difference"]
    means = np.array(scores["means"])
    seed = means.var(ddof=1) / len(means)
    pair, rest = scores["pairVariances"][1], scores["rest"]
    variance = max(seed, rest) + max(0, pair - rest)
    freedom = (len(means) - 1) * (variance / seed) ** 2
    return [{"rope": rope,
             "probabilities": probabilities(Posterior(means.mean(), variance, freedom, rope))}
            for rope in (0.0, 0.002, 0.02, 0.1, 1.0)]


def seeds_alone():
    """Seeds of which each moves all pairs alike: what the folds are to baycomp, without correlation."""
    rows = []
    for count, rope in [(3, 0.002), (5, 0.01), (10, 0.0)]:
        means = rng.normal(0.01, 0.02, size=count)
        rows.append({
            "differences": means.tolist(), "folds": count, "rope": rope,
            "probabilities": probabilities(
                Posterior(means.mean(), means.var(ddof=1) / count, count - 1, rope)),
        })
    return rows


def best():
    tries = [[0.9], [0.5, 0.9, 0.7], [0.81, 0.5, 0.93, 0.93], [0.6, 0.62, 0.61, 0.7, 0.5]]
    rows = []
    for scores in tries:
        means, deviations = [], []
        for n in range(1, len(scores) + 1):
            maxima = np.array([max(drawn) for drawn in itertools.product(scores, repeat=n)])
            means.append(float(maxima.mean()))
            deviations.append(float(maxima.std()))
        rows.append({"scores": scores, "means": means, "deviations": deviations})
    return rows


json.dump({"correlated": correlated(), "twoWay": two_way(), "seedsAlone": seeds_alone(),
           "best": best()}, sys.stdout, separators=(",", ":"))
print()
