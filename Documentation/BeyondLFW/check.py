#!/usr/bin/env python3
"""Asks of a study with several test sets whether its losses keep their order from test to test, and how sure that is.

    python3 Documentation/BeyondLFW/check.py STUDY [--tuned]

Nothing of Facet is used but two kinds of files of each run: `scores/lfw.csv` (distances of pairs) and
`identification/NAME.json` (figures of a set of templates, on the set itself and on draws of its people). For every
two losses and every measure: the difference with its two-sided p, seeds and people taken together (Satterthwaite),
corrected over all of them (Holm). Then losses and people are drawn again and again, the seeds of a loss together for
all tests and the people of each test for themselves, and the orders compared: Kendall's tau between each two
measures, and how often they agree on the best loss.
"""

import argparse
import glob
import itertools
import json
import os
import re
import sys

import numpy as np
from scipy import stats

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "TunedStudy"))
from check import correct  # noqa: E402


class Measure:
    """A figure of each loss and seed, on the set itself (`value`) and on draws of people (`draws`)."""

    def __init__(self, title):
        self.title, self.value, self.draws, self.gone, self.people = title, {}, {}, {}, 0

    def add(self, loss, value, draws, gone=(), people=0):
        self.value.setdefault(loss, []).append(value)
        self.draws.setdefault(loss, []).append(draws)
        self.gone.setdefault(loss, []).append(gone)
        self.people = people

    def difference(self, first, second):
        """Mean, p and 95 % interval of the first loss less the second."""
        values = np.subtract(self.value[first], self.value[second])
        draws = np.mean(np.subtract(self.draws[first], self.draws[second]), axis=0)
        gone = np.mean(np.subtract(self.gone[first], self.gone[second]), axis=0)
        by_seeds = values.var(ddof=1) / len(values)
        # The delete-a-group jackknife of enrolled people, centred at its own mean.
        by_people = draws.var(ddof=1) + (len(gone) - 1) * gone.var() * (len(gone) - 1) / len(gone) if len(gone) > 1 \
            else draws.var(ddof=1)
        total = by_seeds + by_people
        freedom = total ** 2 / (by_seeds ** 2 / (len(values) - 1) + by_people ** 2 / (self.people - 1))
        scale = np.sqrt(total)
        p = 2 * stats.t.sf(abs(values.mean()) / scale, freedom)
        return values.mean(), p, stats.t.interval(0.95, freedom, values.mean(), scale)


def lfw(paths, draws=200):
    """Accuracy on LFW's pairs, and on draws of its people: a pair of two counts with the product."""
    measure, weights = Measure("lfw accuracy"), None
    for loss, path in paths:
        right, same, people = correct(path)
        if weights is None:
            names = {name: place for place, name in enumerate(sorted({p for pair in people for p in pair}))}
            ends = np.array([[names[name] for name in pair] for pair in people])
            rng = np.random.default_rng(1)
            drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
            weights = np.where(same, drawn[:, ends[:, 0]], drawn[:, ends[:, 0]] * drawn[:, ends[:, 1]])
        found = [(w[same] @ right[same] / w[same].sum() + w[~same] @ right[~same] / w[~same].sum()) / 2
                 for w in weights]
        measure.add(loss, right.mean(), np.array(found), people=len(names))
    return measure


def title(measure):
    (kind, content), = measure.items()
    number = next(iter(content.values()))
    return {"tar": f"TAR at FAR {number:g}", "rank": f"rank {number}", "tpir": f"TPIR at FPIR {number:g}"}[kind]


def holm(p):
    order, result, worst = np.argsort(p), np.empty(len(p)), 0
    for place, index in enumerate(order):
        worst = max(worst, min(1, (len(p) - place) * p[index]))
        result[index] = worst
    return result


