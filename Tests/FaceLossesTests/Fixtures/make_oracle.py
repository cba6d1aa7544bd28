"""Every loss as its paper writes it: loops over plain float64 numbers, and finite differences.

    python Tests/FaceLossesTests/Fixtures/make_oracle.py   # needs numpy, nothing of Facet or torch

Writes oracle.json: for each loss its value on every sample, and its gradients on the samples that
are away from kinks. What the gradient of a loss holds constant (a margin's displacement where the
gradient is detached, weights of hard classes) is computed once at the point and not moved.

Conventions that the papers leave open are Facet's documented ones: the direction of a zero vector
is zero, and its angle to all others 90 degrees, rounded so that its cosine is not above 0. Angles
near 0 and pi are in make_near.py.
"""

import json
import math
import pathlib

import numpy as np

class Sample:
    """A batch with class weights, biases and centres (the class weights' values)."""

    def __init__(self, name, x, weight, bias, labels, smooth=True, step=1e-4):
        self.name, self.labels, self.smooth, self.step = name, labels, smooth, step
        self.tensors = {"x": x, "weight": weight, "bias": bias, "centers": weight.copy()}


class Point:
    """The tensors of a sample at one place; `free` are those that a derivative moves."""

    def __init__(self, tensors, labels):
        self.x, self.w, self.b = tensors["x"], tensors["weight"], tensors["bias"]
        self.centers, self.y = tensors["centers"], labels
        self.scalar = float(tensors["scalar"][0]) if "scalar" in tensors else None
        self.n, self.c = len(self.x), len(self.centers)


def samples():
    rng = np.random.default_rng(11)

    def random(name, n, c, labels, d=5, magnitude=1.0, **options):
        x = rng.normal(size=(n, d)) * magnitude
        return Sample(name, x, rng.normal(size=(c, d)), rng.normal(size=c), labels, **options)

    usual = random("random", 8, 4, [0, 1, 2, 3, 0, 1, 2, 2], magnitude=1.5)
    x, w = usual.tensors["x"], usual.tensors["weight"]
    x[4] = 1.5 * w[0] + 0.3 * rng.normal(size=5)
    x[5] = -2.0 * w[1] + 0.3 * rng.normal(size=5)
    once = random("a label that occurs once", 6, 4, [1, 1, 1, 3, 1, 1])
    alone = random("a batch of one", 1, 4, [2])
    single = random("one class", 5, 1, [0] * 5)
    large = random("components of 1e4", 6, 4, [0, 1, 2, 3, 0, 1], magnitude=1e4, step=1.0)
    zero = random("a zero embedding", 6, 4, [0, 1, 2, 3, 0, 1], smooth=False)
    zero.tensors["x"][2] = 0
    equal = random("equal embeddings", 6, 4, [0, 1, 2, 3, 0, 0], smooth=False)
    equal.tensors["x"][:] = equal.tensors["x"][0]
    return [usual, once, alone, single, large, zero, equal, angles()]


def angles():
    """Angles 0, 90 and 180 degrees, and both sides of each boundary between branches."""
    bounds = [math.pi / 4, math.pi / 3, math.pi * 2 / 3, math.pi * 3 / 4, math.pi - 0.5]
    thetas = [0, math.pi / 2, math.pi] + [b + e for b in bounds for e in (-1e-6, 1e-6)]
    labels = [i % 5 for i in range(len(thetas))]
    x = np.zeros((len(thetas), 5))
    for i, (theta, y) in enumerate(zip(thetas, labels)):
        x[i][y], x[i][(y + 1) % 5] = 2 * math.cos(theta), 2 * math.sin(theta)
    weight = np.diag([0.01, 1, 3, 20, 0.5])
    return Sample("angles", x, weight, np.array([0, 0.5, -1, 2, 0]), labels, smooth=False)


# --- parts


def unit(v):
    norm = math.sqrt(float(v @ v))
    return v / norm if norm > 0 else v


def cosines(x, w):
    return [float(unit(x) @ unit(row)) for row in w]


