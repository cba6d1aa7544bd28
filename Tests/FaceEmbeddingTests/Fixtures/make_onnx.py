"""Makes the small ONNX networks of ONNXNetworkTests, and what ONNX Runtime computes with them.

    pip install onnx==1.23.2 onnxruntime==1.32.0 numpy
    python make_onnx.py            writes onnx/*.onnx and onnx/goldens.json

The network: a 3x3 convolution with stride 4, ReLU, global average pool, a linear map of 4 to 8. Weights
are 0.3 * sin(0.37 * i + 0.1 * k), i counted row by row, k the number of the tensor. Images are 16x16, RGB,
[n, 3, h, w]: byte i is (i * i + 7 * i) % 251.
"""
import copy
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "onnx"
SIDE = 16


def weights(number, *shape):
    i = np.arange(np.prod(shape), dtype=np.float64)
    return (0.3 * np.sin(0.37 * i + 0.1 * number)).astype(np.float32).reshape(shape)


def tensor(name, value):
    return numpy_helper.from_array(np.asarray(value), name)


def body(start):
    """Nodes and weights from the tensor `start` to `embedding`."""
    nodes = [
        helper.make_node("Conv", [start, "w", "b"], ["c"], name="conv", strides=[4, 4],
                         pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["c"], ["r"], name="relu"),
        helper.make_node("GlobalAveragePool", ["r"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "lw", "lb"], ["embedding"], name="linear", transB=1),
    ]
    tensors = [tensor("w", weights(1, 4, 3, 3, 3)), tensor("b", weights(2, 4)),
               tensor("lw", weights(3, 8, 4)), tensor("lb", weights(4, 8))]
    return nodes, tensors


def model(before=(), start="images", tensors=(), shape=("batch", 3, SIDE, SIDE),
          type=TensorProto.FLOAT, after=(), outputs=(("embedding", ["batch", 8]),), extra=(),
          metadata=None, opset=13):
    nodes, own = body(start)
    graph = helper.make_graph(
        [*before, *nodes, *after], "tiny",
        [helper.make_tensor_value_info("images", type, shape), *extra],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, lengths)
         for name, lengths in outputs],
        [*own, *tensors])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7,
                             producer_name="make_onnx.py")
    for key, value in (metadata or {}).items():
        entry = made.metadata_props.add()
        entry.key, entry.value = key, value
    return made


def float_scalar(name, value):
    return tensor(name, np.float32(value))


