"""Losses of angles at angles of 0, pi and near, in 70 digits: values and derivatives.

    python Tests/FaceLossesTests/Fixtures/make_near.py   # needs numpy and mpmath, nothing of Facet

Writes near.json: for each loss and each batch of one sample its value and gradients. Angles are
2 atan2(|u - w|, |u + w|) of unit vectors, and derivatives central differences with a step of 1e-30;
at an angle of exactly 0 or pi, where the angle has a kink, both sides cancel, which is the gradient
of 0 that Facet takes there. Detached gradients hold the margin's displacement of the target's logit.
"""

import json
import pathlib

import numpy as np
from mpmath import mp, mpf

mp.dps = 70
STEP = mpf(10) ** -30
S = 16
CONSTANT = f"s={S},scaleWarmup=0,warmup=0"


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def norm(a):
    return mp.sqrt(dot(a, a))


def unit(a):
    length = norm(a)
    return [v / length for v in a]


def angle(a, b):
    u, w = unit(a), unit(b)
    apart = norm([p - q for p, q in zip(u, w)])
    together = norm([p + q for p, q in zip(u, w)])
    return 2 * mp.atan2(apart, together)


def cross_entropy(z, y):
    return mp.log(1 + sum(mp.exp(v - z[y]) for j, v in enumerate(z) if j != y))


