"""Makes roc.json: ROC curves by scikit-learn of pairs with and without ties.

Needs numpy and scikit-learn. Run in this folder.
"""

import json

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

rng = np.random.default_rng(11)
RATES = [0.0, 1e-3, 1e-2, 0.1, 0.5, 1.0]


def case(name, same, distance):
    distance = np.asarray(distance, np.float32)
    fpr, tpr, _ = roc_curve(same, -distance, drop_intermediate=False)
    return dict(
        name=name, same=[bool(s) for s in same], distance=[float(d) for d in distance],
        far=fpr.tolist(), tar=tpr.tolist(), auc=float(roc_auc_score(same, -distance)),
        rates=RATES, tarAtRates=[float(tpr[fpr <= rate].max()) for rate in RATES])


def pairs(n, shift, decimals=None):
    same = rng.random(n) < 0.5
    distance = np.clip(np.where(same, 1.3 - shift, 1.3 + shift) + 0.3 * rng.normal(size=n), 0, 4)
    return same, distance if decimals is None else distance.round(decimals)


cases = [
    case("plain", *pairs(400, 0.3)),
    case("ties", *pairs(400, 0.3, 1)),
    case("apart", [True, True, False, False], [0.1, 0.2, 1.5, 1.6]),
    case("reversed", [True, False], [2.0, 1.0]),
    case("all tied", [True, False, True, False, False], [1.0] * 5),
]
with open("roc.json", "w", encoding="utf-8") as file:
    json.dump(cases, file)
    file.write("\n")
