"""Prints the mean of aligned faces in grey, 28x28 bytes in base64, for TypicalFace.swift.

    make_typical_face.py SET...

Each SET is a folder <identity>/<image>.jpg of faces aligned to 112x112 with insightface's template. The
sets count alike; the result is made symmetric. Needs numpy and Pillow.
"""

import base64
import pathlib
import sys

import numpy
from PIL import Image

SIDE = 28


def mean(folder):
    total = numpy.zeros((SIDE, SIDE))
    files = sorted(pathlib.Path(folder).glob("*/*.jpg"))
    for file in files:
        pixels = numpy.asarray(Image.open(file).convert("RGB"), dtype=float)
        if pixels.shape != (112, 112, 3):
            sys.exit(f"{file} is not 112x112")
        grey = pixels @ [0.299, 0.587, 0.114]
        total += grey.reshape(SIDE, 4, SIDE, 4).mean((1, 3))
    return total / len(files)


face = numpy.mean([mean(folder) for folder in sys.argv[1:]], axis=0)
face = (face + face[:, ::-1]) / 2
print(base64.b64encode(face.round().astype(numpy.uint8).tobytes()).decode())
