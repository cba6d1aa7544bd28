"""Writes the .pth files and expected.json: what the installed torch saves, in all the forms that occur.

    python make_state_dicts.py

`big.pth` is `zip.pth` as a big-endian machine writes it. `checkpoint.pth` holds a network of
FaceModelsTests/Fixtures/face_networks.py, IResNet-18 at a twentieth of its width with an embedding of 2,
in half precision, in the layout of arcface_torch's checkpoints: behind `module.`, within
`state_dict_backbone`, beside other things, in the older container.
"""

import argparse
import collections
import json
import pathlib
import sys
import zipfile

import numpy as np
import torch

sys.path.insert(0, "../../FaceModelsTests/Fixtures")
import face_networks  # noqa: E402


def tensors():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8
    shared = torch.tensor([1.5, -2.5])
    return collections.OrderedDict(
        plain=base,
        transposed=base.permute(2, 0, 1),
        part=base[1, :, 1:3],
        last=base[:, 2],
        double=torch.tensor([[1 / 3], [-1e300]], dtype=torch.float64),
        half=torch.tensor([1.5, -0.0999755859375], dtype=torch.float16),
        bfloat16=torch.tensor([3.140625, -0.5], dtype=torch.bfloat16),
        count=torch.tensor(7),
        bytes=torch.tensor([0, 255], dtype=torch.uint8),
        flags=torch.tensor([True, False, True]),
        repeated=torch.tensor([[2.5]]).expand(3, 2),
        empty=torch.zeros(0, 3),
        one=shared, other=shared,
        parameter=torch.nn.Parameter(torch.tensor([9.0])),
    )


def big_endian(source, target):
    keys = {}

    class Unpickler(__import__("pickle").Unpickler):
        def persistent_load(self, identifier):
            keys[identifier[2]] = torch._utils._element_size(identifier[1].dtype) if hasattr(
                identifier[1], "dtype") else 1
            return torch.UntypedStorage(0)

        def find_class(self, module, name):
            if name.startswith("_rebuild"):
                return lambda *_: None
            return super().find_class(module, name)

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        pickle = next(n for n in old.namelist() if n.endswith("data.pkl"))
        Unpickler(old.open(pickle)).load()
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("byteorder"):
                data = b"big"
            elif "/data/" in name:
                size = keys[name.rsplit("/", 1)[1]]
                data = b"".join(data[i:i + size][::-1] for i in range(0, len(data), size))
            new.writestr(zipfile.ZipInfo(name), data)


def checkpoint():
    network = face_networks.Residual((2, 2, 2, 2), 0.05)
    network.shapes["fc.weight"][0] = network.shapes["fc.bias"][0] = 2
    for name in network.shapes:
        if name.startswith("features."):
            network.shapes[name] = [2]
    network.start()
    state = {f"module.{n}": v.detach().half() for n, v in network.state.items()}
    everything = {
        "epoch": 3, "global_step": np.int64(12), "rate": 0.1, "args": argparse.Namespace(a=1),
        "state_dict_backbone": state, "state_dict_softmax_fc": {"weight": torch.zeros(3, 2)}}
    torch.save(everything, "checkpoint.pth", _use_new_zipfile_serialization=False)
    network.state = {n: v.detach().half().double() for n, v in network.state.items()}
    with torch.no_grad():
        return network(face_networks.signed("input", (2, 3, 112, 112)), False).tolist()


def main():
    state = tensors()
    torch.save(state, "zip.pth")
    torch.save(state, "older.pth", _use_new_zipfile_serialization=False)
    big_endian("zip.pth", "big.pth")
    torch.save(torch.nn.Linear(1, 1), "module.pth")
    torch.save([1, 2], "list.pth")
    torch.save({"a": torch.zeros(2).to(torch.float8_e4m3fn), "b": torch.ones(1)}, "float8.pth")
    torch.save({"a": torch.tensor([1.0, float("nan")])}, "nan.pth")
    expected = {
        name: {"shape": list(value.shape), "values": value.double().flatten().tolist()}
        for name, value in state.items()}
    pathlib.Path("expected.json").write_text(
        json.dumps({"tensors": expected, "embeddings": checkpoint()}) + "\n")


if __name__ == "__main__":
    main()
