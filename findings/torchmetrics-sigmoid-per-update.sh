#!/usr/bin/env bash
# A verification AUC or equal error rate of torchmetrics depends on how the pairs are cut into batches.
#
# Expected: cosine similarities and labels given to BinaryAUROC or BinaryEER in one update or in several
#   give the same value, because both depend on the order of all scores alone.
# What happens: each update looks at its own scores, takes them for logits where one lies outside of
#   [0, 1], and passes that batch alone through a sigmoid. LFW's list has 300 pairs of one person, then
#   300 of two: the first block has no negative cosine and stays as it is (0.45 on average), the second
#   becomes 0.5 and more, and lies above it. The AUC of a good network falls from 0.998 to 0.34, its EER
#   rises from 1 % to 65 %, without a warning.
# Version: torchmetrics 1.8.2 with torch 2.13.0, 2026-11-29.
# Why it matters: accuracies of verification are accumulated over batches like this everywhere; the value
#   is wrong by an amount that depends on the batch size and the order of the list. Give cosines as
#   (1 + cosine) / 2.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.8.2
"$t/venv/bin/python" - <<'PY'
import sys

import torch
from torchmetrics.classification import BinaryAUROC, BinaryEER

generator = torch.Generator().manual_seed(1)
same = (0.45 + 0.12 * torch.randn(300, generator=generator)).clamp(0.01, 0.99)
different = 0.03 + 0.08 * torch.randn(300, generator=generator)
blocks = [(same, torch.ones(300).long()), (different, torch.zeros(300).long())]
whole = [tuple(map(torch.cat, zip(*blocks)))]


def measured(kind, batches):
    metric = kind()
    for scores, labels in batches:
        metric.update(scores, labels)
    return metric.compute().item()


values = {kind.__name__: [measured(kind, batches) for batches in (whole, blocks)]
          for kind in (BinaryAUROC, BinaryEER)}
for name, (one, two) in values.items():
    print(f"{name}: expected twice the same, got {one:.4f} of all pairs at once, {two:.4f} of two blocks")
halves = [((scores + 1) / 2, labels) for scores, labels in blocks]
print(f"BinaryAUROC of (1 + cosine) / 2 in two blocks: {measured(BinaryAUROC, halves):.4f}")
(auc, cut_auc), (rate, cut_rate) = values.values()
as_described = auc > 0.99 and cut_auc < 0.5 and rate < 0.03 and cut_rate > 0.5
print("as described above" if as_described else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not as_described)
PY
