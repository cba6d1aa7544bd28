"""Writes dlib.json: embeddings of dlib's face network by dlib itself, for images made by a formula.

    python make_dlib.py > dlib.json

Needs dlib-bin 20.0.1 and face-recognition-models 0.3.0. Byte number i, from 1, of image `dlib0` or `dlib1`,
150x150 in RGB and row by row, is the upper 8 bits of SplitMix64's output function of FNV-1a(name) + i *
0x9e3779b97f4a7c15 (mod 2^64); in the second image each such byte makes a square of 10x10 pixels.
"""

import hashlib
import json
import pathlib

import dlib
import numpy as np


def numbers(name, count):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    mask = np.uint64
    with np.errstate(over="ignore"):
        mixed = mask(value) + np.arange(1, count + 1, dtype=mask) * mask(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> mask(30))) * mask(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> mask(27))) * mask(0x94D049BB133111EB)
        mixed ^= mixed >> mask(31)
    return (mixed >> mask(56)).astype(np.uint8)


def file():
    import importlib.util
    folder = importlib.util.find_spec("face_recognition_models").submodule_search_locations[0]
    return pathlib.Path(folder) / "models" / "dlib_face_recognition_resnet_model_v1.dat"


images = [
    numbers("dlib0", 150 * 150 * 3).reshape(150, 150, 3),
    numbers("dlib1", 15 * 15 * 3).reshape(15, 15, 3).repeat(10, 0).repeat(10, 1),
]
model = dlib.face_recognition_model_v1(str(file()))
rows = [list(model.compute_face_descriptor(np.ascontiguousarray(image))) for image in images]
print(json.dumps({
    "dlib": dlib.__version__, "sha256": hashlib.sha256(file().read_bytes()).hexdigest(),
    "embeddings": [[round(value, 7) for value in row] for row in rows]}))