def models():
    node = helper.make_node
    normalizing = [node("Sub", ["images", "mean"], ["s"], name="shifted"),
                   node("Mul", ["s", "factor"], ["n"], name="scaled")]
    constants = [float_scalar("mean", 127.5), float_scalar("factor", 1 / 127.5)]
    yield "plain", model()
    yield "any-size", model(shape=("batch", 3, "height", "width"))
    yield "fixed-batch", model(shape=(2, 3, SIDE, SIDE), outputs=[("embedding", [2, 8])])
    yield "normalizing", model(before=normalizing, start="n", tensors=constants)
    yield "dividing", model(before=[node("Div", ["images", "255"], ["n"], name="d")], start="n",
                            tensors=[float_scalar("255", 255)])
    yield "adding", model(before=[node("Mul", ["images", "factor"], ["s"], name="a"),
                                  node("Add", ["s", "one"], ["n"], name="b")], start="n",
                          tensors=[float_scalar("factor", 1 / .226), float_scalar("one", -.449 / .226)])
    yield "zero-deviation", model(metadata={"mean": "127.5", "deviation": "0"})
    yield "unit", model(before=[node("Sub", ["images", "mean"], ["s"], name="a"),
                                node("Div", ["s", "deviation"], ["n"], name="b")], start="n",
                        tensors=[tensor("mean", np.float32([.485, .456, .406]).reshape(1, 3, 1, 1)),
                                 tensor("deviation",
                                        np.float32([.229, .224, .225]).reshape(1, 3, 1, 1))])
    yield "swapping", model(before=[node("Gather", ["images", "bgr"], ["g"], axis=1, name="g"), *[
        node(one.op_type, ["g" if name == "images" else name for name in one.input], one.output, name=one.name)
        for one in normalizing]], start="n", tensors=[*constants, tensor("bgr", np.int64([2, 1, 0]))])
    yield "training", model(opset=15, before=[
        node("BatchNormalization", ["images", "gamma", "beta", "means", "variances"],
             ["normalized", "new_means", "new_variances"], training_mode=1)], start="normalized", tensors=[
                 tensor(name, np.float32([value] * 3))
                 for name, value in [("gamma", 1), ("beta", 0), ("means", 0), ("variances", 1)]])
    yield "wide", model(shape=("batch", 3, SIDE, 5000))
    yield "oblong", model(shape=("batch", 3, SIDE, 2 * SIDE))
    yield "channels-last", model(before=[node("Transpose", ["images"], ["t"], perm=[0, 3, 1, 2])],
                                 start="t", shape=("batch", SIDE, SIDE, 3))
    yield "bytes", model(before=[node("Cast", ["images"], ["t"], to=TensorProto.FLOAT)], start="t",
                         type=TensorProto.UINT8)
    yield "stated", model(metadata={"color_order": "BGR", "mean": "127.5", "deviation": "128",
                                    "input_size": "16"})
    yield "two-outputs", model(outputs=[("r", ["batch", 4, 4, 4]), ("embedding", ["batch", 8])])
    yield "unflattened", model(
        after=[node("Unsqueeze", ["embedding", "axes"], ["u"])], tensors=[
            tensor("axes", np.int64([2, 3]))], outputs=[("u", ["batch", 8, 1, 1])])
    dropout = [node("Dropout", ["embedding", "ratio", "mode"], ["d"], name="drop")]
    yield "dropout", model(after=dropout, outputs=[("d", ["batch", 8])], tensors=[
        float_scalar("ratio", 0.5), tensor("mode", np.bool_(True))])
    yield "two-inputs", model(
        after=[node("Add", ["embedding", "other"], ["sum"])], outputs=[("sum", ["batch", 8])],
        extra=[helper.make_tensor_value_info("other", TensorProto.FLOAT, ["batch", 8])])
    yield "rank-2", model(before=[node("Reshape", ["images", "shape"], ["t"])], start="t",
                          shape=("batch", 3 * SIDE * SIDE),
                          tensors=[tensor("shape", np.int64([-1, 3, SIDE, SIDE]))])
    unknown = model(after=[node("FaceMagic", ["embedding"], ["m"], name="magic", domain="com.none")],
                    outputs=[("m", ["batch", 8])])
    unknown.opset_import.append(helper.make_opsetid("com.none", 1))
    yield "unknown-operator", unknown


def images(count):
    i = np.arange(count * 3 * SIDE * SIDE, dtype=np.int64)
    return ((i * i + 7 * i) % 251).astype(np.float32).reshape(count, 3, SIDE, SIDE)


def run(made, values):
    session = onnxruntime.InferenceSession(made.SerializeToString(),
                                           providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return session.run(names[-1:], {"images": values})[0].reshape(len(values), -1)


def main():
    FOLDER.mkdir(exist_ok=True)
    made = dict(models())
    for name, one in made.items():
        if name != "unknown-operator":
            onnx.checker.check_model(one)
        (FOLDER / f"{name}.onnx").write_bytes(one.SerializeToString())
    onnx.save(copy.deepcopy(made["plain"]), FOLDER / "external.onnx", save_as_external_data=True,
              location="missing.data", size_threshold=0)
    (FOLDER / "missing.data").unlink()
    byte = images(3)
    standard = (byte - 127.5) / 127.5
    goldens = {
        "plain": run(made["plain"], standard),
        "bgr": run(made["plain"], standard[:, ::-1]),
        "bytes": run(made["plain"], byte),
        "normalizing": run(made["normalizing"], byte),
        "unit": run(made["unit"], byte / 255),
        "channels-last": run(made["channels-last"], standard.transpose(0, 2, 3, 1)),
        "stated": run(made["stated"], ((byte - 127.5) / 128)[:, ::-1]),
    }
    text = json.dumps({name: value.astype(float).flatten().tolist()
                       for name, value in goldens.items()}, indent=1)
    (FOLDER / "goldens.json").write_text(text + "\n")


main()
