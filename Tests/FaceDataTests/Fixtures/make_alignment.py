"""Least-squares similarities of NumPy, for FaceAlignmentTests.

    python make_alignment.py > alignment.json

The matrix comes from Umeyama's singular value decomposition (1991, equations 40 to 43), which is
another way than Facet's; the warp is bilinear with black outside, evaluated pixel by pixel.
"""
import json

import numpy as np

TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366],
                     [41.5493, 92.3655], [70.7299, 92.2041]])


def umeyama(src, dst):
    mean_src, mean_dst = src.mean(0), dst.mean(0)
    a, b = src - mean_src, dst - mean_dst
    u, d, vt = np.linalg.svd(b.T @ a / len(src))
    s = np.diag([1, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ s @ vt
    scale = np.trace(np.diag(d) @ s) / a.var(0).sum()
    return np.hstack([scale * rotation, (mean_dst - scale * rotation @ mean_src)[:, None]])


def warp(image, matrix, side):
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    padded = np.pad(image.astype(float), ((1, 2), (1, 2), (0, 0)))
    out = np.zeros((side, side, 3))
    for y in range(side):
        for x in range(side):
            u, v, _ = inverse @ [x, y, 1]
            left, top = int(np.floor(u)), int(np.floor(v))
            if not (-1 <= left < image.shape[1] and -1 <= top < image.shape[0]):
                continue
            fx, fy = u - left, v - top
            p = padded[top + 1:top + 3, left + 1:left + 3]
            out[y, x] = ((1 - fy) * ((1 - fx) * p[0, 0] + fx * p[0, 1])
                         + fy * ((1 - fx) * p[1, 0] + fx * p[1, 1]))
    return out


def main():
    rng = np.random.default_rng(7)
    cases = []
    for angle, scale, noise in [(0, 1, 0), (0.3, 0.5, 1), (-1.2, 2.2, 3), (3.0, 0.2, 0.5)]:
        c, s = np.cos(angle) / scale, np.sin(angle) / scale
        points = (TEMPLATE - 56) @ np.array([[c, s], [-s, c]]) + rng.uniform(20, 60, 2)
        points = points + rng.normal(0, noise, points.shape)
        height, width = 50, 70
        image = (np.arange(height)[:, None, None] * 5 + np.arange(width)[None, :, None] * 3
                 + np.array([0, 40, 90])) % 256
        matrix = umeyama(points, TEMPLATE)
        face = warp(image, matrix, 112)[::9, ::9]
        cases.append({"points": points.tolist(), "matrix": matrix.tolist(),
                      "face": np.round(face, 4).tolist()})
    print(json.dumps(cases))


main()
