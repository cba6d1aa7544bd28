"""A margin-softmax head in plain PyTorch: the other side of compare.py, written for this comparison.

Normalise, linear, clone, margin (ArcFace's with a detached gradient, as arcface_torch has it),
cross-entropy, backward, fused SGD with momentum and weight decay. With --rate below 1 it is Partial
FC as arcface_torch has it: the batch's classes and others drawn at random; their weights and
velocities are copied out, trained and copied back.

    pytorch_peer.py --classes 85742 --precision fp32 [--rate 0.1]
    pytorch_peer.py --classes 85742 --floor     the three bare products alone

Prints one JSON object: seconds of each step, and the bytes of the process's high-water mark over
what it was with a head of 256 classes.
"""

import argparse
import json
import time
from contextlib import nullcontext

import torch
from torch.nn import functional as F

SCALE, MARGIN = 64.0, 0.5
RATE, MOMENTUM, DECAY = 0.01, 0.9, 5e-4


class Head:
    def __init__(self, options, classes):
        self.options, self.classes = options, classes
        self.weight = torch.randn(classes, options.size).mul_(0.01)
        self.embeddings = torch.randn(options.batch, options.size, requires_grad=True)
        self.labels = (torch.arange(options.batch) * 7919) % classes
        if options.rate == 1:
            self.weight.requires_grad_()
            self.optimizer = self.descent(self.weight)
        else:
            self.velocity = torch.zeros_like(self.weight)

    @staticmethod
    def descent(weight):
        return torch.optim.SGD(
            [weight], lr=RATE, momentum=MOMENTUM, weight_decay=DECAY, fused=True
        )

    def loss(self, weight, labels):
        bf16 = self.options.precision == "bf16"
        with torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext():
            logits = F.linear(F.normalize(self.embeddings), F.normalize(weight))
        logits = logits.float()
        rows = torch.arange(len(labels))
        with torch.no_grad():
            own = logits[rows, labels]
            lowered = torch.cos(torch.acos(own.clamp(-1, 1)) + MARGIN) - own
        margined = logits.clone()
        margined[rows, labels] += lowered
        return F.cross_entropy(margined * SCALE, labels)

    def step(self):
        self.embeddings.grad = None
        if self.options.rate < 1:
            return self.partial_step()
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.weight, self.labels).backward()
        self.optimizer.step()

    def partial_step(self):
        chance = torch.rand(self.classes)
        chance[self.labels] = 2
        count = int(self.options.rate * self.classes)
        index = chance.topk(count).indices.sort().values
        weight = self.weight[index].requires_grad_()
        optimizer = self.descent(weight)
        optimizer.state[weight]["momentum_buffer"] = self.velocity[index]
        self.loss(weight, torch.searchsorted(index, self.labels)).backward()
        optimizer.step()
        self.weight[index] = weight.detach()
        self.velocity[index] = optimizer.state[weight]["momentum_buffer"]


class Products:
    """The three products alone, into memory that is there."""

    def __init__(self, options, classes):
        classes = int(classes * options.rate)
        kind = torch.bfloat16 if options.precision == "bf16" else torch.float32
        self.weight = torch.randn(classes, options.size).to(kind)
        self.embeddings = torch.randn(options.batch, options.size).to(kind)
        self.logits = torch.empty(options.batch, classes, dtype=kind)
        self.to_weight = torch.empty_like(self.weight)
        self.to_embeddings = torch.empty_like(self.embeddings)

    def step(self):
        torch.mm(self.embeddings, self.weight.t(), out=self.logits)
        torch.mm(self.logits.t(), self.embeddings, out=self.to_weight)
        torch.mm(self.logits, self.weight, out=self.to_embeddings)


def memory(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(field + ":"))


def reset_high_water_mark():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", type=int, default=85742)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rate", type=float, default=1)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--warm-up", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--floor", action="store_true")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    kind = Products if options.floor else Head
    kind(options, 256).step()
    empty = memory("VmRSS")
    subject = kind(options, options.classes)
    reset_high_water_mark()
    for _ in range(options.warm_up):
        subject.step()
    seconds = []
    for _ in range(options.steps):
        start = time.perf_counter()
        subject.step()
        seconds.append(time.perf_counter() - start)
    report = {
        "framework": "PyTorch",
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "seconds": seconds,
        "bytes": memory("VmHWM") - empty,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
