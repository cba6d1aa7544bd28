"""Writes copies of a set's pictures, as copies come about.

    variants.py SET OUTPUT [EVERY]

SET is a folder <identity>/<image>.jpg. Of every EVERYth image (default 6) a copy of each kind is written to
OUTPUT/<kind>/<identity>/<image>.jpg. Needs Pillow.
"""

import pathlib
import sys

from PIL import Image, ImageOps


def zoomed(image, factor):
    width, height = image.size
    x, y = width * (1 - 1 / factor) / 2, height * (1 - 1 / factor) / 2
    return image.resize(image.size, Image.Resampling.BICUBIC, box=(x, y, width - x, height - y))


def scaled(image, factor):
    size = (round(image.width * factor), round(image.height * factor))
    return image.resize(size, Image.Resampling.LANCZOS)


KINDS = {
    **{f"quality-{q}": (lambda image: image, q) for q in (50, 60, 75, 85, 95)},
    "half": (lambda image: scaled(image, 0.5), 90),
    "half-and-back": (lambda image: scaled(scaled(image, 0.5), 2), 90),
    "double": (lambda image: scaled(image, 2), 90),
    "mirrored": (ImageOps.mirror, 90),
    "mirrored-quality-50": (ImageOps.mirror, 50),
    "zoom-1": (lambda image: zoomed(image, 1.01), 90),
    "zoom-2": (lambda image: zoomed(image, 1.02), 90),
    "zoom-3": (lambda image: zoomed(image, 1.03), 90),
    "turned-1": (lambda image: image.rotate(1, Image.Resampling.BICUBIC), 90),
}

root, output = map(pathlib.Path, sys.argv[1:3])
every = int(sys.argv[3]) if len(sys.argv) > 3 else 6
for file in sorted(root.glob("*/*.jpg"))[::every]:
    image = Image.open(file).convert("RGB")
    for kind, (change, quality) in KINDS.items():
        target = output / kind / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        change(image).save(target, quality=quality)
