"""Every loss as its paper writes it: loops over plain float64 numbers, and finite differences.

    python Tests/FaceLossesTests/Fixtures/make_oracle.py   # needs numpy, nothing of Facet or torch

Writes oracle.json. What the gradient of a loss holds constant (a margin's displacement where the
gradient is detached, weights of hard classes) is computed once at the point and not moved.
"""

import json
import math
import pathlib

import numpy as np

RNG = np.random.default_rng(11)
N, C, D = 8, 4, 5
LABELS = [0, 1, 2, 3, 0, 1, 2, 2]
X = RNG.normal(size=(N, D)) * 1.5
W = RNG.normal(size=(C, D))
B = RNG.normal(size=C)
X[4] = 1.5 * W[0] + 0.3 * RNG.normal(size=D)
X[5] = -2.0 * W[1] + 0.3 * RNG.normal(size=D)


def unit(v):
    return v / math.sqrt(float(v @ v))


def cosines(x, w):
    return [float(unit(x) @ unit(row)) for row in w]


def cross_entropy(z, y):
    top = max(z)
    return math.log(sum(math.exp(v - top) for v in z)) + top - z[y]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def softplus(v):
    return max(v, 0) + math.log1p(math.exp(-abs(v)))


def linear(x, w, b):
    return [float(row @ x) + bias for row, bias in zip(w, b)]


def softmax(p, _):
    return mean(cross_entropy(linear(x, p["weight"], p["bias"]), y) for x, y in zip(p["x"], LABELS))


def angular(scale, target, others=None, detached=True, columns=cosines):
    """The cross-entropy of scaled cosines; `target(cos, x)`, `others(cos_j, cos_y, c0_y)`."""

    def loss(p, p0):
        total = []
        for i, y in enumerate(LABELS):
            c, c0 = columns(p["x"][i], p["weight"]), columns(p0["x"][i], p0["weight"])
            if detached:
                t = c[y] + target(c0[y], p0["x"][i]) - c0[y]
            else:
                t = target(c[y], p["x"][i])
            t0 = target(c0[y], p0["x"][i])
            z = [t if j == y else (others(c[j], c0[j], t0) if others else c[j]) for j in range(C)]
            total.append(cross_entropy([scale * v for v in z], y))
        return mean(total)

    return loss


def arc(m):
    def target(c, _=None):
        return math.cos(math.acos(c) + m) if c > -math.cos(m) else c - m * math.sin(m)

    return target


def psi(theta, m):
    k = min(m - 1, int(theta * m / math.pi))
    return (-1) ** k * math.cos(m * theta) - 2 * k


def l_softmax(p, _):
    total = []
    for x, y in zip(p["x"], LABELS):
        z = linear(x, p["weight"], [0] * C)
        norms = math.sqrt(float(x @ x)) * math.sqrt(float(p["weight"][y] @ p["weight"][y]))
        theta = math.acos(z[y] / norms)
        z[y] = norms * (5 * math.cos(theta) + psi(theta, 4)) / 6
        total.append(cross_entropy(z, y))
    return mean(total)


def l2_softmax(p, _):
    return mean(
        cross_entropy(linear(24 * unit(x), p["weight"], p["bias"]), y)
        for x, y in zip(p["x"], LABELS)
    )


def soft_margin(p, _):
    total = []
    for x, y in zip(p["x"], LABELS):
        z = linear(x, p["weight"], p["bias"])
        z[y] -= 0.5
        total.append(cross_entropy(z, y))
    return mean(total)


def smoothing(p, _):
    total = []
    for x, y in zip(p["x"], LABELS):
        z = linear(x, p["weight"], p["bias"])
        total.append(0.9 * cross_entropy(z, y) + 0.1 * mean(cross_entropy(z, j) for j in range(C)))
    return mean(total)


def coco(p, p0):
    s = 0.5 * math.log((C - 1) / (math.exp(1e-4) - 1))
    return angular(s, lambda c, _: c)(p, p0)


