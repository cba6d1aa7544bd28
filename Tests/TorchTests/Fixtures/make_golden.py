"""Writes golden.json and pytorch.safetensors: what PyTorch itself gives for Torch's functions.

    python make_golden.py

Needs torch and safetensors. Everything is float64 but the safetensors file.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
generator = torch.Generator().manual_seed(20)


def normal(*shape):
    values = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return (values * 1000).round() / 1000


def positive(*shape):
    return normal(*shape).abs() + 0.25


def inside(*shape):
    return torch.tanh(normal(*shape)) * 0.9


LABELS = torch.tensor([2, 0, 1, 2])
MASK = torch.tensor([[True, False, True], [False, False, True]])

# name: (inputs, function)
FUNCTIONS = {
    "abs": ([normal(2, 3)], torch.abs),
    "acos": ([inside(2, 3)], torch.acos),
    "clamped": ([normal(2, 3)], lambda x: x.clamp(-0.5, 0.5)),
    "clampedFrom": ([normal(2, 3)], lambda x: x.clamp(min=0.1)),
    "cos": ([normal(2, 3)], torch.cos),
    "exp": ([normal(2, 3)], torch.exp),
    "floor": ([normal(2, 3)], torch.floor),
    "log": ([positive(2, 3)], torch.log),
    "log1p": ([positive(2, 3)], torch.log1p),
    "logSigmoid": ([normal(2, 3) * 30], F.logsigmoid),
    "negative": ([normal(2, 3)], torch.neg),
    "pow": ([normal(2, 3)], lambda x: x**3),
    "powInverseRoot": ([positive(2, 3)], lambda x: x**-0.5),
    "reciprocal": ([positive(2, 3)], torch.reciprocal),
    "relu": ([normal(2, 3)], torch.relu),
    "rsqrt": ([positive(2, 3)], torch.rsqrt),
    "sigmoid": ([normal(2, 3) * 30], torch.sigmoid),
    "sign": ([normal(2, 3)], torch.sign),
    "sin": ([normal(2, 3)], torch.sin),
    "softplus": ([normal(2, 3) * 30], F.softplus),
    "sqrt": ([positive(2, 3)], torch.sqrt),
    "square": ([normal(2, 3)], torch.square),
    "tanh": ([normal(2, 3)], torch.tanh),
    "plusNumber": ([normal(3)], lambda x: x + 2),
    "numberPlus": ([normal(3)], lambda x: 2 + x),
    "minusNumber": ([normal(3)], lambda x: x - 2),
    "numberMinus": ([normal(3)], lambda x: 2 - x),
    "timesNumber": ([normal(3)], lambda x: x * 2.5),
    "numberTimes": ([normal(3)], lambda x: 2.5 * x),
    "dividedByNumber": ([normal(3)], lambda x: x / 3),
    "numberDividedBy": ([positive(3)], lambda x: 3 / x),
    "plus": ([normal(2, 3), normal(3)], torch.add),
    "minus": ([normal(2, 3), normal(2, 1)], torch.sub),
    "times": ([normal(2, 3), normal(3)], torch.mul),
    "dividedBy": ([normal(2, 3), positive(2, 1)], torch.div),
    "maximum": ([normal(2, 3), normal(2, 3)], torch.maximum),
    "minimum": ([normal(2, 3), normal(2, 3)], torch.minimum),
    "matmul": ([normal(2, 3), normal(3, 4)], torch.matmul),
    "linear": ([normal(2, 3), normal(4, 3), normal(4)], F.linear),
    "linearWithoutBias": ([normal(2, 3), normal(4, 3)], F.linear),
    "sum": ([normal(2, 3)], torch.sum),
    "sumOfRows": ([normal(2, 3)], lambda x: x.sum(1)),
    "mean": ([normal(2, 3)], torch.mean),
    "meanOfColumns": ([normal(2, 3, 2)], lambda x: x.mean((0, 2), keepdim=True)),
    "max": ([torch.tensor([[1.0, 3, 3], [2, 0, -1]]).double()], lambda x: x.amax(1)),
    "min": ([torch.tensor([[1.0, 3, 1], [2, 0, -1]]).double()], lambda x: x.amin((0, 1))),
    "logSumExp": ([normal(2, 3) * 500], lambda x: x.logsumexp(1)),
    "norm": ([normal(2, 3)], torch.linalg.vector_norm),
    "normOfRows": (
        [torch.tensor([[3.0, 4], [0, 0]]).double()],
        lambda x: torch.linalg.vector_norm(x, dim=1, keepdim=True)),
    "cumulativeSum": ([normal(2, 3)], lambda x: x.cumsum(1)),
    "softmax": ([normal(2, 3) * 500], lambda x: x.softmax(1)),
    "logSoftmax": ([normal(2, 3) * 500], lambda x: x.log_softmax(1)),
    "crossEntropy": ([normal(4, 3)], lambda x: F.cross_entropy(x, LABELS)),
    "crossEntropySmoothed": (
        [normal(4, 3)], lambda x: F.cross_entropy(x, LABELS, label_smoothing=0.1)),
    "l2Normalized": ([normal(3, 4)], lambda x: F.normalize(x, dim=-1)),
    "reshaped": ([normal(2, 3)], lambda x: x.reshape(-1, 2)),
    "expanded": ([normal(2, 1)], lambda x: x.expand(-1, 3)),
    "permuted": ([normal(2, 3, 2)], lambda x: x.permute(2, 0, 1)),
    "transposed": ([normal(2, 3)], lambda x: x.transpose(0, 1)),
    "unsqueezed": ([normal(2, 3)], lambda x: x.unsqueeze(1)),
    "squeezed": ([normal(2, 1, 3)], lambda x: x.squeeze(1)),
    "narrowed": ([normal(2, 5)], lambda x: x.narrow(1, 1, 3)),
    "flipped": ([normal(2, 3)], lambda x: x.flip(1)),
    "concatenated": ([normal(2, 3), normal(2, 1)], lambda x, y: torch.cat([x, y], 1)),
    "stacked": ([normal(2, 3), normal(2, 3)], lambda x, y: torch.stack([x, y], 1)),
    "gathered": ([normal(2, 3)], lambda x: x.gather(1, torch.tensor([[2, 2], [0, 1]]))),
    "selected": ([normal(3, 2)], lambda x: x.index_select(0, torch.tensor([2, 0, 2]))),
    "scattered": (
        [normal(2, 3), normal(2, 1)],
        lambda x, y: x.scatter(1, torch.tensor([[2], [0]]), y)),
    "addingSlices": (
        [normal(3, 2), normal(4, 2)], lambda x, y: x.index_add(0, LABELS, y)),
    "picking": ([normal(4, 3)], lambda x: x[torch.arange(4), LABELS]),
    "where": ([normal(2, 3), normal(2, 3)], lambda x, y: torch.where(MASK, x, y)),
    "replacing": ([normal(2, 3)], lambda x: x.masked_fill(MASK, 7.0)),
    "copy": ([normal(2, 3)], torch.clone),
    "convolved": (
        [normal(2, 3, 5, 4), normal(4, 3, 3, 3)],
        lambda x, w: F.conv2d(x, w, stride=2, padding=1)),
    "convolvedDepthwise": (
        [normal(2, 3, 5, 4), normal(3, 1, 3, 3)],
        lambda x, w: F.conv2d(x, w, padding=1, groups=3)),
    "maxPooled": ([normal(1, 2, 5, 6)], lambda x: F.max_pool2d(x, 3, 2, 1)),
    "globalAveragePooled": ([normal(2, 3, 2, 4)], lambda x: x.mean((2, 3))),
    "batchNormalization": (
        [normal(4, 3, 2, 2), normal(3), normal(3)],
        lambda x, w, b: F.batch_norm(
            x, torch.zeros(3).double(), torch.ones(3).double(), w, b, training=True)),
    "batchNormalizationOfRows": (
        [normal(5, 3), normal(3), normal(3)],
        lambda x, w, b: F.batch_norm(
            x, torch.zeros(3).double(), torch.ones(3).double(), w, b, training=True)),
    "batchNormalizationRectified": (
        [normal(4, 3, 2, 2), normal(3), normal(3), normal(4, 3, 2, 2)],
        lambda x, w, b, r: torch.relu(r + F.batch_norm(
            x, torch.zeros(3).double(), torch.ones(3).double(), w, b, training=True))),
    "batchNormalizationEvaluated": (
        [normal(4, 3, 2, 2), normal(3), normal(3)],
        lambda x, w, b: F.batch_norm(
            x, torch.tensor([0.5, -1, 2]).double(), torch.tensor([0.5, 1, 4]).double(), w, b)),
}


def tensor(value):
    return {"shape": list(value.shape), "values": value.detach().flatten().tolist()}


def function(inputs, body):
    """A function's result, and the gradients of its weighted sum."""
    inputs = [value.clone().requires_grad_(True) for value in inputs]
    output = body(*inputs)
    weights = torch.cos(torch.arange(output.numel(), dtype=torch.float64)).reshape(output.shape)
    (output * weights).sum().backward()
    return {
        "inputs": [tensor(value) for value in inputs], "output": tensor(output),
        "gradients": [tensor(value.grad) for value in inputs]}


