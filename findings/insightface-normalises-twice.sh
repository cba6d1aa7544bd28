#!/usr/bin/env bash
# Whether insightface normalises an image depends on how nodes of the ONNX file are called.
#
# Expected: a recognition network that takes pixels of 0 to 255 and normalises them inside its graph (a
#   subtraction and a multiplication at its start) gives insightface's ArcFaceONNX the same embeddings
#   whatever its nodes are called; names of nodes mean nothing in ONNX.
# What happens: pixels are passed on as they are only if one of the first eight nodes has a name that begins
#   with "Sub" or "_minus" and one that begins with "Mul" or "_mul". Under other names, such as
#   PyTorch's exporters give ("/Sub", "node_sub"), the image is normalised before the graph as well: all
#   values lie within 0.008 of -1, and any two images have embeddings of cosine 1.000.
# Version: insightface 2.1, onnx 1.23.2, onnxruntime 1.32.0, 2026-11-28.
# Why it matters: everybody is accepted as everybody, without an error. Leave normalisation out of a file
#   that insightface is to read, or name the two nodes Sub... and Mul....
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check \
    insightface==2.1 onnx==1.23.2 onnxruntime==1.32.0
cd "$t"
HOME=$t "$t/venv/bin/python" - <<'PY'
import sys

import numpy as np
import onnx
from insightface.model_zoo.arcface_onnx import ArcFaceONNX
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(1)
weights = random.standard_normal((64, 3 * 16 * 16)).astype(np.float32)
faces = [random.integers(0, 256, (16, 16, 3), np.uint8) for _ in range(2)]


def network(path, subtraction, multiplication):
    """Normalises, then multiplies with a fixed random matrix."""
    constants = {
        "mean": np.float32(127.5), "scale": np.float32(1 / 127.5), "weights": weights.T.copy()}
    graph = helper.make_graph(
        [
            helper.make_node("Sub", ["input", "mean"], ["centred"], name=subtraction),
            helper.make_node("Mul", ["centred", "scale"], ["scaled"], name=multiplication),
            helper.make_node("Flatten", ["scaled"], ["flat"], name="flatten"),
            helper.make_node("MatMul", ["flat", "weights"], ["embedding"], name="embed"),
        ],
        "face",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, 16, 16])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 64])],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def cosine(subtraction, multiplication):
    network("face.onnx", subtraction, multiplication)
    a, b = ArcFaceONNX("face.onnx").get_feat(faces)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


named, other = cosine("Sub_0", "Mul_1"), cosine("/Sub", "/Mul")
print(f"two images of noise, nodes Sub_0 and Mul_1: cosine {named:.3f}")
print(f"the same network, nodes /Sub and /Mul: expected {named:.3f}, got {other:.3f}")
same = abs(named) < 0.5 and other > 0.999
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
