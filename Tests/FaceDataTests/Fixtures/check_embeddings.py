"""Reads embeddings that Facet wrote as Parquet, by pyarrow, pandas and polars, for EmbedTests.

    python check_embeddings.py FILE.parquet FILE.npy

The .npy is [2, n, d], of the same embeddings. See check_written.py for the packages.
"""
import sys

import numpy as np
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq


def main():
    path, array = sys.argv[1], np.load(sys.argv[2])
    table = pq.read_table(path)
    table.validate(full=True)
    assert table.schema.field("embedding").type == pa.list_(pa.float32()), table.schema
    assert table.schema.field("name").type == pa.string(), table.schema
    frame, other = pandas.read_parquet(path), polars.read_parquet(path)
    for view, column in enumerate(["embedding", "mirrored"]):
        assert np.array_equal(np.array(table[column].to_pylist(), np.float32), array[view])
        assert np.array_equal(np.stack(frame[column].to_list()), array[view])
        assert np.array_equal(np.array(other[column].to_list(), np.float32), array[view])
    norms = np.linalg.norm(array.astype(np.float64), axis=2).mean(axis=0)
    assert np.allclose(table["norm"].to_numpy(), norms, rtol=1e-6)
    assert table["name"].to_pylist() == sorted(table["name"].to_pylist())
    assert b"model" in table.schema.metadata, table.schema.metadata


main()
