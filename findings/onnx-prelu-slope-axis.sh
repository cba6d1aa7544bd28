#!/usr/bin/env bash
# One ONNX file, two networks: along which axis a PRelu slope of shape [C] runs depends on the runtime.
#
# Expected: a network whose PRelu has one slope a channel, stored with the shape [C] as PyTorch has it,
#   means the same everywhere, or is refused by onnx.checker.
# What happens: the checker (with shape inference) accepts it. ONNX Runtime broadcasts as the standard
#   says, from the right, so the gradients run along the WIDTH where that happens to be C (or the file is
#   refused where it is not); OpenCV applies them to the channels. With [C, 1, 1] both agree.
# Version: onnx 1.23.2, onnxruntime 1.32.0, opencv-python-headless 5.0.0.93, 2026-11-28.
# Why it matters: IResNet and MobileFaceNet have a PRelu after nearly every convolution, and faces of 112
#   pixels pass maps of 56, 28, 14 and 7. A file from a hand-written converter works in one runtime and
#   gives other embeddings in the next. Write [C, 1, 1].
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 opencv-python-headless==5.0.0.93
cd "$t"
"$t/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

SLOPES = [0.1, 0.2, 0.3]
images = -np.ones((1, 3, 4, 3), np.float32)  # three channels, width three


def model(shape):
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, images.shape) for n in "xy"]
    graph = helper.make_graph(
        [helper.make_node("PRelu", ["x", "slope"], ["y"])], "prelu", values[:1], values[1:],
        [helper.make_tensor("slope", TensorProto.FLOAT, shape, SLOPES)])
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(result, full_check=True)
    return result.SerializeToString()


def axis(output):
    if np.allclose(output[0, :, 0, 0], [-s for s in SLOPES]):
        return "channels"
    return "width" if np.allclose(output[0, 0, 0, :], [-s for s in SLOPES]) else "neither"


def runtimes(shape):
    data = model(shape)
    yield axis(onnxruntime.InferenceSession(data).run(None, {"x": images})[0])
    network = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    network.setInput(images)
    yield axis(network.forward())


bare, full = list(runtimes([3])), list(runtimes([3, 1, 1]))
for shape, (ort, cv) in (("[3]", bare), ("[3, 1, 1]", full)):
    print(f"slope {shape}: expected channels twice; ONNX Runtime {ort}, OpenCV {cv}")
same = bare == ["width", "channels"] and full == ["channels", "channels"]
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