def read(study, tuned):
    runs = []
    for path in sorted(glob.glob(f"{study}/runs/*/run.json")):
        run = os.path.dirname(path)
        if tuned != run.endswith("_tuned"):
            continue
        loss = json.load(open(path))["configuration"]["losses"][0].split(":")[0]
        runs.append((loss, int(re.search(r"_seed(\d+)", run).group(1)), run))
    runs.sort()
    measures = [lfw([(loss, f"{run}/scores/lfw.csv") for loss, _, run in runs])]
    for name in sorted({os.path.basename(p)[:-5] for _, _, r in runs for p in glob.glob(f"{r}/identification/*.json")}):
        found = {}
        for loss, _, run in runs:
            for figure in json.load(open(f"{run}/identification/{name}.json"))["figures"]:
                if figure.get("value") is None:
                    continue
                one = found.setdefault(title(figure["measure"]), Measure(f"{name} {title(figure['measure'])}"))
                again = figure["replicates"]
                one.add(loss, figure["value"], again["draws"], again["withoutGroups"], again["people"])
        measures += found.values()
    return sorted({loss for loss, _, _ in runs}), measures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study")
    parser.add_argument("--tuned", action="store_true", help="the runs with values that tuning chose")
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--orders", default="accuracy,TAR at FAR 0.01,rank 1", help="measures whose orders are compared")
    options = parser.parse_args()
    losses, measures = read(options.study, options.tuned)
    print("| measure | " + " | ".join(losses) + " |\n|---" + "|---" * len(losses) + "|")
    for measure in measures:
        means = {loss: np.mean(measure.value[loss]) for loss in losses}
        order = sorted(losses, key=lambda loss: -means[loss])
        print(f"| {measure.title} | "
              + " | ".join(f"{100 * means[loss]:.2f} ({order.index(loss) + 1})" for loss in losses) + " |")

    pairs = list(itertools.combinations(losses, 2))
    found = [(measure, pair, measure.difference(*pair)) for measure in measures for pair in pairs]
    corrected = holm(np.array([f[2][1] for f in found]))
    print("\nDifferences that stand after Holm's correction over all "
          f"{len(found)}, in points:\n\n| measure | better | worse | difference | 95 % interval | p |\n|---|---|---|---|---|---|")
    signs = {}
    for (measure, pair, (mean, _, interval)), p in zip(found, corrected):
        if p >= 0.05:
            continue
        better, worse = pair if mean > 0 else pair[::-1]
        ends = sorted(100 * abs(end) for end in interval)
        signs.setdefault(frozenset(pair), {}).setdefault(better, []).append(measure.title)
        print(f"| {measure.title} | {better} | {worse} | {100 * abs(mean):.2f} | {ends[0]:.2f} to {ends[1]:.2f} | {p:.4f} |")
    turned = [sides for sides in signs.values() if len(sides) > 1]
    print(f"\n{len(signs)} of {len(pairs)} pairs of losses differ on some measure; {len(turned)} of them in both directions.")
    for sides in turned:
        print("  " + "; ".join(f"{loss} is better on {', '.join(where)}" for loss, where in sides.items()))

    rng = np.random.default_rng(2)
    means = np.empty((options.draws, len(measures), len(losses)))
    for draw in range(options.draws):
        picked = {loss: rng.integers(0, len(measures[0].value[loss]), len(measures[0].value[loss])) for loss in losses}
        for i, measure in enumerate(measures):
            place = rng.integers(0, len(measure.draws[losses[0]][0]))
            means[draw, i] = [np.mean([measure.draws[loss][k][place] for k in picked[loss]]) for loss in losses]
    print("\n| measures | Kendall's tau | 95 % | same best loss |\n|---|---|---|---|")
    whole = [[np.mean(measure.value[loss]) for loss in losses] for measure in measures]
    signs = [np.sign(means[:, :, a] - means[:, :, b]) for a, b in itertools.combinations(range(len(losses)), 2)]
    wanted = [i for i, measure in enumerate(measures)
              if any(measure.title.split(" ", 1)[1] == name for name in options.orders.split(","))]
    for i, j in itertools.combinations(wanted, 2):
        if measures[i].title.split()[0] == measures[j].title.split()[0]:
            continue
        tau = stats.kendalltau(whole[i], whole[j])[0]
        drawn = np.mean([sign[:, i] * sign[:, j] for sign in signs], axis=0)
        low, high = np.quantile(drawn, [0.025, 0.975])
        best = np.mean(means[:, i].argmax(axis=1) == means[:, j].argmax(axis=1))
        print(f"| {measures[i].title}, {measures[j].title} | {tau:.2f} | {low:.2f} to {high:.2f} | {best:.2f} |")


if __name__ == "__main__":
    main()
