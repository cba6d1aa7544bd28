"""RecordIO packs as MXNet writes them: the golden files of RecordPackTests.

    python make_records.py records        (MXNet 1.9.1, numpy 1.23)

insight.rec has the layout of insightface's training sets: a header record, six images of three
identities, a record for each identity. plain.rec has what im2rec writes: no header, keys in any
order, one record with several labels. Some payloads hold the magic number that begins a record, at
multiples of four bytes, where MXNet cuts them, and elsewhere.
"""
import struct
import sys

import mxnet as mx

MAGIC = struct.pack("<I", 0xCED7230A)


def payload(i, n):
    return bytes((7 * i + j * j) % 256 for j in range(n))


IMAGES = [
    payload(0, 40),
    payload(1, 37),
    payload(2, 8) + MAGIC + payload(3, 5),
    MAGIC + MAGIC + payload(4, 3) + MAGIC + payload(5, 9) + MAGIC,
    payload(6, 2) + MAGIC + payload(7, 10),
    payload(8, 1),
]
LABELS = [0, 0, 0, 1, 2, 2]
RANGES = [(1, 4), (4, 5), (5, 7)]


def insight(folder):
    record = mx.recordio.MXIndexedRecordIO(f"{folder}/insight.idx", f"{folder}/insight.rec", "w")
    pack, header = mx.recordio.pack, mx.recordio.IRHeader
    record.write_idx(0, pack(header(2, [7, 10], 0, 0), b""))
    for key, (image, label) in enumerate(zip(IMAGES, LABELS), 1):
        record.write_idx(key, pack(header(0, label, key, 0), image))
    for key, (start, end) in enumerate(RANGES, 7):
        record.write_idx(key, pack(header(2, [start, end], key, 0), b""))
    record.close()


def plain(folder):
    record = mx.recordio.MXIndexedRecordIO(f"{folder}/plain.idx", f"{folder}/plain.rec", "w")
    pack, header = mx.recordio.pack, mx.recordio.IRHeader
    for place, key in enumerate([3, 0, 5, 1]):
        label = [4.0, 1.0, 2.0] if key == 5 else float(place)
        flag = 3 if key == 5 else 0
        record.write_idx(key, pack(header(flag, label, key, 0), IMAGES[key]))
    record.close()


def check(folder):
    """Reads both back, as arcface_torch's dataset.py does."""
    record = mx.recordio.MXIndexedRecordIO(f"{folder}/insight.idx", f"{folder}/insight.rec", "r")
    header, _ = mx.recordio.unpack(record.read_idx(0))
    assert header.flag > 0 and int(header.label[0]) == 7
    for key, (image, label) in enumerate(zip(IMAGES, LABELS), 1):
        found, data = mx.recordio.unpack(record.read_idx(key))
        assert data == image and found.label == label, key


insight(sys.argv[1])
plain(sys.argv[1])
check(sys.argv[1])
