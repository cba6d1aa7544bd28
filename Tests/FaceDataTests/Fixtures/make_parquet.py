"""Small Parquet files as Hugging Face's datasets writes them, by pyarrow, for ParquetTests, and one that
polars wrote again.

    python -m pip install pyarrow==26.0.1 polars==2.1.0
    python make_parquet.py parquet

Picture i is a PGM of i % 5 + 1 pixels of the grey i; the label is i * 7 % 3, and the path i.jpg.
"""
import json
import sys
from pathlib import Path

import polars
import pyarrow as pa
import pyarrow.parquet as pq

COUNT = 40
NAMES = ["ann", "bea", "cleo"]


def picture(index):
    width = index % 5 + 1
    return f"P5 {width} 1 255\n".encode() + bytes([index] * width)


def table(first=0, count=COUNT, *, names=NAMES, label="label", without=(), paths=True):
    rows = range(first, first + count)
    images = [{"bytes": None if row in without else picture(row), "path": f"{row}.jpg" if paths else None} for row in rows]
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    labels = [row * 7 % 3 for row in rows]
    columns = {"image": pa.array(images, image), label: pa.array(labels, pa.int64())}
    features = {"image": {"_type": "Image"}, label: {"names": names, "_type": "ClassLabel"}}
    made = pa.table(columns)
    if names is None:
        return made
    return made.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    plain = {"compression": "none", "use_dictionary": False}
    pq.write_table(table(), folder / "defaults.parquet")
    pq.write_table(table(), folder / "plain.parquet", **plain)
    pq.write_table(table(), folder / "groups.parquet", row_group_size=7)
    pq.write_table(table(), folder / "pages.parquet", data_page_size=64, write_batch_size=3, use_dictionary=False)
    pq.write_table(table(), folder / "second.parquet", data_page_version="2.0", row_group_size=16)
    pq.write_table(table(), folder / "second-plain.parquet", data_page_version="2.0", **plain)
    pq.write_table(table(label="identity", names=None, paths=False), folder / "no-names.parquet")
    pq.write_table(table(without=range(COUNT)), folder / "paths-only.parquet")
    pq.write_table(table(without=[3]), folder / "one-missing.parquet")
    pq.write_table(table(names=NAMES + ["dora", "eve"]), folder / "unused.parquet")
    pq.write_table(table(), folder / "zstd.parquet", compression="zstd")
    pq.write_table(table(), folder / "gzip.parquet", compression="gzip", data_page_version="2.0", row_group_size=16)
    pq.write_table(table(), folder / "brotli.parquet", compression="brotli")
    polars.from_arrow(table()).write_parquet(folder / "polars.parquet")
    pq.write_table(table(label="colour", names=None), folder / "no-label.parquet")
    pq.write_table(table(), folder / "delta.parquet", use_dictionary=False,
                   column_encoding={"label": "DELTA_BINARY_PACKED"})
    for part in range(2):
        pq.write_table(table(20 * part, 20), folder / f"train-0000{part}-of-00002.parquet")


main()