def ada_cos(p, p0):
    s = math.sqrt(2) * math.log(C - 1)
    table = [cosines(x, p0["weight"]) for x in p0["x"]]
    b = mean(sum(math.exp(s * c[j]) for j in range(C) if j != y) for c, y in zip(table, LABELS))
    angles = sorted(math.acos(c[y]) for c, y in zip(table, LABELS))
    s = max(1, math.log(b) / math.cos(min(math.pi / 4, angles[(N - 1) // 2])))
    return angular(s, lambda c, _: c)(p, p0)


def subcenters(x, w):
    """Row k of identity j is row j with its components moved by k places."""
    return [max(cosines(x, [np.roll(row, -k) for k in range(3)])) for row in w]


def curricular(p, p0):
    t = 0.01 * mean(cosines(x, p0["weight"])[y] for x, y in zip(p0["x"], LABELS))
    return angular(20, arc(0.5), lambda c, c0, t0: c * (t + c) if c0 > t0 else c)(p, p0)


def mag_face(p, p0):
    def target(c, x):
        a = min(110, max(1, math.sqrt(float(x @ x))))
        return arc(0.45 + 0.35 * (a - 1) / 109)(c)

    norms = [min(110, max(1, math.sqrt(float(x @ x)))) for x in p["x"]]
    return angular(20, target)(p, p0) + 35 * mean(a / 110**2 + 1 / a for a in norms)


def ada_face(p, p0):
    norms = [min(100, max(0.001, math.sqrt(float(x @ x)))) for x in p0["x"]]
    deviation = math.sqrt(sum((a - mean(norms)) ** 2 for a in norms) / (N - 1))
    mu, sigma = 0.5 * 20 + 0.5 * mean(norms), 0.5 * 100 + 0.5 * deviation
    qualities = [max(-1, min(1, (a - mu) / (sigma + 1e-3) * 3)) for a in norms]
    total = []
    for i, y in enumerate(LABELS):
        c, c0 = cosines(p["x"][i], p["weight"]), cosines(p0["x"][i], p0["weight"])[y]
        q = qualities[i]
        theta = min(math.pi - 1e-3, max(1e-3, math.acos(c0) - 0.4 * q))
        c[y] += math.cos(theta) - 0.4 - 0.4 * q - c0
        total.append(cross_entropy([20 * v for v in c], y))
    return mean(total)


def circle(p, p0):
    total = []
    for i, y in enumerate(LABELS):
        c, c0 = cosines(p["x"][i], p["weight"]), cosines(p0["x"][i], p0["weight"])
        z = [32 * max(0, c0[j] + 0.25) * (c[j] - 0.25) for j in range(C)]
        z[y] = 32 * max(0, 1.25 - c0[y]) * (c[y] - 0.75)
        total.append(math.log1p(sum(math.exp(z[j] - z[y]) for j in range(C) if j != y)))
    return mean(total)


def sphere_face_2(p, _):
    def g(z):
        return 2 * ((z + 1) / 2) ** 3 - 1

    def balance(b):
        sigmoid = lambda v: 1 / (1 + math.exp(-v))
        return 0.7 * sigmoid(-(40 * (g(0) - 0.4) + b)) - 0.3 * (C - 1) * sigmoid(40 * (g(0) + 0.4) + b)

    low, high = -200.0, 200.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if balance(middle) > 0 else (low, middle)
    total = []
    for x, y in zip(p["x"], LABELS):
        c = cosines(x, p["weight"])
        yes = softplus(-(40 * (g(c[y]) - 0.4) + low))
        no = sum(softplus(40 * (g(c[j]) + 0.4) + low) for j in range(C) if j != y)
        total.append((0.7 * yes + 0.3 * no) / 40)
    return mean(total)


def uni_face(p, _):
    b = math.log(10 * C)
    total = []
    for x, y in zip(p["x"], LABELS):
        c = cosines(x, p["weight"])
        no = sum(softplus(20 * c[j] - b) for j in range(C) if j != y)
        total.append(softplus(b - 20 * (c[y] - 0.4)) + no)
    return mean(total)


def squared(a, b):
    return float((a - b) @ (a - b))


def center(p, _):
    return 0.003 / 2 * mean(float(x @ x) for x in p["x"])


def triplets(mining):
    def loss(p, p0):
        d = [[squared(unit(a), unit(b)) for b in p["x"]] for a in p["x"]]
        d0 = [[squared(unit(a), unit(b)) for b in p0["x"]] for a in p0["x"]]
        same = [[LABELS[i] == LABELS[j] and i != j for j in range(N)] for i in range(N)]
        other = [[j for j in range(N) if LABELS[j] != LABELS[i]] for i in range(N)]
        chosen = []
        for a in range(N):
            positives = [q for q in range(N) if same[a][q]]
            if mining == "hard" and positives:
                q = max(positives, key=lambda j: d0[a][j])
                chosen.append((a, q, min(other[a], key=lambda j: d0[a][j])))
            elif mining == "all":
                chosen += [
                    (a, q, n) for q in positives for n in other[a]
                    if d0[a][q] - d0[a][n] + 0.2 > 0
                ]
            elif mining == "semihard":
                for q in positives:
                    farther = [n for n in other[a] if d0[a][n] > d0[a][q]]
                    n = min(farther, key=lambda j: d0[a][j]) if farther else max(
                        other[a], key=lambda j: d0[a][j]
                    )
                    chosen.append((a, q, n))
        return mean(max(0, d[a][q] - d[a][n] + 0.2) for a, q, n in chosen)

    return loss


def contrastive(p, _):
    near, far = [], []
    for i in range(N):
        for j in range(N):
            d = squared(unit(p["x"][i]), unit(p["x"][j]))
            if i != j and LABELS[i] == LABELS[j]:
                near.append(d)
            elif LABELS[i] != LABELS[j]:
                far.append(max(0, 1 - math.sqrt(d)) ** 2)
    return (mean(near) + mean(far)) / 2


def supervised_contrastive(p, _):
    total = []
    for a in range(N):
        z = [float(unit(p["x"][a]) @ unit(p["x"][j])) / 0.1 for j in range(N)]
        positives = [j for j in range(N) if j != a and LABELS[j] == LABELS[a]]
        norm = math.log(sum(math.exp(z[j]) for j in range(N) if j != a))
        if positives:
            total.append(-mean(z[j] - norm for j in positives))
    return mean(total)


def range_loss(p, _):
    total, means = 0, []
    for y in sorted(set(LABELS)):
        rows = [x for x, label in zip(p["x"], LABELS) if label == y]
        means.append(sum(rows) / len(rows))
        d = sorted((squared(a, b) for i, a in enumerate(rows) for b in rows[i + 1 :]), reverse=True)
        if d:
            total += len(d[:2]) / sum(1 / v for v in d[:2])
    nearest = min(squared(a, b) for i, a in enumerate(means) for b in means[i + 1 :])
    return 1e-5 * total + 1e-4 * max(0, 1024 - nearest)


def minimum_margin(p, _):
    c = W
    pull = 0.003 / 2 * mean(squared(x, c[y]) for x, y in zip(p["x"], LABELS))
    push = sum(max(0, 10 - squared(c[i], c[j])) for i in range(C) for j in range(i))
    return pull + 1e-3 * push


def plus_softmax(term):
    return lambda p, p0: softmax(p, p0) + term(p, p0)


ENTRIES = {
    "softmax:smoothing=0.1": smoothing,
    "lsoftmax:grad=exact": l_softmax,
    "l2softmax": l2_softmax,
    "softmargin": soft_margin,
    "coco": coco,
    "normface:s=9": angular(9, lambda c, _: c),
    "adacos": ada_cos,
    "combined:s=20,rise=0,warmup=0": angular(
        20, lambda c, _: math.cos(min(math.pi, math.acos(c) + 0.3)) - 0.2
    ),
    "combined:s=20,rise=0,warmup=0,m1=1.3,grad=exact": angular(
        20, lambda c, _: math.cos(min(math.pi, 1.3 * math.acos(c) + 0.3)) - 0.2, detached=False
    ),
    "subcenter:s=20,rise=0,warmup=0": angular(20, arc(0.5), columns=subcenters),
    "curricular:s=20,rise=0,warmup=0": curricular,
    "mvsoftmax:s=20,rise=0,warmup=0": angular(
        20, lambda c, _: c - 0.35, lambda c, c0, t0: 1.2 * c + 0.2 if c0 > t0 else c
    ),
    "magface:s=20,rise=0,warmup=0,la=1": mag_face,
    "adaface:s=20,rise=0,warmup=0,rate=0.5,h=3": ada_face,
    "elasticface:s=20,rise=0,warmup=0,sigma=0": angular(20, arc(0.5)),
    "sphereface-r:s=20,rise=0,warmup=0": angular(
        20, lambda c, _: math.cos(min(math.pi, 1.5 * math.acos(c)))
    ),
    "sphereface-r:s=20,rise=0,warmup=0,version=v2": angular(
        20, lambda c, _: c, lambda c, c0, t0: math.cos(math.acos(c) / 1.5)
    ),
    "circle:s=32,rise=0,warmup=0": circle,
    "sphereface2:warmup=0": sphere_face_2,
    "uniface:s=20,rise=0,warmup=0": uni_face,
    "center": plus_softmax(center),
    "triplet": plus_softmax(triplets("semihard")),
    "triplet:mining=hard": plus_softmax(triplets("hard")),
    "triplet:mining=all": plus_softmax(triplets("all")),
    "contrastive": plus_softmax(contrastive),
    "supcon": plus_softmax(supervised_contrastive),
    "range": plus_softmax(range_loss),
    "minimum-margin:M=10,beta=0.001": plus_softmax(minimum_margin),
    "normface:s=9+center+supcon": lambda p, p0: angular(9, lambda c, _: c)(p, p0)
    + center(p, p0) + supervised_contrastive(p, p0),
}


def gradient(loss, p, name):
    """Central differences of fourth order."""
    slopes = np.zeros_like(p[name])
    for place in np.ndindex(p[name].shape):
        values = {}
        for step in (-2, -1, 1, 2):
            moved = {key: value.copy() for key, value in p.items()}
            moved[name][place] += step * 1e-4
            values[step] = loss(moved, p)
        slopes[place] = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / 12e-4
    return slopes.tolist()


def main():
    point = {"x": X, "weight": W, "bias": B}
    entries = [
        {
            "specification": name, "loss": loss(point, point),
            "gradients": {
                "embeddings": gradient(loss, point, "x"),
                "weight": gradient(loss, point, "weight"),
            },
        }
        for name, loss in ENTRIES.items()
    ]
    text = json.dumps(
        {
            "embeddings": X.tolist(), "weight": W.tolist(), "bias": B.tolist(), "labels": LABELS,
            "entries": entries,
        },
        indent=1,
    )
    pathlib.Path(__file__).with_name("oracle.json").write_text(text + "\n")


main()
