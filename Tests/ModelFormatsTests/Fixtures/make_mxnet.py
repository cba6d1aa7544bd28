"""Writes the files of mxnet/: what MXNet saves, and what it computes.

    python make_mxnet.py mxnet

Needs mxnet 1.9.1, whose wheel needs numpy 1.23. Headers older than MXNet 1.9 writes are written here by
hand, and MXNet reads them back. `network.json` has the tensors of insightface's LResNet18E-IR (an eighth of its
channels, images of 32 x 32, embeddings of 64 numbers) under MXNet's names, each with the name and shape it has in
PyTorch, and the embeddings that MXNet computes in float64 for the weights and images of
../../FaceModelsTests/Fixtures/reference.py, here with the sign and scale of `values`.
"""

import json
import struct
import sys
from pathlib import Path

import mxnet as mx
import numpy as np

folder = Path(sys.argv[1])


def number(*values):
    return mx.nd.array(np.array(values))


def save_lists():
    kinds = {
        f"arg:{kind}": mx.nd.array(np.arange(6).reshape(2, 3), dtype=kind)
        for kind in ("float32", "float64", "float16", "uint8", "int32", "int8", "int64")
    }
    kinds["aux:flag"] = mx.nd.array([True, False], dtype="bool")
    dense = mx.nd.array([[0, 0], [1, 2], [0, 0], [3, 4]])
    kinds["arg:rows"] = dense.tostype("row_sparse")
    kinds["arg:csr"] = dense.tostype("csr")
    kinds["last"] = mx.nd.array([7, 8])
    mx.nd.save(str(folder / "kinds.params"), kinds)
    mx.nd.save(str(folder / "unnamed.params"), [number(1, 2), number(3)])
    mx.npx.set_np()
    arrays = {"scalar": mx.np.array(5.0), "empty": mx.np.zeros((0, 3)), "one": mx.np.ones((1,))}
    mx.npx.save(str(folder / "numpy.params"), arrays)
    mx.npx.reset_np()


def save_older():
    """The header before all versions, and the first version."""
    def elements(values):
        return struct.pack("<iii", 1, 0, 0) + struct.pack(f"<{len(values)}f", *values)
    oldest = struct.pack("<III", 2, 2, 1) + elements([1, 2])
    first = struct.pack("<IIq", 0xF993FAC8, 1, 3) + elements([3, 4, 5])
    names = [b"arg:oldest", b"aux:first"]
    content = struct.pack("<QQQ", 0x112, 0, 2) + oldest + first + struct.pack("<Q", 2)
    content += b"".join(struct.pack("<Q", len(name)) + name for name in names)
    path = folder / "older.params"
    path.write_bytes(content)
    read = mx.nd.load(str(path))
    assert read["arg:oldest"].asnumpy().tolist() == [[1], [2]]
    assert read["aux:first"].asnumpy().tolist() == [3, 4, 5]


# insightface's network, of MXNet's layers.


def normalize(x, name, **options):
    return mx.sym.BatchNorm(x, fix_gamma=False, eps=2e-5, momentum=0.9, name=name, **options)


def convolve(x, name, outputs, kernel, stride=1):
    return mx.sym.Convolution(
        x, num_filter=outputs, kernel=(kernel, kernel), stride=(stride, stride),
        pad=(kernel // 2, kernel // 2), no_bias=True, name=name)


def rectify(x, name):
    return mx.sym.LeakyReLU(x, act_type="prelu", name=name)


def unit(x, name, outputs, stride, changes):
    y = normalize(x, f"{name}_bn1")
    y = rectify(normalize(convolve(y, f"{name}_conv1", outputs, 3), f"{name}_bn2"), f"{name}_relu1")
    y = normalize(convolve(y, f"{name}_conv2", outputs, 3, stride), f"{name}_bn3")
    if changes:
        x = normalize(convolve(x, f"{name}_conv1sc", outputs, 1, stride), f"{name}_sc")
    return y + x


def network():
    x = mx.sym.Variable("data")
    x = rectify(normalize(convolve(x, "conv0", 8, 3), "bn0"), "relu0")
    for stage, outputs in enumerate([8, 16, 32, 64]):
        for block in range(2):
            first = block == 0
            x = unit(x, f"stage{stage + 1}_unit{block + 1}", outputs, 2 if first else 1, first)
    x = mx.sym.Dropout(normalize(x, "bn1"), p=0.4)
    x = mx.sym.FullyConnected(x, num_hidden=64, name="pre_fc1")
    return mx.sym.BatchNorm(x, fix_gamma=True, eps=2e-5, momentum=0.9, name="fc1")


def torch_name(name):
    ends = {
        "weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias",
        "moving_mean": "running_mean", "moving_var": "running_var"}
    end = next(e for e in ends if name.endswith("_" + e))
    part = name[: -len(end) - 1]
    outer = {"conv0": "conv1", "bn0": "bn1", "relu0": "prelu", "bn1": "bn2", "pre_fc1": "fc",
             "fc1": "features"}
    if part in outer:
        return f"{outer[part]}.{ends[end]}"
    stage, block, inner = part.split("_")
    inner = {"relu1": "prelu", "conv1sc": "downsample.0", "sc": "downsample.1"}.get(inner, inner)
    return f"layer{stage[5:]}.{int(block[4:]) - 1}.{inner}.{ends[end]}"


def uniform(name, count):
    """Numbers in ±1, as reference.py has them."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    mask = np.uint64
    with np.errstate(over="ignore"):
        mixed = mask(value) + np.arange(1, count + 1, dtype=mask) * mask(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> mask(30))) * mask(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> mask(27))) * mask(0x94D049BB133111EB)
        mixed ^= mixed >> mask(31)
    return (2 * (mixed >> mask(41)).astype(np.float64) + 1 - 2.0**23) / 2.0**23


def values(name, shape):
    """Weights in float32: matrices in ±(6 / fan-in)^1/2, variances in 0.75 to 1.25, the rest in ±1/4 or
    within a quarter of 1."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) > 1:
        u = u * np.sqrt(6 / np.prod(shape[1:]))
    elif name == "features.weight":
        u = np.ones_like(u)
    else:
        u = u / 4 + (0 if name.endswith(("bias", "running_mean")) else 1)
    return u.astype(np.float32).reshape(shape)


def save_network():
    symbol = network()
    shapes, _, others = symbol.infer_shape(data=(2, 3, 32, 32))
    named = dict(zip(symbol.list_arguments(), shapes)) | dict(
        zip(symbol.list_auxiliary_states(), others))
    images = uniform("input", 2 * 3 * 32 * 32).reshape(named.pop("data"))
    weights = {n: values(torch_name(n), s) for n, s in named.items()}
    arguments = {n: mx.nd.array(weights[n], dtype="float64") for n in weights
                 if n in symbol.list_arguments()}
    auxiliary = {n: mx.nd.array(weights[n], dtype="float64") for n in weights
                 if n not in arguments}
    data = {"data": mx.nd.array(images, dtype="float64")}
    executor = symbol.bind(mx.cpu(), arguments | data, aux_states=auxiliary)
    embeddings = executor.forward(is_train=False)[0].asnumpy()
    tensors = [
        {"name": ("arg:" if n in arguments else "aux:") + n, "torch": torch_name(n),
         "shape": list(named[n])} for n in named]
    rows = ",\n".join(json.dumps(tensor) for tensor in tensors)
    (folder / "network.json").write_text(
        f'{{"tensors": [\n{rows}\n],\n"embeddings": {json.dumps(embeddings.tolist())}}}\n')


folder.mkdir(exist_ok=True)
save_lists()
save_older()
save_network()
