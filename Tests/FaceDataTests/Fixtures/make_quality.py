"""Makes quality.json, which FaceQuality is compared with.

    pip install numpy scipy
    python make_quality.py > quality.json

Pictures of 112x112 pixels are made by a formula, which the test repeats. The variance of the Laplacian is of
SciPy's `laplace` inside of the picture, local means are those of its `uniform_filter`, and the correlation is
NumPy's `corrcoef`.
"""

import json

import numpy as np
from scipy.ndimage import laplace, uniform_filter

y, x = np.mgrid[0:112, 0:112]


def picture(a, b, c):
    """Three channels of bytes."""
    return np.stack([(a * x + b * y + c * x * y // (8 + k) + 40 * k) % 256 for k in range(3)], axis=-1)


def grey(p):
    return p @ np.array([0.299, 0.587, 0.114])


def small(p):
    """Means of 4x4 pixels, rounded as bytes are."""
    return np.floor(p.reshape(28, 4, 28, 4, 3).mean(axis=(1, 3)) + 0.5)


def contrast(g):
    mean = uniform_filter(g, 7, mode="nearest")
    variance = np.maximum(uniform_filter(g * g, 7, mode="nearest") - mean * mean, 0)
    return (g - mean) / np.sqrt(variance + 25)


mean_face = grey(small(picture(2, 3, 1)))
print(json.dumps([
    {
        "formula": formula,
        "sharpness": laplace(grey(picture(*formula)))[1:-1, 1:-1].var(),
        "likeness": np.corrcoef(
            contrast((lambda g: (g + g[:, ::-1]) / 2)(grey(small(picture(*formula))))).ravel(),
            contrast(mean_face).ravel())[0, 1],
    }
    for formula in [(2, 3, 1), (2, 2, 1), (1, 5, 0), (0, 1, 0), (7, 1, 3)]
]))
