"""Makes data sets as they circulate, of made-up pictures, with the packages that other people make them with.

    python make_sets.py    # needs webdataset 1.0, lmdb 3.0, tfrecord 1.14 and protobuf

Each set comes with EXPECTED.json: what the package itself reads from it, so that nothing of it is this
project's view.
"""

import hashlib
import io
import json
import os
import shutil
import struct
import tarfile
import zipfile
import zlib

import lmdb
import tfrecord
import webdataset
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sets")


def pixels(seed, width=5, height=4):
    return bytes(
        (seed * 37 + x * 11 + y * 29 + c * 83) % 256
        for y in range(height) for x in range(width) for c in range(3))


def png(seed, width=5, height=4):
    rows = pixels(seed, width, height)
    lines = b"".join(b"\0" + rows[y * width * 3:(y + 1) * width * 3] for y in range(height))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 0))
            + chunk(b"IEND", b""))


def digest(data):
    return hashlib.sha256(data).hexdigest()


def folder(name):
    path = os.path.join(root, name)
    os.makedirs(path)
    return path


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def shards():
    path = folder("webdataset")
    seed = 0
    for shard in range(3):
        # Points in folders belong to the key; endings in capitals are taken in small letters.
        with webdataset.TarWriter(f"{path}/plain-{shard:06d}.tar", mtime=0) as writer:
            for _ in range(3):
                person = seed % 4
                writer.write({"__key__": f"m.0{person}/pic{seed}", "png": png(seed), "cls": person})
                seed += 1
    with tarfile.open(f"{path}/json-000000.tar", "w") as tar:
        for number, label in enumerate(["Ann", "Bob", "Ann"]):
            for ending, body in [("PNG", png(20 + number)), ("json", json.dumps({"label": label}).encode())]:
                info = tarfile.TarInfo(f"{number:05d}.{ending}")
                info.size = len(body)
                tar.addfile(info, io.BytesIO(body))
    expected = {}
    for name in ["plain-{000000..000002}.tar", "json-000000.tar"]:
        rows = []
        for sample in webdataset.WebDataset(f"{path}/{name}", shardshuffle=False):
            label = sample["cls"].decode() if "cls" in sample else json.loads(sample["json"])["label"]
            rows.append({"key": sample["__key__"], "label": label, "sha256": digest(sample["png"])})
        expected[name] = rows
    write_json(f"{path}/EXPECTED.json", expected)


def archives():
    path = folder("archives")
    long = "person " + "n" * 60
    files = [(f"set/{long}/{'i' * 70}{k}.png", png(40 + k)) for k in range(3)]
    files += [("set/Zoë/a.PNG", png(50)), ("set/Zoë/b.png", png(51))]
    for name, kind in [("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT),
                       ("ustar", tarfile.USTAR_FORMAT)]:
        with tarfile.open(f"{path}/{name}.tar", "w", format=kind) as tar:
            info = tarfile.TarInfo("set")
            info.type = tarfile.DIRTYPE
            tar.addfile(info)
            for file, body in files:
                info = tarfile.TarInfo(file)
                info.size = len(body)
                tar.addfile(info, io.BytesIO(body))
    for name, kind in [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)]:
        with zipfile.ZipFile(f"{path}/{name}.zip", "w", kind) as archive:
            for file, body in files:
                archive.writestr(zipfile.ZipInfo(file, (2020, 1, 1, 0, 0, 0)), body, compress_type=kind)
    write_json(f"{path}/EXPECTED.json", {name: digest(body) for name, body in files})


def datum_class():
    file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe", syntax="proto2")
    message = file.message_type.add(name="Datum")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, number, kind in [
            ("channels", 1, kinds.TYPE_INT32), ("height", 2, kinds.TYPE_INT32),
            ("width", 3, kinds.TYPE_INT32), ("data", 4, kinds.TYPE_BYTES),
            ("label", 5, kinds.TYPE_INT32), ("encoded", 7, kinds.TYPE_BOOL)]:
        message.field.add(name=name, number=number, type=kind, label=kinds.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.Datum"))


def databases():
    Datum = datum_class()
    path = folder("lmdb/caffe")
    labels = {}
    with lmdb.open(path, map_size=1 << 24) as env:
        with env.begin(write=True) as transaction:
            # More than a page of leaves, a value that needs pages of its own, and pixels as Caffe keeps them.
            for number in range(120):
                size = (60, 40) if number == 7 else (5, 4)
                datum = Datum(label=number % 7, encoded=True, data=png(number, *size))
                if number == 11:
                    plane = pixels(number)
                    datum = Datum(label=4, channels=3, height=4, width=5,
                                  data=plane[2::3] + plane[1::3] + plane[0::3])
                key = f"{number:08d}_p{number % 7}/{number}.png"
                transaction.put(key.encode(), datum.SerializeToString())
                labels[f"p{number % 7}/{number}.png"] = [number % 7, digest(pixels(number, *size))]
            transaction.put(b"later", b"x")
        with env.begin(write=True) as transaction:
            transaction.delete(b"later")
    os.remove(f"{path}/lock.mdb")
    write_json(f"{path}/EXPECTED.json", labels)
    path = folder("lmdb/openmmlab")
    values = {}
    with lmdb.open(path, map_size=1 << 24) as env, env.begin(write=True) as transaction:
        for number, person in enumerate(["Ann", "Bob", "Ann"]):
            transaction.put(f"{person}/{number}".encode(), png(200 + number))
            values[f"{person}/{number}.png"] = digest(pixels(200 + number))
    os.remove(f"{path}/lock.mdb")
    write_json(f"{path}/EXPECTED.json", values)


def records():
    path = folder("tfrecord")
    writer = tfrecord.TFRecordWriter(f"{path}/slim.tfrecord")
    for number in range(5):
        writer.write({
            "image/encoded": (png(60 + number), "byte"), "image/class/label": (number % 2, "int"),
            "image/filename": (f"{'ab'[number % 2]}/{number}.png".encode(), "byte"),
            "image/height": (4, "int"), "image/weight": (0.5, "float")})
    writer.close()
    rows = [
        {"name": bytes(row["image/filename"]).decode(), "label": int(row["image/class/label"][0]),
         "sha256": digest(bytes(row["image/encoded"]))}
        for row in tfrecord.tfrecord_loader(f"{path}/slim.tfrecord", None)]
    # TFace's: the text knows the labels, the records do not.
    os.makedirs(f"{path}/TFR-TINY")
    writer = tfrecord.TFRecordWriter(f"{path}/TFR-TINY/TFR-TINY-00000.tfrecord")
    lines, tface = [], []
    for number, label in enumerate([3, 0, 3]):
        lines.append(f"TFR-TINY\t0\t{writer.file.tell()}\t{label}\n")
        writer.write({"image": (png(70 + number), "byte")})
        tface.append({"label": label, "sha256": digest(png(70 + number))})
    writer.close()
    with open(f"{path}/TFR-TINY.txt", "w") as file:
        file.writelines(lines)
    write_json(f"{path}/EXPECTED.json", {"slim": rows, "tface": tface})


shutil.rmtree(root, ignore_errors=True)
shards()
archives()
databases()
records()
