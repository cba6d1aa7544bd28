"""Normalised scores by the papers' formulas, in plain NumPy loops, for ScoreNormalizationTests.

z: Auckenthaler et al. 2000, eq. 4 with the enrolled template's cohort scores; t: eq. 6 with the probe's;
s: Kenny 2010, the mean of both; as: Matejka et al. 2017, eq. 2 (as-norm 1), the N highest of each side.
"""

import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).parent / "score_norm.json"


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def main():
    rng = np.random.default_rng(5)
    centre = rng.normal(size=8)
    embeddings = unit(rng.normal(size=(12, 8)) + 0.5 * centre)
    cohort = unit(rng.normal(size=(30, 8)) + 0.7 * centre)
    pairs = [(e, p) for e in range(6) for p in range(6, 12)]
    results = {name: [] for name in ["z", "t", "s", "as:7"]}
    for enrolled, probe in pairs:
        e, p = embeddings[enrolled].astype(float), embeddings[probe].astype(float)
        score = e @ p
        of_e = [e @ c.astype(float) for c in cohort]
        of_p = [p @ c.astype(float) for c in cohort]

        def normed(scores):
            return (score - np.mean(scores)) / np.std(scores)

        results["z"].append(normed(of_e))
        results["t"].append(normed(of_p))
        results["s"].append((normed(of_e) + normed(of_p)) / 2)
        results["as:7"].append((normed(sorted(of_e)[-7:]) + normed(sorted(of_p)[-7:])) / 2)
    OUT.write_text(json.dumps({
        "embeddings": embeddings.ravel().tolist(), "cohort": cohort.ravel().tolist(),
        "pairs": pairs, "results": results}) + "\n")


if __name__ == "__main__":
    main()
