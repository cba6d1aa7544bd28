"""Makes the .npy files that NumPyArrayTests reads: what NumPy itself writes.

Needs: pip install numpy
Run:   python make_arrays.py      (writes into arrays/ beside itself)
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "arrays"


def main():
    values = np.array([[0, 1, -2.5], [65504, 6e-8, np.inf]])
    np.save(FOLDER / "half.npy", values.astype("<f2"))
    np.save(FOLDER / "single.npy", values.astype("<f4"))
    np.save(FOLDER / "double.npy", values.astype("<f8"))
    np.save(FOLDER / "views.npy", np.arange(12, dtype="<f4").reshape(2, 3, 2))
    np.save(FOLDER / "fortran.npy", np.asfortranarray(values.astype("<f4")))
    np.save(FOLDER / "big.npy", values.astype(">f4"))
    np.save(FOLDER / "whole.npy", np.arange(6))
    np.save(FOLDER / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with open(FOLDER / "version2.npy", "wb") as file:
        np.lib.format.write_array(file, values.astype("<f4"), version=(2, 0))


main()
