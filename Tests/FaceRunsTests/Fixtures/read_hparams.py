#!/usr/bin/env python3
"""Prints what the HParams tab of PyPI's tensorboard shows of a folder, as its page asks for it.

    python read_hparams.py FOLDER

First the columns and the metrics, then a line for each group of runs: its name, values, metrics and
the status of its runs.
"""

import json
import logging
import sys
import time
import urllib.request

from tensorboard import program

logging.getLogger("tensorboard").setLevel(logging.ERROR)
board = program.TensorBoard()
board.configure(argv=[None, "--logdir", sys.argv[1], "--port", "0", "--load_fast", "false"])
address = board.launch()


def ask(name, **data):
    request = urllib.request.Request(
        f"{address}data/plugin/hparams/{name}", json.dumps(data).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


for _ in range(60):
    try:
        experiment = ask("experiment")
    except urllib.error.HTTPError:
        experiment = {}
    groups = ask("session_groups", startIndex=0, sliceSize=100, colParams=[], allowedStatuses=[
        "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_UNKNOWN", "STATUS_RUNNING"]) if experiment else {}
    if groups.get("sessionGroups"):
        break
    time.sleep(0.5)
for column in experiment["hparamInfos"]:
    print(column["name"], column["type"], *column.get("domainDiscrete", []), sep="\t")
for metric in experiment["metricInfos"]:
    print(metric["name"]["tag"], metric["displayName"], sep="\t")
for group in sorted(groups["sessionGroups"], key=lambda group: group["name"]):
    values = [f"{name}={value}" for name, value in sorted(group["hparams"].items())]
    metrics = [f"{m['name']['tag']}={m['value']:.4f}" for m in group["metricValues"]]
    print(group["name"], *values, *metrics, *[s["status"] for s in group["sessions"]], sep="\t")
