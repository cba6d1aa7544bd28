"""Do trainings still end where they ended? A guard for before a release.

    python3 Benchmarks/curves/check.py .build/release/facet            # compares with band.json
    python3 Benchmarks/curves/check.py .build/release/facet --store    # writes band.json

Trains softmax and ArcFace for a few epochs on built-in faces with several seeds, and compares each
epoch's mean loss, training accuracy and the test accuracy, as means over the seeds, with the stored
ones. Deviations over the stored seeds tell how far means may differ by chance: more than LIMIT
standard errors of the difference is a change of numbers that somebody must have meant. It notices
what lies beyond the spread of seeds, such as another learning rate, and no change of last bits.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

BAND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "band.json")
LIMIT = 4.0
#: Least deviations over seeds, so that two seeds that agree by chance do not make a narrow band.
FLOORS = {"loss": 0.02, "training accuracy": 0.002, "test accuracy": 0.005}
LOSSES = ["softmax", "arcface"]


def study(folder, seeds, training):
    """A study file: small images on one thread, so that a check takes minutes on a busy machine too."""
    options = {"epochs": 3, "batchSize": 32, "schedule": {"peak": 0.03}}
    options["schedule"].update(training.pop("schedule", {}))
    options.update(training)
    path = os.path.join(folder, "study.json5")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(
            {
                "train": [{"name": "clean", "images": "synthetic:clean"}],
                "test": [{"name": "faces", "images": "synthetic:pairs"}],
                "backbones": ["mobilenetv1:width=0.25"], "losses": LOSSES,
                "seeds": seeds, "training": options, "inputSize": 64, "threads": 1,
            }, file)
    return path


def curves(tool, seeds, training):
    """`{"softmax, epoch 1, loss": [a number a seed]}`."""
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "study")
        subprocess.run(
            [tool, "compare", "--config", study(folder, seeds, training), "--output", output],
            check=True, stdout=subprocess.DEVNULL)
        runs = os.path.join(output, "runs")
        for run in sorted(os.listdir(runs)):
            loss = next(name for name in LOSSES if f"_{name}_" in run)
            with open(os.path.join(runs, run, "metrics.jsonl"), encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    values = {
                        "loss": row["loss"], "training accuracy": row["trainAccuracy"],
                        "test accuracy": row["tests"][0]["accuracy"]}
                    for name, value in values.items():
                        key = f"{loss}, epoch {row['epoch']}, {name}"
                        result.setdefault(key, []).append(value)
    return result


def differences(stored, found):
    """What is outside of the band, a sentence each."""
    for key in sorted(set(stored) | set(found)):
        if key not in stored or key not in found:
            yield f"{key}: only in {'the band' if key in stored else 'this run'}"
            continue
        old, new = stored[key], found[key]
        floor = FLOORS[key.rsplit(", ", 1)[1]]
        deviation = max(floor, statistics.stdev(old) if len(old) > 1 else 0)
        allowed = LIMIT * deviation * math.sqrt(1 / len(old) + 1 / len(new))
        distance = statistics.mean(new) - statistics.mean(old)
        if not abs(distance) <= allowed:
            yield (
                f"{key}: {statistics.mean(new):.4f} where the band has {statistics.mean(old):.4f} "
                f"and allows {allowed:.4f} more or less")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--store", action="store_true", help="write the band")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--training", default="{}",
        help="options of a study file's training, to prove that a change is noticed")
    options = parser.parse_args()
    seeds = list(range(1, options.seeds + 1))
    found = curves(options.tool, seeds, json.loads(options.training))
    if options.store:
        with open(BAND, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1, sort_keys=True)
            file.write("\n")
        return print(f"{len(found)} curves of {len(seeds)} seeds are in {BAND}")
    with open(BAND, encoding="utf-8") as file:
        told = list(differences(json.load(file), found))
    print("\n".join(told) or f"all {len(found)} numbers are within their bands")
    sys.exit(1 if told else 0)


if __name__ == "__main__":
    main()
