"""Reads Parquet, ZIP and tar that Facet wrote, by other programs, for ArchiveConversionTests.

    python -m pip install pyarrow==26.0.1 polars==2.1.0 pandas datasets
    python check_written.py FOLDER

FOLDER has the set as a folder, `set`, and one.parquet, many.parquet (several groups of rows), x.zip and x.tar.
Prints "the same" last if all of them hold the folder's files.
"""
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import datasets
import pandas
import polars
import pyarrow.parquet as pq


def main():
    folder = Path(sys.argv[1])
    root = folder / "set"
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*.png"))
    contents = {name: (root / name).read_bytes() for name in files}
    classes = sorted({Path(name).parts[0] for name in files})
    for name in ["one", "many"]:
        path = folder / f"{name}.parquet"
        meta = pq.ParquetFile(path).metadata
        assert (meta.num_row_groups == 1) == (name == "one"), meta
        table = pq.read_table(path)
        table.validate(full=True)
        rows = table.to_pylist()
        assert [row["image"]["path"] for row in rows] == files
        assert all(row["image"]["bytes"] == contents[row["image"]["path"]] for row in rows)
        assert all(classes[row["label"]] == Path(row["image"]["path"]).parts[0] for row in rows)
        frame = pandas.read_parquet(path)
        assert [image["bytes"] for image in frame["image"]] == list(contents.values())
        frame = polars.read_parquet(path)
        assert [image["bytes"] for image in frame["image"]] == list(contents.values())
        data = datasets.Dataset.from_parquet(str(path), cache_dir=str(folder / "cache" / name))
        assert data.features["label"].names == classes, data.features
        assert isinstance(data.features["image"], datasets.Image), data.features
        raw = data.cast_column("image", datasets.Image(decode=False))
        assert [row["image"]["bytes"] for row in raw] == list(contents.values())
    with zipfile.ZipFile(folder / "x.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == files
        assert all(archive.read(name) == contents[name] for name in files)
    with tarfile.open(fileobj=io.BytesIO((folder / "x.tar").read_bytes())) as archive:
        assert [member.name for member in archive] == files
        assert all(archive.extractfile(name).read() == contents[name] for name in files)
    print("the same")


main()
