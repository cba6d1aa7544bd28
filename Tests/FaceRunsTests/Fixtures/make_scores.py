"""Makes scores.csv and scores.json: the same pairs through Python's csv and json modules.

Run in this folder with any Python 3 that has numpy.
"""

import csv
import json

import numpy as np

names = [
    "Ann/Ann_0001.jpg",
    "O'Neill, Tip/Tip_0001.jpg",
    'Dwayne "The Rock" Johnson/1.png',
    " leading blank",
    "trailing blank ",
    "two\nlines.jpg",
    "José/José_0002.jpg",
    "顔/顔.png",
    "",
]
rng = np.random.default_rng(7)
distances = np.concatenate(
    [np.array([0, 4, 1e-5, 1e-7, 0.1, 1.17549435e-38], np.float32),
     rng.uniform(0, 4, 300).astype(np.float32)])
pairs = [
    (i % 10, i % 3 == 0, d, names[i % len(names)], names[(i * 5 + 2) % len(names)])
    for i, d in enumerate(distances)
]


with open("scores.csv", "w", newline="", encoding="utf-8") as file:
    file.write("fold,same,distance,first,second\n")
    for fold, same, distance, first, second in pairs:
        cells = [str(fold), str(int(same)), str(distance), first, second]
        quoted = []
        for cell in cells:
            if any(c in cell for c in ',"\n\r') or cell != cell.strip(" "):
                cell = '"' + cell.replace('"', '""') + '"'
            quoted.append(cell)
        file.write(",".join(quoted) + "\n")

# Python's own reader must see what was meant.
with open("scores.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.reader(file))[1:]
assert [(int(a), b == "1", np.float32(c), d, e) for a, b, c, d, e in rows] == pairs

with open("scores.json", "w", encoding="utf-8") as file:
    json.dump(
        [dict(fold=f, same=s, distance=float(d), first=a, second=b) for f, s, d, a, b in pairs],
        file, ensure_ascii=False, sort_keys=True)
    file.write("\n")
