#!/usr/bin/env python3
"""Trains every loss of Facet on one set and prints the table: does each train without collapse?

    Benchmarks/losses/train_all.py --train FACES --test LFW,PAIRS [--output studies/losses]

FACES is a folder <identity>/<image>.jpg of aligned faces, LFW the folder of the aligned test faces,
PAIRS their pairs.txt. One study of `facet compare`: MobileNetV1, 6 epochs, one seed. It can be
stopped and goes on with the same command; finished losses are skipped. `--only arcface,triplet`
takes some losses; `--table` prints the table of what is there and trains nothing.

A run counts as collapsed when it failed, when it classifies no better than three times by chance, or
when its test accuracy is less than 55 %.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def names(facet):
    """All losses of the catalogue; terms of pairs and centres stand beside the softmax."""
    text = subprocess.run([facet, "losses", "--json"], check=True, capture_output=True, text=True)
    return [loss["name"] for loss in json.loads(text.stdout)]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def row(folder):
    run = json.loads((folder / "run.json").read_text())
    epochs = lines(folder / "metrics.jsonl")
    result = json.loads(p.read_text()) if (p := folder / "result.json").exists() else None
    identity, last = run["identity"], epochs[-1] if epochs else None
    findings = [f for e in epochs for f in e.get("findings") or []]
    status = result["status"] if result else "unfinished"
    test = result["tests"][0]["accuracy"] if result and result["tests"] else None
    trained = result["trainAccuracy"] if result else None
    chance = 1 / run["train"]["identities"]
    collapsed = status == "failed" or (
        status == "finished" and (test < 0.55 or trained < 3 * chance)
    )
    state = ", ".join(f"{k} {v:.3g}" for k, v in sorted(last["lossState"].items())) if last else ""
    return [
        identity["loss"], identity["sampler"], percent(trained), percent(test),
        "collapsed" if collapsed else status, state, "; ".join(findings),
    ]


def percent(share):
    return "" if share is None else f"{100 * share:.2f} %"


def table(output):
    rows = [row(f) for f in sorted((output / "runs").iterdir()) if (f / "run.json").exists()]
    head = ["loss", "sampler", "training accuracy", "test", "status", "at the end", "warnings"]
    for cells in [head, ["---"] * len(head)] + rows:
        print("| " + " | ".join(cells) + " |")
    return all(cells[4] == "finished" for cells in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train", help="folder of aligned faces")
    parser.add_argument("--test", help="folder of test faces and pairs file, with a comma between")
    parser.add_argument("--output", default="studies/losses", type=pathlib.Path)
    parser.add_argument("--epochs", default="6")
    parser.add_argument("--backbone", default="mobilenetv1")
    parser.add_argument("--only", help="losses with commas between; default all")
    parser.add_argument("--facet", default=str(ROOT / "facet"))
    parser.add_argument("--table", action="store_true", help="train nothing")
    options = parser.parse_args()
    if not options.table:
        if not options.train or not options.test:
            parser.error("--train and --test are needed")
        losses = options.only or ",".join(names(options.facet))
        subprocess.run(
            [
                options.facet, "compare", "--train", f"faces={options.train}",
                "--test", f"lfw={options.test}", "--backbones", options.backbone,
                "--losses", losses, "--epochs", options.epochs, "--pairs-each-epoch", "600",
                "--output", str(options.output),
            ],
            check=False,
        )
    if not (options.output / "runs").is_dir():
        sys.exit(f"there is no study in '{options.output}'")
    sys.exit(0 if table(options.output) else 1)


main()