def angle(a, b):
    u, v = unit(a), unit(b)
    if norm(u) == 0 or norm(v) == 0:
        return math.nextafter(math.pi / 2, 4)
    return 2 * math.atan2(norm(u - v), norm(u + v))


def angles_to(x, w):
    return [angle(x, row) for row in w]


def safe_acos(c):
    return math.acos(max(-1.0, min(1.0, c)))


def cross_entropy(z, y):
    top = max(z)
    return math.log(sum(math.exp(v - top) for v in z)) + top - z[y]


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def softplus(v):
    return max(v, 0) + math.log1p(math.exp(-abs(v)))


def norm(v):
    return math.sqrt(float(v @ v))


def linear(x, w, b):
    return [float(row @ x) + bias for row, bias in zip(w, b)]


def squared(a, b):
    return float((a - b) @ (a - b))


# --- classifications


def softmax(p, _):
    return mean(cross_entropy(linear(x, p.w, p.b), y) for x, y in zip(p.x, p.y))


def angular(scale, target, others=None, detached=True, columns=angles_to, hard=None):
    """The cross-entropy of scaled cosines.

    `target(theta_y, x)`; `others(cos_j, fixed cos_j, threshold)` with the threshold `hard(theta_y)`.
    `scale` is a number or None for the embedding's norm. Detached, the displacement of the
    target's logit is that of the fixed point.
    """

    def loss(p, p0):
        total = []
        for i, y in enumerate(p.y):
            t, t0 = columns(p.x[i], p.w), columns(p0.x[i], p0.w)
            c, c0 = [math.cos(v) for v in t], [math.cos(v) for v in t0]
            s, s0 = (scale, scale) if scale else (norm(p.x[i]), norm(p0.x[i]))
            threshold = (hard or target)(t0[y], p0.x[i]) if others else None
            z = [s * (others(c[j], c0[j], threshold) if others else c[j]) for j in range(p.c)]
            if detached:
                z[y] = s * c[y] + s0 * (target(t0[y], p0.x[i]) - c0[y])
            else:
                z[y] = s * target(t[y], p.x[i])
            total.append(cross_entropy(z, y))
        return mean(total)

    return loss


def arc(m, beyond="monotonic"):
    def target(theta, _=None):
        inside = theta + m < math.pi if beyond != "easy" else theta < math.pi / 2
        if inside or beyond == "none":
            return math.cos(theta + m)
        c = math.cos(theta)
        return {"monotonic": c - m * math.sin(m), "clamp": -1}.get(beyond, c)

    return target


def psi(theta, m):
    k = min(m - 1, int(theta * m / math.pi))
    return (-1) ** k * math.cos(m * theta) - 2 * k


def a_softmax(m, lam):
    def target(theta, _=None):
        return (lam * math.cos(theta) + psi(theta, m)) / (1 + lam)

    return target


def l_softmax(lam, m=4):
    def loss(p, _):
        total = []
        for x, y in zip(p.x, p.y):
            z = linear(x, p.w, [0] * p.c)
            norms = norm(x) * norm(p.w[y])
            theta = angle(x, p.w[y])
            z[y] = norms * (lam * math.cos(theta) + psi(theta, m)) / (1 + lam)
            total.append(cross_entropy(z, y))
        return mean(total)

    return loss


def l2_softmax(p, _):
    return mean(
        cross_entropy(linear(p.scalar * unit(x), p.w, p.b), y) for x, y in zip(p.x, p.y)
    )


def soft_margin(p, _):
    total = []
    for x, y in zip(p.x, p.y):
        z = linear(x, p.w, p.b)
        z[y] -= 0.5
        total.append(cross_entropy(z, y))
    return mean(total)


def smoothing(p, _):
    total = []
    for x, y in zip(p.x, p.y):
        z = linear(x, p.w, p.b)
        total.append(
            0.9 * cross_entropy(z, y) + 0.1 * mean(cross_entropy(z, j) for j in range(p.c))
        )
    return mean(total)


