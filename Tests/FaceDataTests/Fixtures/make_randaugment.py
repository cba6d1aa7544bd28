"""Writes augmentation/randaugment.json: what RandAugment's operations make of two images.

    python make_randaugment.py augmentation/randaugment.json

Needs torch, torchvision 0.28.0 and Pillow. Each row is an operation by Facet's name, its magnitude of 30, whether
it is the opposite, and the hash (FNV-1a, 64 bits) of what torchvision makes of the two images in Pillow, one
after the other.
"""

import json
import sys

import torch
from PIL import Image

# torchvision's wheels for GPUs do not load their operators beside torch for CPUs; two have to be declared.
library = torch.library.Library("torchvision", "FRAGMENT")
for name in ("nms", "qnms"):
    try:
        library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        pass

from torchvision.transforms import InterpolationMode, RandAugment  # noqa: E402
from torchvision.transforms.autoaugment import _apply_op  # noqa: E402

WIDTH, HEIGHT = 31, 24
NAMES = {
    "Identity": "identity", "ShearX": "shearX", "ShearY": "shearY", "TranslateX": "translateX",
    "TranslateY": "translateY", "Rotate": "rotate", "Brightness": "brightness", "Color": "colour",
    "Contrast": "contrast", "Sharpness": "sharpness", "Posterize": "posterize",
    "Solarize": "solarize", "AutoContrast": "autocontrast", "Equalize": "equalize",
}  # fmt: skip


def picture(low, span):
    values = [
        low + (x * 9 + y * 5 + c * 40 + x * y * (c + 1) % 17) % span
        for y in range(HEIGHT) for x in range(WIDTH) for c in range(3)
    ]  # fmt: skip
    return Image.frombytes("RGB", (WIDTH, HEIGHT), bytes(values))


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


pictures = [picture(0, 256), picture(60, 100)]
space = RandAugment(num_magnitude_bins=31)._augmentation_space(31, (HEIGHT, WIDTH))
rows = []
for operation, (magnitudes, signed) in space.items():
    for magnitude in (0, 3, 9, 10, 17, 30):
        value = float(magnitudes[magnitude]) if magnitudes.ndim else 0.0
        for opposite in (False, True):
            amount = -value if opposite and signed else value
            made = [
                _apply_op(p, operation, amount, InterpolationMode.NEAREST, None) for p in pictures
            ]
            data = b"".join(p.tobytes() for p in made)
            rows.append([NAMES[operation], magnitude, opposite, fnv(data)])
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
