"""Verification packs as Python writes them: the golden files of VerificationPackTests.

Run it with numpy 1 and again with numpy 2, whose modules have other names:

    python make_packs.py packs

Each pack holds six images (bytes of all values, of different lengths) and the labels True, False,
True. Python 2's strings are written by hand, opcode by opcode, and checked with Python 3's loader.
"""
import pickle
import struct
import sys

import numpy as np

IMAGES = [bytes((7 * i + j * j) % 256 for j in range(n)) for i, n in
          enumerate([0, 1, 40, 255, 256, 700])]
SAME = [True, False, True]


def write(folder, name, contents, protocol):
    with open(f"{folder}/{name}", "wb") as file:
        pickle.dump(contents, file, protocol=protocol)


def python2(folder):
    """What Python 2's cPickle makes of str with protocol 2, and pickle of str with protocol 0."""
    two = bytearray(b"\x80\x02]q\x01(")
    for place, image in enumerate(IMAGES):
        two += b"U" + bytes([len(image)]) if len(image) < 256 else b"T" + struct.pack(
            "<i", len(image))
        two += image + b"q" + bytes([place + 2])
    two += b"e]q\x20(\x88\x89\x88e\x86q\x21."
    zero = bytearray(b"((lp1\n")
    for place, image in enumerate(IMAGES):
        # Python 2's repr of a str is Python 3's of bytes without the b.
        zero += b"S" + repr(image)[1:].encode() + b"\np%d\na" % (place + 2)
    zero += b"a(lp20\nI01\naI00\naI01\natp21\n.".replace(b"a(lp20", b"(lp20", 1)
    for name, data in [("python2-2.bin", two), ("python2-0.bin", zero)]:
        images, same = pickle.loads(bytes(data), encoding="bytes")
        assert images == IMAGES and same == SAME, name
        with open(f"{folder}/{name}", "wb") as file:
            file.write(data)


def written(folder):
    """What Facet writes: protocol 3, BINBYTES, runs of 1000."""
    images = [bytes([i % 256]) * (i % 3) for i in range(2004)]
    same = [i % 3 == 0 for i in range(1002)]
    data = bytearray(b"\x80\x03](")
    for place, image in enumerate(images):
        data += b"e(" if place in (1000, 2000) else b""
        data += b"B" + struct.pack("<I", len(image)) + image
    data += b"e]("
    for place, label in enumerate(same):
        data += b"e(" if place == 1000 else b""
        data += b"\x88" if label else b"\x89"
    data += b"e\x86."
    # insightface loads packs so.
    assert pickle.loads(bytes(data), encoding="bytes") == (images, same)
    with open(f"{folder}/written.bin", "wb") as file:
        file.write(data)


def main(folder):
    numpy = "numpy" + np.__version__.split(".")[0]
    for protocol in range(6):
        write(folder, f"bytes-{protocol}.bin", (IMAGES, SAME), protocol)
        arrays = [np.frombuffer(image, np.uint8) for image in IMAGES]
        write(folder, f"{numpy}-arrays-{protocol}.bin", (arrays, SAME), protocol)
        write(folder, f"{numpy}-labels-{protocol}.bin", (IMAGES, np.array(SAME)), protocol)
        write(folder, f"{numpy}-scalars-{protocol}.bin", (IMAGES, list(np.array(SAME))), protocol)
    write(folder, f"{numpy}-int64.bin", (IMAGES, np.array(SAME).astype(np.int64)), 4)
    write(folder, f"{numpy}-fresh-5.bin",
          ([np.array(list(image), np.uint8) for image in IMAGES], [1, 0, 1]), 5)
    write(folder, "tuples.bin", (tuple(IMAGES), tuple(SAME)), 4)
    write(folder, "lists.bin", [IMAGES, SAME], 4)
    write(folder, "bytearrays.bin", ([bytearray(image) for image in IMAGES], SAME), 5)
    write(folder, "shared.bin", ([IMAGES[5]] * 6, SAME), 4)
    write(folder, "long.bin", ([bytes([i % 256]) for i in range(2500)], [True, False] * 625), 4)
    python2(folder)
    written(folder)


main(sys.argv[1])
