"""Writes schedules.json: the learning rates that PyTorch's schedulers give for 40 steps.

    python make_schedules.py

`oneCycle` is OneCycleLR with its defaults but the length of its rise; `restarts` is
CosineAnnealingWarmRestarts. Needs torch.
"""

import json

import torch

STEPS = 40


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = make(optimizer)
    values = []
    for _ in range(STEPS):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step() if len(values) < STEPS else None
    return values


lr = torch.optim.lr_scheduler
result = {
    "oneCycle": rates(lambda o: lr.OneCycleLR(
        o, max_lr=0.1, total_steps=STEPS, pct_start=0.25, cycle_momentum=False)),
    "restarts": rates(lambda o: lr.CosineAnnealingWarmRestarts(o, T_0=10)),
}
with open("schedules.json", "w") as file:
    file.write(json.dumps(result).replace('], "', '],\n"') + "\n")
