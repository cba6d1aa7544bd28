#!/usr/bin/env bash
# Under autocast, pytorch-metric-learning's classification losses lose their class weights' small steps.
#
# Expected: with torch.autocast around network and loss, parameters stay float32 and only products are
#   computed in bfloat16, so an update of 1e-4 of a weight is kept, as with torch.nn.Linear.
# What happens: the loss converts its own parameter W to the type of the embeddings it is given, and
#   autocast hands it bfloat16. W is bfloat16 from the first step on: it has 8 bits, and steps smaller than
#   about 1/256 of a weight's size vanish. A linear layer trained beside it stays float32 and moves.
# Version: pytorch-metric-learning 2.9.0, torch 2.13.0, 2026-11-28.
# Why it matters: class weights hardly train at small learning rates while the backbone does, and a
#   comparison of losses under mixed precision compares that. Pass embeddings.float().
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check \
    pytorch-metric-learning==2.9.0 torch==2.13.0 numpy
"$t/venv/bin/python" - <<'PY'
import sys

import torch
from pytorch_metric_learning.losses import ArcFaceLoss


def moved(cast):
    """Fraction of the class weights that one step with a learning rate of 1e-3 changes, and their type."""
    torch.manual_seed(1)
    network, loss = torch.nn.Linear(64, 128), ArcFaceLoss(100, 128)
    images, labels = torch.randn(32, 64), torch.randint(100, (32,))
    optimiser = torch.optim.SGD([*network.parameters(), *loss.parameters()], lr=1e-3)
    with torch.autocast("cpu", torch.bfloat16):
        embeddings = network(images)
        value = loss(cast(embeddings), labels)
    before = loss.W.detach().clone()
    value.backward()
    optimiser.step()
    return (loss.W.detach() != before).float().mean().item(), loss.W.dtype


plain, kind = moved(lambda embeddings: embeddings)
cast, cast_kind = moved(torch.Tensor.float)
print(f"embeddings.float():  {100 * cast:.0f} % of the class weights moved, type {cast_kind}")
print(f"as autocast gives it: expected the same, got {100 * plain:.0f} % moved, type {kind}")
same = kind == torch.bfloat16 and cast_kind == torch.float32 and plain < 0.5 < cast
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
