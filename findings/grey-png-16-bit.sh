#!/usr/bin/env bash
# A grey PNG of 16 bits is nearly white in Pillow and right in OpenCV.
#
# Expected: Image.open(path).convert("RGB") scales samples of 0 to 65535 to 0 to 255, as it does for the
#   16-bit samples of a colour PNG, and as OpenCV does.
# What happens: Pillow keeps 16-bit grey as mode "I;16" and cuts its values off at 255 on conversion:
#   everything but the darkest 0.4 % of the range becomes white. Colour PNGs of 16 bits are scaled.
# Version: Pillow 13.0.0, opencv-python-headless 5.0.0.93, 2026-11-28.
# Why it matters: near-infrared and thermal face sets, and grey sets from scientific tools, are 16-bit grey
#   PNGs. Read through torchvision or any loader on Pillow, all faces are one white square, and a network
#   evaluated on them scores at chance, without an error.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 \
    opencv-python-headless==5.0.0.93
cd "$t"
"$t/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np
from PIL import Image

ramp = np.linspace(0, 65535, 16).astype(np.uint16).reshape(4, 4)
cv2.imwrite("grey.png", ramp)
cv2.imwrite("colour.png", np.repeat(ramp[..., None], 3, axis=2))
expected = np.arange(0, 256, 17).reshape(4, 4)


def pillow(name):
    return np.asarray(Image.open(name).convert("RGB"))[..., 0].astype(int)


print("expected:       ", *expected.ravel())
print("OpenCV, grey:   ", *cv2.imread("grey.png")[..., 0].ravel())
print("Pillow, colour: ", *pillow("colour.png").ravel())
print("Pillow, grey:   ", *pillow("grey.png").ravel())
same = (
    np.abs(cv2.imread("grey.png")[..., 0].astype(int) - expected).max() <= 1
    and np.abs(pillow("colour.png") - expected).max() <= 1
    and (pillow("grey.png").ravel()[1:] == 255).all()
)
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
