#!/usr/bin/env python3
"""Computes the numbers of a tuned study anew, from its scores and tries alone, with NumPy and SciPy.

    python3 Documentation/TunedStudy/check.py STUDY [--rope 0.2]

Nothing of Facet is used but two kinds of files: the distances of the test pairs (`runs/*/scores/*.csv`) and the
tries' scores (`tuning.json`). For each loss: accuracy at the default and with the tuned values (LFW's ten folds,
insightface's thresholds), the gain with its 95 % interval over other seeds and other pairs, the probabilities
that it is better, practically equal and worse, and what to expect of the best of 1, 2, 4, 8, ... tries. Then the
same for each two losses with their tuned values.
"""

import argparse
import csv
import glob
import itertools
import json
import os
import re

import numpy as np
from scipy import stats


def correct(path):
    """Whether each pair is classified correctly, and the two people of each."""
    rows = list(csv.DictReader(open(path, encoding="utf-8")))
    distance = np.array([float(row["distance"]) for row in rows])
    same = np.array([row["same"] in ("1", "true") for row in rows])
    fold = np.array([int(row["fold"]) for row in rows])
    grid = np.arange(0, 4, 0.01)
    is_right = (distance[None, :] < grid[:, None]) == same[None, :]
    result = np.zeros(len(rows), bool)
    for number in np.unique(fold):
        inside = fold == number
        best = np.argmax(is_right[:, ~inside].mean(axis=1))
        result[inside] = is_right[best, inside]
    people = [tuple(sorted(os.path.dirname(row[side]) for side in ("first", "second"))) for row in rows]
    return result.astype(float), same, people


class Pairs:
    """The variance of a mean over pairs that share people."""

    def __init__(self, same, people):
        self.same, self.count = same, len(same)
        numbers = {name: place for place, name in enumerate(sorted({p for pair in people for p in pair}))}
        ends = np.array([[numbers[name] for name in pair] for pair in people])
        # Two pairs are dependent where they have a person in common.
        self.ends = ends

    def variance(self, values):
        residual = np.empty(self.count)
        for kind in (True, False):
            inside = self.same == kind
            n = inside.sum()
            residual[inside] = (values[inside] - values[inside].mean()) / self.count * np.sqrt(n / (n - 1))
        total = 0.0
        for start in range(0, self.count, 500):
            a = self.ends[start:start + 500]
            shares = ((a[:, None, 0] == self.ends[None, :, 0]) | (a[:, None, 0] == self.ends[None, :, 1])
                      | (a[:, None, 1] == self.ends[None, :, 0]) | (a[:, None, 1] == self.ends[None, :, 1]))
            total += residual[start:start + 500] @ shares @ residual
        return max(total, (residual ** 2).sum())


def difference(first, second, pairs):
    """Mean, variance and degrees of freedom of a difference over seeds and pairs (Hillis 2007)."""
    values = np.array(first) - np.array(second)
    seeds = len(values)
    average = values.mean(axis=0)
    by_seeds = values.mean(axis=1).var(ddof=1) / seeds
    rest = sum(pairs.variance(row - average) for row in values) / (seeds - 1) / seeds
    smallest = 0.0
    for kind in (True, False):
        n = (pairs.same == kind).sum()
        smallest += (n / pairs.count) ** 2 * 2 / (n + 2) ** 2
    by_pairs = max(pairs.variance(average), smallest)
    total = max(by_seeds, rest) + max(0.0, by_pairs - rest)
    freedom = (seeds - 1) * (total / by_seeds) ** 2
    return average.mean(), total, freedom


def described(name, found, rope):
    mean, variance, freedom = found
    scale = np.sqrt(variance)
    low, high = stats.t.interval(0.95, freedom, mean, scale)
    better, worse = stats.t.sf(rope, freedom, mean, scale), stats.t.cdf(-rope, freedom, mean, scale)
    return (f"| {name} | {100 * mean:+.2f} | {100 * low:.2f} to {100 * high:.2f} | {better:.3f} "
            f"| {1 - better - worse:.3f} | {worse:.3f} |")


def expected_best(scores, tries):
    """Dodge et al. 2019, by enumeration of the order statistics."""
    ordered, n = np.sort(scores), len(scores)
    place = np.arange(1, n + 1) / n
    return (ordered * np.diff(np.concatenate([[0], place ** tries]))).sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study")
    parser.add_argument("--test", default="lfw")
    parser.add_argument("--rope", type=float, default=0.2, help="points")
    options = parser.parse_args()
    rope = options.rope / 100
    runs, pairs = {}, None
    for path in sorted(glob.glob(f"{options.study}/runs/*/scores/{options.test}.csv")):
        run = os.path.basename(os.path.dirname(os.path.dirname(path)))
        seed, tuned = re.search(r"_seed(\d+)(_tuned)?$", run).groups()
        loss = json.load(open(f"{options.study}/runs/{run}/run.json"))["configuration"]["losses"][0].split(":")[0]
        right, same, people = correct(path)
        pairs = pairs or Pairs(same, people)
        runs.setdefault((loss, bool(tuned)), {})[int(seed)] = right
    print("| loss | values | accuracy, % | standard deviation | seeds |\n|---|---|---|---|---|")
    for (loss, tuned), seeds in runs.items():
        means = 100 * np.array([seeds[seed].mean() for seed in sorted(seeds)])
        print(f"| {loss} | {'tuned' if tuned else 'default'} | {means.mean():.2f} | {means.std(ddof=1):.2f} | {len(means)} |")

    def rows(key):
        return [runs[key][seed] for seed in sorted(runs[key])]

    head = f"points | 95 % interval | better by > {options.rope} | equal | worse |\n|---|---|---|---|---|---|"
    print(f"\n| tuned against default | {head}")
    losses = sorted({loss for loss, _ in runs})
    for loss in losses:
        if (loss, True) in runs:
            print(described(loss, difference(rows((loss, True)), rows((loss, False)), pairs), rope))
    print(f"\n| tuned losses | {head}")
    final = {loss: rows((loss, (loss, True) in runs)) for loss in losses}
    for first, second in itertools.combinations(sorted(losses, key=lambda loss: -np.mean(final[loss])), 2):
        print(described(f"{first} against {second}", difference(final[first], final[second], pairs), rope))
    print("\n| loss | expected best after 1 | 2 | 4 | 8 | 16 tries, % |\n|---|---|---|---|---|---|")
    for cell in json.load(open(f"{options.study}/tuning.json"))["cells"]:
        scores = [one["accuracy"] for one in cell["tries"] if one.get("accuracy") is not None]
        found = " | ".join(f"{100 * expected_best(scores, n):.2f}" for n in (1, 2, 4, 8, 16) if n <= len(scores))
        print(f"| {cell['loss']} | {found} |")


if __name__ == "__main__":
    main()
