"""Makes golden.json, which FaceStatistics is compared with.

    pip install numpy scipy statsmodels
    python make_golden.py > golden.json

Everything comes from SciPy 1.17 and statsmodels 0.15, or from naive loops over NumPy arrays where
they have nothing (variances of pairs that share people).
"""

import json
import sys

import numpy as np
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

rng = np.random.default_rng(20190105)


def functions():
    xs = [1e-3, 0.1, 0.5, 1, 1.5, 2, 3.3, 10, 14.9, 15, 100, 3000.5, 1e6]
    betas = [(0.2, 0.5, 0.5), (0.9, 5, 0.5), (1e-6, 3, 2), (0.5, 3000, 3010), (0.33, 1000, 2000),
             (0.999, 200, 0.5), (0.47, 2, 7000), (0.8, 0.01, 4)]
    gammas = [(0.5, 0.1), (0.5, 8), (2, 1), (2, 30), (5, 5), (50, 70), (1000, 900), (4, 0.01)]
    ts = [(0.1, 1), (12.7, 1), (2.776, 4), (-1.5, 3.7), (30, 2), (1.96, 1e5), (5, 60), (1e-4, 9)]
    bounds = [(0.05, 1), (0.05, 4), (0.05, 4.4), (0.2, 9), (1e-6, 3), (0.01, 1e6), (0.9, 2)]
    shares = [1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.84, 0.975, 1 - 1e-9]
    ncts = [(2.776, 4, 2), (2.776, 4, 0), (-1, 4, 1.5), (12.7, 1, 3), (2, 50, 2.8), (1.99, 85.3, 4)]
    chis = [(0.1, 1), (3.84, 1), (30, 4), (5, 9), (80, 9)]
    ranges = [(3.0, 2), (1.0, 3), (3.3145, 3), (3.858, 5), (4.5, 10), (0.2, 4)]
    range_bounds = [(0.05, 2), (0.05, 5), (0.1, 10), (0.01, 3)]
    return {
        "logGamma": [[x, special.gammaln(x)] for x in xs],
        "beta": [[x, a, b, special.betainc(a, b, x), special.betaincc(a, b, x)] for x, a, b in betas],
        "gamma": [[a, x, special.gammainc(a, x), special.gammaincc(a, x)] for a, x in gammas],
        "student": [[t, df, 2 * stats.t.sf(abs(t), df), stats.t.cdf(t, df)] for t, df in ts],
        "studentBound": [[p, df, stats.t.isf(p / 2, df)] for p, df in bounds],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in shares],
        "noncentral": [[t, df, nc, stats.nct.cdf(t, df, nc)] for t, df, nc in ncts],
        "chiSquare": [[x, df, stats.chi2.sf(x, df)] for x, df in chis],
        "range": [[q, k, stats.studentized_range.sf(q, k, np.inf)] for q, k in ranges],
        "rangeBound": [[p, k, stats.studentized_range.isf(p, k, np.inf)] for p, k in range_bounds],
        "quantiles": [
            {"distribution": name, "parameters": list(parameters), "p": p,
             "value": getattr(stats, name).ppf(p, *parameters)}
            for name, parameters in [("norm", ()), ("t", (1,)), ("t", (4.4,)), ("t", (60,)),
                                     ("chi2", (1,)), ("chi2", (9,)), ("nct", (4, 1.5)),
                                     ("nct", (50, -2.8))]
            for p in (0.001, 0.3, 0.8, 0.975)],
    }


def tests():
    mcnemars = [(0, 0), (1, 0), (5, 5), (10, 2), (37, 61), (400, 520), (2, 40), (3000, 2900)]
    signs = [(5, 0), (4, 1), (3, 3), (12, 4), (0, 1)]
    holms = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.9, 0.2, 0.2, 1e-9, 0.04, 0.6], [0.4, 0.5, 0.6]]
    friedmans = [rng.normal(size=(6, 4)).round(3), rng.integers(0, 4, size=(9, 5)).astype(float),
                 np.array([[3, 2, 1.0], [3, 2, 1], [3, 1, 2], [2, 3, 1]])]
    samples = [rng.normal(0.5, 2, size=n) for n in (2, 3, 5, 12)]
    powers = [(0.5, 5), (2.0, 3), (1.2, 8), (0.1, 400), (3, 2)]
    needed = [0.4, 0.8, 1.5, 3.0]
    power = TTestPower()

    def fewest(effect):
        n = 2
        while power.power(effect, n, 0.05) < 0.8:
            n += 1
        return n

    return {
        "mcnemar": [[b, c, mcnemar([[7, b], [c, 9]], exact=True).pvalue] for b, c in mcnemars],
        "sign": [[a, b, stats.binomtest(a, a + b).pvalue] for a, b in signs],
        "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in holms],
        "friedman": [{
            "values": f.tolist(),
            "ranks": stats.rankdata(-f, axis=1).mean(axis=0).tolist(),
            "statistic": stats.friedmanchisquare(*f.T).statistic,
            "p": stats.friedmanchisquare(*f.T).pvalue,
        } for f in friedmans],
        "samples": [{
            "values": s.tolist(),
            "interval": list(stats.t.interval(0.95, len(s) - 1, s.mean(), stats.sem(s))),
            "p": stats.ttest_1samp(s, 0).pvalue,
        } for s in samples],
        "bca": [{
            "values": s.tolist(),
            "interval": list(stats.bootstrap(
                (s,), np.mean, method="BCa", n_resamples=200_000, vectorized=True, batch=10_000,
                rng=rng).confidence_interval),
        } for s in (samples[3], rng.exponential(size=30), rng.normal(size=20))],
        "power": [[e, n, power.power(e, n, 0.05)] for e, n in powers],
        "seeds": [[e, fewest(e)] for e in needed],
    }