def angular(target, others=None, detached=False, scale=lambda x, w: S, each=1):
    """`target(theta, x)`; `others(theta_j, fixed theta_j, fixed theta_y)`; the sample is of class 0."""

    def loss(x, w, x0, w0):
        classes = range(len(w) // each)
        theta = [min(angle(x, w[j * each + k]) for k in range(each)) for j in classes]
        fixed = [min(angle(x0, w0[j * each + k]) for k in range(each)) for j in classes]
        z = []
        for j in classes:
            c = others(theta[j], fixed[j], fixed[0]) if others else mp.cos(theta[j])
            z.append(scale(x, w[j]) * c)
        if detached:
            moved = target(fixed[0], x0) - mp.cos(fixed[0])
            z[0] = scale(x, w[0]) * mp.cos(theta[0]) + scale(x0, w0[0]) * moved
        else:
            z[0] = scale(x, w[0]) * target(theta[0], x)
        return cross_entropy(z, 0)

    return loss


def arc(m, beyond="monotonic"):
    m = mpf(m)

    def target(theta, _=None):
        inside = theta < mp.pi / 2 if beyond == "easy" else theta + m < mp.pi
        if inside or beyond == "none":
            return mp.cos(theta + m)
        c = mp.cos(theta)
        return {"monotonic": c - m * mp.sin(m), "clamp": mpf(-1)}.get(beyond, c)

    return target


def psi(theta, m):
    k = min(mp.ceil(m) - 1, mp.floor(theta * m / mp.pi))
    return (-1) ** int(k) * mp.cos(m * theta) - 2 * k


def annealed(m, lam=5):
    return lambda theta, _: (lam * mp.cos(theta) + psi(theta, mpf(m))) / (1 + lam)


def combined(m1, m2, m3, beyond="clamp"):
    def target(theta, _):
        moved = mpf(m1) * theta + mpf(m2)
        return mp.cos(min(mp.pi, moved) if beyond == "clamp" else moved) - mpf(m3)

    return target


def curricular(theta, fixed, own):
    t = mpf(0.01) * mp.cos(own)
    c = mp.cos(theta)
    return c * (t + c) if mp.cos(fixed) > mp.cos(own + mpf(0.5)) else c


def mv(factor):
    def others(theta, fixed, own):
        c = mp.cos(theta)
        is_hard = mp.cos(fixed) > mp.cos(own) - mpf(0.35)
        return mpf(factor) * c + mpf(factor) - 1 if is_hard else c

    return others


def mag(theta, x):
    a = min(mpf(110), max(mpf(1), norm(x)))
    return arc(mpf(0.45) + (mpf(0.8) - mpf(0.45)) * (a - 1) / 109)(theta)


def ada(theta, x):
    # Of a batch of one: the deviation of its norms is 0. The quality counts as a constant.
    q = (2 - mpf(11)) / (50 + mpf(0.001)) * 3
    moved = min(mp.pi - mpf(0.001), max(mpf(0.001), theta - mpf(0.4) * q))
    return mp.cos(moved) - mpf(0.4) - mpf(0.4) * q


def by_version(version):
    m = mpf(1.5)
    if version == "v0":
        return lambda theta, _: (-1) ** int(mp.floor(m * theta / mp.pi)) * mp.cos(
            m * theta
        ) - 2 * mp.floor(m * theta / mp.pi)
    return lambda theta, _: mp.cos(min(mp.pi, m * theta))


def both(text, make):
    """The exact and the detached gradient of a loss."""
    return {
        f"{text},grad=exact": make(False),
        f"{text},grad=detached": make(True),
    }


def entries():
    plain = lambda theta, _: mp.cos(theta)
    result = {
        f"amsoftmax:m=0.35,{CONSTANT}": angular(lambda theta, _: mp.cos(theta) - mpf(0.35)),
        f"normface:s={S},learn=no": angular(plain),
        f"mvsoftmax:{CONSTANT}": angular(lambda theta, _: mp.cos(theta) - mpf(0.35), mv(1.2)),
    }
    for beyond in ["monotonic", "clamp", "none", "plain", "easy"]:
        result |= both(
            f"arcface:fallback={beyond},{CONSTANT}",
            lambda detached, b=beyond: angular(arc(0.5, b), detached=detached),
        )
    for beyond in ["clamp", "none"]:
        result |= both(
            f"combined:m1=1.3,fallback={beyond},{CONSTANT}",
            lambda detached, b=beyond: angular(combined(1.3, 0.3, 0.2, b), detached=detached),
        )
    for version in ["v0", "v1"]:
        result |= both(
            f"sphereface-r:version={version},{CONSTANT}",
            lambda detached, v=version: angular(by_version(v), detached=detached),
        )
    product = lambda x, w: norm(x) * norm(w)
    result |= both(f"subcenter:{CONSTANT}", lambda d: angular(arc(0.5), detached=d, each=3))
    result |= both(f"curricular:{CONSTANT}", lambda d: angular(arc(0.5), curricular, detached=d))
    result |= both(f"elasticface:sigma=0,{CONSTANT}", lambda d: angular(arc(0.5), detached=d))
    result |= both(f"magface:la=1,lambda=0,{CONSTANT}", lambda d: angular(mag, detached=d))
    result |= both(f"adaface:rate=0.5,h=3,{CONSTANT}", lambda d: angular(ada, detached=d))
    result |= both(
        "asoftmax:m=4", lambda d: angular(annealed(4), detached=d, scale=lambda x, _: norm(x))
    )
    result |= both("lsoftmax:m=4", lambda d: angular(annealed(4), detached=d, scale=product))
    return result


def batches():
    """One sample of class 0 each: among axes, and among directions that are no axes."""
    near = [0, 1e-8, 1e-5, 1e-3, 0.03]
    rng = np.random.default_rng(5)
    turned = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    for side, sign in [("0", 1), ("pi", -1)]:
        for delta in near:
            x = [sign * 2 * np.cos(delta), 2 * np.sin(delta), 0, 0]
            yield f"{delta:g} from {side}, axes", x, np.eye(4).tolist()
            if delta == 0:
                continue
            beside = 0.6 * turned[1] + 0.8 * turned[4]
            x = 2 * (sign * np.cos(delta) * turned[0] + np.sin(delta) * beside)
            rows = turned[:4] * np.array([[0.01], [1], [3], [20]])
            yield f"{delta:g} from {side}, turned", x.tolist(), rows.tolist()


def gradient(loss, x, w, x0, w0, place, row):
    values = []
    for step in (STEP, -STEP):
        x1, w1 = list(x), [list(r) for r in w]
        if row is None:
            x1[place] += step
        else:
            w1[row][place] += step
        values.append(loss(x1, w1, x0, w0))
    return float((values[0] - values[1]) / (2 * STEP))


def case(name, loss, x, w, each):
    # Several rows of a class are equally near to what lies among axes.
    if each > 1 and name.endswith("axes"):
        return None
    exact = [mpf(v) for v in x]
    # As the test has it: row k of a class has its components moved by k places.
    rows = [[mpf(r[(c + k) % len(r)]) for c in range(len(r))] for r in w for k in range(each)]
    size = range(len(x))
    return {
        "loss": float(loss(exact, rows, exact, rows)),
        "embeddings": [gradient(loss, exact, rows, exact, rows, i, None) for i in size],
        "weight": [
            gradient(loss, exact, rows, exact, rows, i, r) for r in range(len(rows)) for i in size
        ],
    }


def main():
    samples = list(batches())
    content = {
        "samples": [{"name": n, "embedding": x, "weight": w} for n, x, w in samples],
        "entries": [],
    }
    for text, loss in entries().items():
        each = 3 if text.startswith("subcenter") else 1
        cases = [case(name, loss, x, w, each) for name, x, w in samples]
        content["entries"].append({"specification": text, "cases": cases})
    lines = ",\n".join(json.dumps(entry) for entry in content["entries"])
    text = '{"samples": ' + json.dumps(content["samples"]) + ',\n"entries": [\n' + lines + "\n]}\n"
    pathlib.Path(__file__).with_name("near.json").write_text(text)


main()