def descent(kind=torch.optim.SGD, **options):
    """Four steps on a sum of squares of a weight and a bias, their values after each."""
    split = options.pop("split", False)
    weight = torch.tensor([1.0, -2, 3], dtype=torch.float64, requires_grad=True)
    bias = torch.tensor([0.5], dtype=torch.float64, requires_grad=True)
    groups = [{"params": [weight]}, {"params": [bias]} | ({"weight_decay": 0} if split else {})]
    optimizer = kind(groups, lr=0.1, **options)
    steps = []
    for rate in (0.1, 0.1, 0.05, 0.05):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        ((weight * torch.tensor([1.0, 2, 3]).double()).square().sum() + bias.pow(3).sum()).backward()
        optimizer.step()
        steps.append(weight.tolist() + bias.tolist())
    return steps


def running_statistics():
    """Running mean and variance after two batches."""
    layer = torch.nn.BatchNorm2d(2, dtype=torch.float64)
    batches = [normal(3, 2, 2, 2), normal(3, 2, 2, 2)]
    for batch in batches:
        layer(batch)
    return {
        "batches": [tensor(batch) for batch in batches], "mean": layer.running_mean.tolist(),
        "variance": layer.running_var.tolist()}


def write_safetensors():
    save_file(
        {
            "a.float32": torch.tensor([[1.5, -2], [3, 4e30]]),
            "b.float64": torch.tensor([1 / 3], dtype=torch.float64),
            "c.bfloat16": torch.tensor([1.0, 2.5, -3], dtype=torch.bfloat16),
            "d.int64": torch.tensor(-5),
            "e.uint8": torch.arange(6, dtype=torch.uint8).reshape(2, 3),
            "f.bool": torch.tensor([True, False, True]),
            "g.empty": torch.zeros(0, 3),
        },
        HERE / "pytorch.safetensors", {"format": "pt", "note": 'a "quoted" word\nand ü'})


if __name__ == "__main__":
    result = {
        "functions": {name: function(*entry) for name, entry in FUNCTIONS.items()},
        "descents": {
            "momentum": descent(momentum=0.9, weight_decay=5e-4),
            "plain": descent(weight_decay=0.01),
            "nesterov": descent(momentum=0.9, weight_decay=5e-4, nesterov=True),
            "split": descent(momentum=0.9, weight_decay=0.1, split=True),
            "adamw": descent(torch.optim.AdamW, weight_decay=0.1, foreach=False),
            "adamw split": descent(
                torch.optim.AdamW, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.5, split=True,
                foreach=False),
        },
        "runningStatistics": running_statistics(),
    }
    (HERE / "golden.json").write_text(json.dumps(result).replace('}, "', '},\n"') + "\n")
    write_safetensors()