def scores():
    """Two losses, four seeds, 240 pairs in unequal folds that share people, unlike LFW's also twice."""
    pairs, seeds = 240, 4
    folds = np.repeat(np.arange(5), [40, 50, 50, 50, 50])
    first = np.array([f"{fold}/{rng.integers(12)}" for fold in folds])
    second = np.array([a if same else f"{a.split('/')[0]}/{rng.integers(12)}"
                       for a, same in zip(first, np.arange(pairs) % 2 == 0)])
    quality = {name: rng.normal() for name in sorted(set(first) | set(second))}
    base = np.array([quality[a] + quality[b] for a, b in zip(first, second)]) * 0.4
    values = np.array([[(skill + rng.normal() * 0.1 + base + rng.normal(size=pairs) > 0)
                        for _ in range(seeds)] for skill in (1.0, 0.8)]).astype(int)
    weights = 1 / (5 * np.bincount(folds)[folds])
    same = first == second

    def residuals(v):
        e = np.zeros(pairs)
        for kind in (same, ~same):
            n = kind.sum()
            mean = np.average(v[kind], weights=weights[kind])
            e[kind] = weights[kind] * (v[kind] - mean) * np.sqrt(n / (n - 1))
        return e

    def variances(v):
        e = residuals(v)
        people = [{a, b} for a, b in zip(first, second)]
        shared = sum(e[p] * e[q] for p in range(pairs) for q in range(pairs)
                     if people[p] & people[q])
        return float((e ** 2).sum()), float(max(shared, (e ** 2).sum()))

    def estimate(v):
        means = v @ weights
        average = v.mean(axis=0)
        seed = means.var(ddof=1) / seeds
        pair = variances(average)[1]
        rest = sum(variances(row - average)[1] for row in v) / (seeds - 1) / seeds
        total = max(seed, rest) + max(0, pair - rest)
        freedom = (seeds - 1) * (total / seed) ** 2
        return {
            "means": means.tolist(), "pairVariances": variances(average), "rest": rest,
            "seedInterval": list(stats.t.interval(0.95, seeds - 1, means.mean(), stats.sem(means))),
            "interval": list(stats.t.interval(0.95, freedom, means.mean(), np.sqrt(total))),
            "p": 2 * stats.t.sf(abs(means.mean()) / np.sqrt(total), freedom),
        }

    def people_errors(v, count=40_000):
        names = sorted(set(first) | set(second))
        place = {name: i for i, name in enumerate(names)}
        a = np.array([place[n] for n in first])
        b = np.array([place[n] for n in second])
        results = []
        for drawn in rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count):
            c = np.where(same, drawn[a], drawn[a] * drawn[b]) * weights
            results.append(sum((c[k] @ v[k]) / c[k].sum() * weights[k].sum() for k in (same, ~same)))
        return float(np.std(results))

    difference = (values[0] - values[1]).astype(float)
    fold_means = np.array([difference[0][folds == f].mean() for f in range(5)])
    return {
        "folds": folds.tolist(), "first": first.tolist(), "second": second.tolist(),
        "values": values.tolist(),
        "accuracy": estimate(values[0].astype(float)), "difference": estimate(difference),
        "mcnemar": [mcnemar(np.array([[np.sum((x == 1) & (y == 1)), np.sum(x > y)],
                                      [np.sum(x < y), np.sum((x == 0) & (y == 0))]]),
                            exact=True).pvalue for x, y in zip(values[0], values[1])],
        "foldError": float(fold_means.std() / np.sqrt(5)),
        "peopleError": people_errors(difference[0]),
    }


json.dump({"functions": functions(), "tests": tests(), "scores": scores()}, sys.stdout,
          separators=(",", ":"))
print()
