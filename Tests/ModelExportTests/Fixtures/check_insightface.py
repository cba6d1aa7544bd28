"""Embeds faces with an exported network as insightface does: check_insightface.py MODEL.onnx BYTES.npy OUTPUT.npy

    pip install insightface==2.1 onnx==1.23.2 onnxruntime==1.32.0 opencv-python-headless numpy

insightface decides by the names of a graph's first eight nodes whether the graph normalises its input; if not, it
does so itself. Its ArcFaceONNX must compute OUTPUT from the pictures BYTES ([n, 3, h, w], RGB, 0 to 255), to 1e-4 of
its largest value. With a fourth argument, the nodes are given other names first, and OUTPUT must not come out: the
graph's normalisation then comes on top of insightface's. Exit code 1 where not.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from insightface.model_zoo.arcface_onnx import ArcFaceONNX


def renamed(path, folder):
    model = onnx.load(path)
    for number, node in enumerate(model.graph.node):
        node.name = f"node{number}"
    target = str(Path(folder) / "renamed.onnx")
    onnx.save(model, target)
    return target


def main():
    path, given, expected = sys.argv[1:4]
    pictures = np.load(given).astype(np.uint8).transpose(0, 2, 3, 1)[..., ::-1]
    expected = np.load(expected)
    with tempfile.TemporaryDirectory() as folder:
        network = ArcFaceONNX(renamed(path, folder) if len(sys.argv) > 4 else path)
        made = network.get_feat([np.ascontiguousarray(picture) for picture in pictures])
    difference = np.abs(made - expected).max() / np.abs(expected).max()
    cosine = float((made / np.linalg.norm(made, axis=1, keepdims=True))[:2].prod(0).sum())
    print(
        f"{path}: insightface subtracts {network.input_mean} and divides by {network.input_std}, "
        f"difference {difference:.1e}, cosine of the first two pictures {cosine:.4f}"
    )
    is_equal = difference < 1e-4
    sys.exit(0 if bool(is_equal) == (len(sys.argv) <= 4) else 1)


main()