def probe(p, p0):
    """The softmax, of which embeddings get no gradient."""
    return mean(cross_entropy(linear(x, p.w, p.b), y) for x, y in zip(p0.x, p.y))


def coco_scale(p):
    return max(1, 0.5 * math.log(max(1, p.c - 1) / (math.exp(1e-4) - 1)))


def coco(p, p0):
    return angular(coco_scale(p), lambda t, _: math.cos(t))(p, p0)


def coco_batch(p, p0):
    """Centroids are the batch's means; the class weights learn of fixed embeddings beside it."""
    present = sorted(set(p.y))
    means = [unit(sum(x for x, y in zip(p.x, p.y) if y == j)) for j in present]
    own = mean(
        cross_entropy([float(unit(x) @ m) for m in means], present.index(y))
        for x, y in zip(p.x, p.y)
    )

    def side(weight):
        return mean(cross_entropy(cosines(x, weight), y) for x, y in zip(p0.x, p.y))

    return own + side(p.w) - side(p0.w)


def norm_face(p, _):
    return mean(
        cross_entropy([p.scalar * c for c in cosines(x, p.w)], y) for x, y in zip(p.x, p.y)
    )


def ada_cos(p, p0):
    s = max(1, math.sqrt(2) * math.log(max(2, p.c) - 1)) if p.c > 1 else 1
    if p.c > 1:
        table = [cosines(x, p0.w) for x in p0.x]
        b = mean(
            sum(math.exp(s * c[j]) for j in range(p.c) if j != y) for c, y in zip(table, p.y)
        )
        thetas = sorted(safe_acos(c[y]) for c, y in zip(table, p.y))
        s = max(1, math.log(b) / math.cos(min(math.pi / 4, thetas[(p.n - 1) // 2])))
    return angular(s, lambda t, _: math.cos(t))(p, p0)


def combined(m1, m2, m3, beyond="clamp"):
    def target(own, _=None):
        theta = m1 * own + m2
        return math.cos(min(math.pi, max(0, theta)) if beyond == "clamp" else theta) - m3

    return target


def subcenters(x, w):
    """Three class weights of each identity, side by side."""
    t = angles_to(x, w)
    return [min(t[j : j + 3]) for j in range(0, len(t), 3)]


def curricular(detached):
    def loss(p, p0):
        t = 0.01 * mean(cosines(x, p0.w)[y] for x, y in zip(p0.x, p0.y))
        return angular(
            20, arc(0.5), lambda c, c0, t0: c * (t + c) if c0 > t0 else c, detached,
            hard=arc(0.5, "none"),
        )(p, p0)

    return loss


def mv_softmax(least=-2, t=0.2):
    """A target whose cosine is at most `least` keeps it."""

    def target(theta, _):
        c = math.cos(theta)
        return c if c <= least else c - 0.35

    return angular(
        20, target, lambda c, c0, t0: (t + 1) * c + t if c0 > t0 else c,
        hard=lambda theta, _: math.cos(theta) - 0.35,
    )


def mag_face(detached):
    def a(x):
        return min(110, max(1, norm(x)))

    def target(theta, x):
        return arc(0.45 + 0.35 * (a(x) - 1) / 109)(theta)

    def loss(p, p0):
        penalty = 35 * mean(a(x) / 110**2 + 1 / a(x) for x in p.x)
        return angular(20, target, detached=detached)(p, p0) + penalty

    return loss


def ada_face(detached):
    def loss(p, p0):
        norms = [min(100, max(0.001, norm(x))) for x in p0.x]
        m = mean(norms)
        deviation = math.sqrt(sum((a - m) ** 2 for a in norms) / max(1, p.n - 1))
        mu, sigma = 0.5 * 20 + 0.5 * m, 0.5 * 100 + 0.5 * deviation
        total = []
        for i, y in enumerate(p.y):
            q = max(-1, min(1, (norms[i] - mu) / (sigma + 1e-3) * 3))

            def target(own):
                theta = min(math.pi - 1e-3, max(1e-3, own - 0.4 * q))
                return math.cos(theta) - 0.4 - 0.4 * q

            c, own, fixed = cosines(p.x[i], p.w), angle(p.x[i], p.w[y]), angle(p0.x[i], p0.w[y])
            c[y] = c[y] + target(fixed) - math.cos(fixed) if detached else target(own)
            total.append(cross_entropy([20 * v for v in c], y))
        return mean(total)

    return loss


def sphere_face_r(version, detached=True):
    def target(own, _=None):
        theta = 1.5 * own
        if version == "v1":
            return math.cos(min(math.pi, theta))
        k = math.floor(theta / math.pi)
        return (-1) ** k * math.cos(theta) - 2 * k

    return angular(20, target, detached=detached)


def circle(p, p0):
    total = []
    for i, y in enumerate(p.y):
        c, c0 = cosines(p.x[i], p.w), cosines(p0.x[i], p0.w)
        z = [32 * max(0, c0[j] + 0.25) * (c[j] - 0.25) for j in range(p.c)]
        z[y] = 32 * max(0, 1.25 - c0[y]) * (c[y] - 0.75)
        total.append(math.log1p(sum(math.exp(z[j] - z[y]) for j in range(p.c) if j != y)))
    return mean(total)


def g(z):
    return 2 * ((max(-1, min(1, z)) + 1) / 2) ** 3 - 1


def balanced_bias(c):
    """Where the gradients of the yes and of all noes are equal at 90 degrees, by bisection."""

    def balance(b):
        sigmoid = lambda v: 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))
        yes = 0.7 * sigmoid(-(40 * (g(0) - 0.4) + b))
        return yes - 0.3 * max(1, c - 1) * sigmoid(40 * (g(0) + 0.4) + b)

    low, high = -200.0, 200.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if balance(middle) > 0 else (low, middle)
    return low


def sphere_face_2(detached, weight=1):
    def loss(p, p0):
        total = []
        for i, y in enumerate(p.y):
            c, c0 = cosines(p.x[i], p.w), cosines(p0.x[i], p0.w)
            v = [c[j] + g(c0[j]) - c0[j] if detached else g(c[j]) for j in range(p.c)]
            yes = softplus(-(40 * (v[y] - 0.4) + p.scalar))
            no = sum(softplus(40 * (v[j] + 0.4) + p.scalar) for j in range(p.c) if j != y)
            total.append(weight * (0.7 * yes + 0.3 * no) / 40)
        return mean(total)

    return loss


def uni_face(p, _):
    total = []
    for x, y in zip(p.x, p.y):
        c = cosines(x, p.w)
        no = sum(softplus(20 * c[j] - p.scalar) for j in range(p.c) if j != y)
        total.append(softplus(p.scalar - 20 * (c[y] - 0.4)) + no)
    return mean(total)


# --- pairs and centres


def marginal(p, _):
    total = 0
    for i in range(p.n):
        for j in range(p.n):
            if i != j:
                sign = 1 if p.y[i] == p.y[j] else -1
                total += max(0, 0.3 - sign * (1.2 - squared(unit(p.x[i]), unit(p.x[j]))))
    return total / max(1, p.n * p.n - p.n)


def center(p, _):
    return 0.003 / 2 * mean(float(x @ x) for x in p.x)


def distance(kind):
    return squared if kind == "squared" else lambda a, b: math.sqrt(max(1e-12, squared(a, b)))


def triplets(mining, margin=0.2, kind="squared"):
    def loss(p, p0):
        d = [[distance(kind)(unit(a), unit(b)) for b in p.x] for a in p.x]
        d0 = [[distance(kind)(unit(a), unit(b)) for b in p0.x] for a in p0.x]
        chosen = []
        for a in range(p.n):
            positives = [q for q in range(p.n) if q != a and p.y[q] == p.y[a]]
            others = [n for n in range(p.n) if p.y[n] != p.y[a]]
            if not others:
                continue
            if mining == "hard" and positives:
                q = max(positives, key=lambda j: d0[a][j])
                chosen.append((a, q, min(others, key=lambda j: d0[a][j])))
            elif mining == "all":
                chosen += [
                    (a, q, n) for q in positives for n in others
                    if d0[a][q] - d0[a][n] + margin > 0
                ]
            elif mining == "semihard":
                for q in positives:
                    farther = [n for n in others if d0[a][n] > d0[a][q]]
                    n = min(farther, key=lambda j: d0[a][j]) if farther else max(
                        others, key=lambda j: d0[a][j]
                    )
                    chosen.append((a, q, n))
        return mean(max(0, d[a][q] - d[a][n] + margin) for a, q, n in chosen)

    return loss


def contrastive(form="squared", active=False, weight=1, margin=1):
    def loss(p, _):
        near, far = [], []
        for i in range(p.n):
            for j in range(p.n):
                d = math.sqrt(max(1e-12, squared(unit(p.x[i]), unit(p.x[j]))))
                power = 2 if form == "squared" else 1
                if i != j and p.y[i] == p.y[j]:
                    s = squared(unit(p.x[i]), unit(p.x[j]))
                    near.append(s if form == "squared" else d)
                elif p.y[i] != p.y[j]:
                    far.append(max(0, margin - d) ** power)
        if active:
            near, far = [v for v in near if v > 0], [v for v in far if v > 0]
        return weight * (mean(near) + mean(far)) / 2

    return loss


def supervised_contrastive(p, _):
    total = []
    for a in range(p.n):
        z = [float(unit(p.x[a]) @ unit(p.x[j])) / 0.1 for j in range(p.n)]
        positives = [j for j in range(p.n) if j != a and p.y[j] == p.y[a]]
        if positives:
            sums = math.log(sum(math.exp(z[j]) for j in range(p.n) if j != a))
            total.append(-mean(z[j] - sums for j in positives))
    return mean(total)


def range_loss(alpha, margin):
    def loss(p, _):
        total, means = 0, []
        for y in sorted(set(p.y)):
            rows = [x for x, label in zip(p.x, p.y) if label == y]
            means.append(sum(rows) / len(rows))
            d = [squared(a, b) for i, a in enumerate(rows) for b in rows[i + 1 :]]
            d = [max(1e-12, v) for v in sorted(d, reverse=True)[:2]]
            if d:
                total += len(d) / sum(1 / v for v in d)
        gaps = [squared(a, b) for i, a in enumerate(means) for b in means[i + 1 :]]
        return alpha * total + (1e-4 * max(0, margin - min(gaps)) if gaps else 0)

    return loss


def minimum_margin(p, _):
    c = p.centers
    pull = 0.003 / 2 * mean(squared(x, c[y]) for x, y in zip(p.x, p.y))
    present = set(p.y)
    push = sum(
        max(0, 10 - squared(c[i], c[j]))
        for i in range(p.c) for j in range(i) if i in present or j in present
    )
    return pull + 1e-3 * push


def plus(base, *terms):
    return lambda p, p0: base(p, p0) + sum(term(p, p0) for term in terms)


def plus_softmax(term):
    return plus(softmax, term)


def scalar(name, value, loss):
    """A loss with a trained number of its own; `value` is of the number of classes."""
    loss_of = lambda p, p0: loss(p, p0)
    loss_of.scalar = (name, value)
    return loss_of


CONSTANT = "s=20,scaleWarmup=0,warmup=0"
LAMBDA = 5
ENTRIES = {
    "softmax": softmax,
    "label-smoothing": smoothing,
    "asoftmax": angular(None, a_softmax(4, LAMBDA)),
    "asoftmax:m=3,grad=exact": angular(None, a_softmax(3, LAMBDA), detached=False),
    "amsoftmax:m=0.35," + CONSTANT: angular(20, lambda t, _: math.cos(t) - 0.35),
    "arcface:" + CONSTANT: angular(20, arc(0.5)),
    "arcface:grad=exact," + CONSTANT: angular(20, arc(0.5), detached=False),
    "arcface:fallback=clamp," + CONSTANT: angular(20, arc(0.5, "clamp")),
    "arcface:fallback=none,grad=exact," + CONSTANT: angular(20, arc(0.5, "none"), detached=False),
    "arcface:fallback=plain,grad=exact," + CONSTANT: angular(
        20, arc(0.5, "plain"), detached=False
    ),
    "arcface:fallback=easy,grad=exact," + CONSTANT: angular(20, arc(0.5, "easy"), detached=False),
    "marginal": plus_softmax(marginal),
    "normface:s=9+marginal-pairs": scalar("scale", lambda c: 9, plus(norm_face, marginal)),
    "lsoftmax:grad=exact,m=4": l_softmax(LAMBDA),
    "pml-lsoftmax:m=3": l_softmax(0, 3),
    "l2softmax:learn=yes": scalar("norm", lambda c: 24, l2_softmax),
    "softmargin": soft_margin,
    "coco": coco,
    "coco-batch": coco_batch,
    "normface:s=9": scalar("scale", lambda c: 9, norm_face),
    "adacos": ada_cos,
    "combined:" + CONSTANT: angular(20, combined(1, 0.3, 0.2)),
    "combined-cm2:s=20,grad=detached": angular(20, combined(0.9, 0.4, 0.15, "none")),
    "combined:m1=1.3,grad=exact," + CONSTANT: angular(
        20, combined(1.3, 0.3, 0.2), detached=False
    ),
    "combined:m1=1.3,grad=exact,fallback=none," + CONSTANT: angular(
        20, combined(1.3, 0.3, 0.2, "none"), detached=False
    ),
    "subcenter:" + CONSTANT: angular(20, arc(0.5), columns=subcenters),
    "subcenter:grad=exact," + CONSTANT: angular(
        20, arc(0.5), columns=subcenters, detached=False
    ),
    "curricular:" + CONSTANT: curricular(True),
    "curricular:grad=exact," + CONSTANT: curricular(False),
    "mvsoftmax:" + CONSTANT: mv_softmax(),
    "mvsoftmax:easy=yes," + CONSTANT: mv_softmax(0.35),
    "facexzoo-mvsoftmax:s=20": mv_softmax(0.35, 0.12),
    "svx-mvsoftmax:s=20": mv_softmax(0),
    "magface:la=1," + CONSTANT: mag_face(True),
    "magface:la=1,grad=exact," + CONSTANT: mag_face(False),
    "adaface:rate=0.5,h=3," + CONSTANT: ada_face(True),
    "adaface:rate=0.5,h=3,grad=exact," + CONSTANT: ada_face(False),
    "elasticface:sigma=0," + CONSTANT: angular(20, arc(0.5)),
    "elasticface:sigma=0,version=cos,m=0.35," + CONSTANT: angular(
        20, lambda t, _: math.cos(t) - 0.35
    ),
    "sphereface-r:" + CONSTANT: sphere_face_r("v1"),
    "sphereface-r:grad=exact," + CONSTANT: sphere_face_r("v1", detached=False),
    "sphereface-r:version=v0," + CONSTANT: sphere_face_r("v0"),
    "sphereface-r:version=v0,grad=exact," + CONSTANT: sphere_face_r("v0", detached=False),
    "sphereface-r:version=v2," + CONSTANT: angular(
        20, lambda t, _: math.cos(t), lambda c, c0, t0: c + math.cos(safe_acos(c0) / 1.5) - c0
    ),
    "sphereface-r:version=v2,grad=exact," + CONSTANT: angular(
        20, lambda t, _: math.cos(t), lambda c, c0, t0: math.cos(safe_acos(c) / 1.5), False
    ),
    "circle:s=32,scaleWarmup=0,warmup=0": circle,
    "sphereface2:r=40,warmup=0,weight=1": scalar("bias", balanced_bias, sphere_face_2(False)),
    "sphereface2:r=40,warmup=0": scalar("bias", balanced_bias, sphere_face_2(False, 50)),
    "opensphere-sphereface2": scalar("bias", balanced_bias, sphere_face_2(True, 50)),
    "uniface:" + CONSTANT: scalar("bias", lambda c: math.log(10 * c), uni_face),
    "center": plus_softmax(center),
    "probe+center": plus(probe, center),
    "triplet": plus_softmax(triplets("semihard")),
    "triplet:mining=hard": plus_softmax(triplets("hard")),
    "triplet:mining=all": plus_softmax(triplets("all")),
    "batch-hard": plus_softmax(triplets("hard", kind="euclidean")),
    "pml-triplet": plus_softmax(triplets("all", 0.05, "euclidean")),
    "contrastive:weight=1": plus_softmax(contrastive()),
    # Not 1: the mean over active pairs jumps where a distance is exactly m.
    "pml-contrastive:m=1.1": plus_softmax(contrastive("linear", True, 2, 1.1)),
    "supcon": plus_softmax(supervised_contrastive),
    "range": plus_softmax(range_loss(1e-5, 10)),
    "range-paper": plus_softmax(range_loss(5e-5, 2e4)),
    "minimum-margin:beta=0.001": plus_softmax(minimum_margin),
    "arcface:" + CONSTANT + "+center+supcon": plus(
        angular(20, arc(0.5)), center, supervised_contrastive
    ),
}

#: Facet's names of the tensors, by those here.
NAMES = {"x": "embeddings", "weight": "weight", "bias": "bias", "centers": "minimum-margin.centers"}


def gradient(loss, tensors, labels, name, step):
    """Central differences of fourth order."""
    fixed = Point(tensors, labels)
    slopes = np.zeros_like(tensors[name])
    for place in np.ndindex(tensors[name].shape):
        values = {}
        for k in (-2, -1, 1, 2):
            moved = dict(tensors, **{name: tensors[name].copy()})
            moved[name][place] += k * step
            values[k] = loss(Point(moved, labels), fixed)
        slopes[place] = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)
    return slopes


def case(index, sample, text, loss):
    tensors = dict(sample.tensors)
    names = {"x": NAMES["x"], "weight": NAMES["weight"]}
    if text.startswith("subcenter"):
        rows = [np.roll(row, -k) for row in tensors["weight"] for k in range(3)]
        tensors["weight"] = np.array(rows)
    if hasattr(loss, "scalar"):
        names["scalar"], value = loss.scalar
        tensors["scalar"] = np.array([float(value(len(sample.tensors["weight"])))])
    elif "minimum-margin" in text:
        names |= {"bias": NAMES["bias"], "centers": NAMES["centers"]}
    else:
        names["bias"] = NAMES["bias"]
    point = Point(tensors, sample.labels)
    result = {"sample": index, "loss": loss(point, point), "gradients": {}}
    for name, title in names.items() if sample.smooth else []:
        # A scalar's own size is about 10, whatever the embeddings' is.
        step = sample.step if name == "x" else 1e-4
        slopes = gradient(loss, tensors, sample.labels, name, step)
        result["gradients"][title] = [float(f"{v:.13g}") for v in slopes.ravel()]
    return result


def main():
    all_samples = samples()
    content = {
        "samples": [
            {
                "name": s.name, "embeddings": s.tensors["x"].tolist(), "labels": s.labels,
                "weight": s.tensors["weight"].tolist(), "bias": s.tensors["bias"].tolist(),
            }
            for s in all_samples
        ],
        "entries": [
            {
                "specification": text,
                "cases": [case(i, s, text, loss) for i, s in enumerate(all_samples)],
            }
            for text, loss in ENTRIES.items()
        ],
    }
    lines = ",\n".join(json.dumps(entry) for entry in content["entries"])
    text = '{"samples": ' + json.dumps(content["samples"]) + ',\n"entries": [\n' + lines + "\n]}\n"
    pathlib.Path(__file__).with_name("oracle.json").write_text(text)


main()
