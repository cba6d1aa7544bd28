"""Makes calibration.json, which ScoreCalibration is compared with.

    pip install numpy scipy
    python make_calibration.py > calibration.json

Scores are rounded to thousandths, so that many are equal. Thresholds are order statistics of NumPy's sorted
scores; their intervals are the order statistics at SciPy's binomial quantiles; shares have SciPy's exact
(Clopper and Pearson) interval.
"""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(1934)
LEVEL = 0.95


def threshold(impostor, genuine, rate):
    n = len(impostor)
    low = np.sort(impostor)[::-1]
    allowed = int(np.floor(rate * n * (1 + 1e-12)))
    # The smallest and the largest number of errors whose tail is at least half of 5 %.
    ks = np.arange(n + 1)
    fewest = int(ks[stats.binom.cdf(ks, n, rate) >= (1 - LEVEL) / 2][0])
    most = int(ks[stats.binom.sf(ks - 1, n, rate) >= (1 - LEVEL) / 2][-1])
    value = low[allowed]
    accepted = int((genuine > value).sum())
    tar = stats.binomtest(accepted, len(genuine)).proportion_ci(LEVEL, "exact")
    return {
        "far": rate, "cosine": value,
        "interval": [low[most] if most < n else -1, low[fewest - 1] if fewest > 0 else 1],
        "tar": accepted / len(genuine), "tarInterval": [tar.low, tar.high],
    }


def share(impostor, value):
    hits = int((impostor >= value).sum())
    interval = stats.binomtest(hits, len(impostor)).proportion_ci(LEVEL, "exact")
    return [value, hits / len(impostor), interval.low, interval.high]


impostor = np.round(rng.normal(0.02, 0.12, 3000), 3)
genuine = np.round(rng.normal(0.6, 0.15, 700), 3)
# A large set, of which not every score is kept: made by a formula, so that it need not be stored.
large = 40_000
formula = np.sin(np.arange(1, large + 1) * 0.7) * np.cos(np.arange(1, large + 1) * 0.003)
print(json.dumps({
    "impostor": impostor.tolist(), "genuine": genuine.tolist(),
    "thresholds": [threshold(impostor, genuine, rate) for rate in (1e-2, 1e-3)],
    "other": threshold(impostor, genuine, 4e-3),
    "shares": [share(impostor, x) for x in (-0.9, 0.0, 0.02, 0.3, 0.3005, 0.36, impostor.max(), 0.9)],
    "large": {
        "thresholds": [threshold(formula, genuine, rate) for rate in (1e-2, 1e-3, 1e-4)],
        "shares": [share(formula, x) for x in (-0.5, 0.1, 0.5, 0.9, 0.99)],
    },
    "clopperPearson": [
        [k, n, level, *stats.binomtest(k, n).proportion_ci(level, "exact")]
        for k, n, level in [(0, 1, 0.95), (1, 1, 0.95), (0, 3000, 0.95), (3, 3000, 0.95), (30, 3000, 0.99),
                            (1500, 3000, 0.95), (3000, 3000, 0.9), (7, 1_000_000, 0.95),
                            (999_990, 1_000_000, 0.95), (15_000, 15_000_000, 0.95)]
    ],
}))
