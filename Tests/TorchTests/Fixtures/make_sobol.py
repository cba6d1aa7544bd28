"""Writes sobol.json: points of PyTorch's own scrambled Sobol engine.

    python make_sobol.py

Needs torch.
"""

import json
import pathlib

import torch

# The engine divides for its first point in the default type, whatever type is drawn.
torch.set_default_dtype(torch.float64)

HERE = pathlib.Path(__file__).parent
CASES = [(1, 1, 0), (5, 2, 7), (33, 16, 0), (17, 40, 2**40 + 3)]


def points(count, dimension, seed):
    engine = torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)
    # In two parts, which must be one sequence.
    first = engine.draw(1, dtype=torch.float64)
    rest = engine.draw(count - 1, dtype=torch.float64) if count > 1 else first[:0]
    return torch.cat([first, rest]).tolist()


cases = [
    {"count": c, "dimension": d, "seed": s, "points": points(c, d, s)} for c, d, s in CASES
]
(HERE / "sobol.json").write_text(json.dumps(cases) + "\n")
