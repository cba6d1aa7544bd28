"""Writes the files of networks/: what face networks give for weights that a formula makes.

    python face_networks.py ORIGINALS networks

ORIGINALS holds, in JSON, whole outputs of the authors' own code (insightface's arcface_torch at
7fadd420, AdaFace at c60eaa7) for the formula's weights; they are reduced to what the tests compare.
Networks that are not among them are computed here, by functions written from the papers' equations;
those are first held against the authors' results where there are both. Needs torch and numpy.

The formula: u(name, i), i from 1 in row-major order, is SplitMix64's output function of
FNV-1a(name) + i * 0x9e3779b97f4a7c15 (mod 2^64), its upper 53 bits times 2^-53. Then

    running_var                                           0.5 + u
    running_mean                                          0.4 u - 0.2
    weights of two dimensions or more, positions, tokens  (2 u - 1) sqrt(6 / product of all but the first)
    other weights: normalisations, PReLU                  0.5 + 0.5 u
    biases                                                0.2 u - 0.1

Images are 2 u - 1 under the names `input` (two, evaluation) and `input4` (four, training), the loss is
the sum of outputs times 2 u - 1 under the name `cotangent`. A row of outputs is told by its norm, its
projection onto 2 u - 1 under the name `projection`, and its first eight values.
"""

import json
import pathlib
import re
import sys

import numpy as np
import torch
from torch.nn import functional as F


def uniform(name, count):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    mask = np.uint64
    with np.errstate(over="ignore"):
        mixed = mask(value) + np.arange(1, count + 1, dtype=mask) * mask(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> mask(30))) * mask(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> mask(27))) * mask(0x94D049BB133111EB)
        mixed ^= mixed >> mask(31)
    return (mixed >> mask(11)).astype(np.float64) * 2.0**-53


def signed(name, shape):
    return torch.from_numpy(2 * uniform(name, int(np.prod(shape))) - 1).reshape(shape)


def initial(name, shape):
    u = torch.from_numpy(uniform(name, int(np.prod(shape)))).reshape(shape)
    if name.endswith("running_var"):
        return 0.5 + u
    if name.endswith("running_mean"):
        return 0.4 * u - 0.2
    if (name.endswith("weight") and len(shape) > 1) or name.endswith(("pos_embed", "_token")):
        return (2 * u - 1) * np.sqrt(6 / np.prod(shape[1:]))
    return 0.5 + 0.5 * u if name.endswith("weight") else 0.2 * u - 0.1


class Network:
    """Names and shapes in the order of the state dict, and the function of images."""

    def __init__(self):
        self.shapes = {}

    def add(self, name, *shape):
        self.shapes[name] = list(shape)

    def norm(self, name, channels, affine=True):
        if affine:
            self.add(f"{name}.weight", channels)
            self.add(f"{name}.bias", channels)
        self.add(f"{name}.running_mean", channels)
        self.add(f"{name}.running_var", channels)

    def start(self):
        fixed = {"features.weight"}
        self.state = {n: initial(n, s) for n, s in self.shapes.items()}
        for name, value in self.state.items():
            if "running" not in name and name not in fixed:
                value.requires_grad_(True)

    def bn(self, x, name, training, epsilon=1e-5):
        s = self.state
        return F.batch_norm(
            x, s[f"{name}.running_mean"], s[f"{name}.running_var"], s.get(f"{name}.weight"),
            s.get(f"{name}.bias"), training, 0.1, epsilon)

    def conv(self, x, name, stride=1):
        weight = self.state[f"{name}.weight"]
        return F.conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2)


def divisible(value):
    result = max(8, int(value + 4) // 8 * 8)
    return result + 8 if result < 0.9 * value else result


class Residual(Network):
    """IResNet, and with `ada` IR and IR-SE."""

    def __init__(self, blocks, width=1, ada=False, excited=False):
        super().__init__()
        self.ada, self.excited = ada, excited
        channels = [divisible(c * width) if width != 1 else c for c in (64, 64, 128, 256, 512)]
        if ada:
            self.stem = ["input_layer.0", "input_layer.1", "input_layer.2"]
            self.ending = ["output_layer.0", "output_layer.3", "output_layer.4"]
        else:
            self.stem, self.ending = ["conv1", "bn1", "prelu"], ["bn2", "fc", "features"]
        self.add(f"{self.stem[0]}.weight", channels[0], 3, 3, 3)
        self.norm(self.stem[1], channels[0])
        self.add(f"{self.stem[2]}.weight", channels[0])
        if ada:
            self.add_ending(channels[4])
        self.blocks, number = [], 0
        for stage, count in enumerate(blocks):
            for index in range(count):
                prefix = f"body.{number}" if ada else f"layer{stage + 1}.{index}"
                inputs = channels[stage] if index == 0 else channels[stage + 1]
                self.add_block(prefix, inputs, channels[stage + 1], 2 if index == 0 else 1)
                number += 1
        if not ada:
            self.add_ending(channels[4])

    def add_ending(self, channels):
        self.norm(self.ending[0], channels)
        self.add(f"{self.ending[1]}.weight", 512, channels * 49)
        self.add(f"{self.ending[1]}.bias", 512)
        self.norm(self.ending[2], 512, affine=not self.ada)

    def add_block(self, prefix, inputs, outputs, stride):
        ada = self.ada
        names = ([f"{prefix}.res_layer.{i}" for i in range(6)] if ada else
                 [f"{prefix}.{n}" for n in ("bn1", "conv1", "bn2", "prelu", "conv2", "bn3")])
        beside = [f"{prefix}.shortcut_layer.{i}" if ada else f"{prefix}.downsample.{i}" for i in (0, 1)]
        convolves = inputs != outputs or (stride == 2 and not ada)

        def shortcut():
            if convolves:
                self.add(f"{beside[0]}.weight", outputs, inputs, 1, 1)
                self.norm(beside[1], outputs)

        if ada:
            shortcut()
        self.norm(names[0], inputs)
        self.add(f"{names[1]}.weight", outputs, inputs, 3, 3)
        self.norm(names[2], outputs)
        self.add(f"{names[3]}.weight", outputs)
        self.add(f"{names[4]}.weight", outputs, outputs, 3, 3)
        self.norm(names[5], outputs)
        if self.excited:
            self.add(f"{prefix}.res_layer.se_block.fc1.weight", outputs // 16, outputs, 1, 1)
            self.add(f"{prefix}.res_layer.se_block.fc2.weight", outputs, outputs // 16, 1, 1)
        if not ada:
            shortcut()
        self.blocks.append((prefix, names, beside if convolves else None, stride))

    def __call__(self, x, training):
        x = self.bn(self.conv(x, self.stem[0]), self.stem[1], training)
        x = F.prelu(x, self.state[f"{self.stem[2]}.weight"])
        for prefix, names, beside, stride in self.blocks:
            y = self.conv(self.bn(x, names[0], training), names[1])
            y = F.prelu(self.bn(y, names[2], training), self.state[f"{names[3]}.weight"])
            y = self.bn(self.conv(y, names[4], stride), names[5], training)
            if self.excited:
                fc = f"{prefix}.res_layer.se_block"
                gate = self.conv(y.mean((2, 3), keepdim=True), f"{fc}.fc1").relu()
                y = y * self.conv(gate, f"{fc}.fc2").sigmoid()
            if beside:
                x = self.bn(self.conv(x, beside[0], stride), beside[1], training)
            else:
                x = x[:, :, ::stride, ::stride]
            x = x + y
        x = self.bn(x, self.ending[0], training).flatten(1)
        x = F.linear(x, self.state[f"{self.ending[1]}.weight"], self.state[f"{self.ending[1]}.bias"])
        return self.bn(x, self.ending[2], training)


class Transformer(Network):
    """ViT without masking and skipped branches."""

    def __init__(self, channels, blocks):
        super().__init__()
        self.depth, c = blocks, channels
        self.add("pos_embed", 1, 144, c)
        self.add("mask_token", 1, 1, c)
        self.add("patch_embed.proj.weight", c, 3, 9, 9)
        self.add("patch_embed.proj.bias", c)
        for i in range(blocks):
            for norm in ("norm1", "norm2"):
                self.add(f"blocks.{i}.{norm}.weight", c)
                self.add(f"blocks.{i}.{norm}.bias", c)
            self.add(f"blocks.{i}.attn.qkv.weight", 3 * c, c)
            for name, outputs, inputs in (
                    ("attn.proj", c, c), ("mlp.fc1", 4 * c, c), ("mlp.fc2", c, 4 * c)):
                self.add(f"blocks.{i}.{name}.weight", outputs, inputs)
                self.add(f"blocks.{i}.{name}.bias", outputs)
        self.add("norm.weight", c)
        self.add("norm.bias", c)
        self.add("feature.0.weight", c, 144 * c)
        self.norm("feature.1", c)
        self.add("feature.2.weight", 512, c)
        self.norm("feature.3", 512)

    def ln(self, x, name):
        mean = x.mean(-1, keepdim=True)
        spread = ((x - mean) ** 2).mean(-1, keepdim=True)
        return (x - mean) / (spread + 1e-5).sqrt() * self.state[f"{name}.weight"] + self.state[f"{name}.bias"]

    def linear(self, x, name):
        bias = self.state.get(f"{name}.bias")
        return x @ self.state[f"{name}.weight"].T + (0 if bias is None else bias)

    def attention(self, x, name):
        n, tokens, c = x.shape
        q, k, v = self.linear(x, f"{name}.qkv").split(c, dim=-1)
        heads = []
        for h in range(8):
            part = slice(h * c // 8, (h + 1) * c // 8)
            scores = q[..., part] @ k[..., part].transpose(1, 2) / (c // 8) ** 0.5
            heads.append(scores.softmax(-1) @ v[..., part])
        return self.linear(torch.cat(heads, -1), f"{name}.proj")

    def __call__(self, x, training):
        patches = self.state["patch_embed.proj.weight"]
        x = F.conv2d(x, patches, self.state["patch_embed.proj.bias"], stride=9)
        x = x.flatten(2).transpose(1, 2) + self.state["pos_embed"]
        for i in range(self.depth):
            x = x + self.attention(self.ln(x, f"blocks.{i}.norm1"), f"blocks.{i}.attn")
            y = self.linear(self.ln(x, f"blocks.{i}.norm2"), f"blocks.{i}.mlp.fc1")
            x = x + self.linear(y.clamp(0, 6), f"blocks.{i}.mlp.fc2")
        x = self.linear(self.ln(x, "norm").flatten(1), "feature.0")
        x = self.linear(self.bn(x, "feature.1", training, 2e-5), "feature.2")
        return self.bn(x, "feature.3", training, 2e-5)


def run(network, normalizes=False):
    """The original files' content, by the functions above."""
    def out(images, training):
        values = network(images, training)
        return values / values.norm(dim=1, keepdim=True) if normalizes else values

    network.start()
    result = {"parameters": [{"name": n, "shape": s} for n, s in network.shapes.items()]}
    result["parameter_count"] = sum(
        int(np.prod(s)) for n, s in network.shapes.items() if "running" not in n)
    with torch.no_grad():
        result["eval_output"] = out(signed("input", (2, 3, 112, 112)), False).tolist()
    output = out(signed("input4", (4, 3, 112, 112)), True)
    (output * signed("cotangent", tuple(output.shape))).sum().backward()
    result["train_output"] = output.tolist()
    result["gradient_norms"] = {
        n: v.grad.norm().item() for n, v in network.state.items() if v.grad is not None}
    result["running_after"] = {
        n: [v.mean().item(), v.norm().item()] for n, v in network.state.items() if "running" in n}
    return result


def told(rows):
    rows = torch.tensor(rows, dtype=torch.float64)
    onto = signed("projection", (rows.shape[1],))
    return [[r.norm().item(), (r @ onto).item()] + r[:8].tolist() for r in rows]


def reduced(backbone, network, content, rounding="float64"):
    return {
        "backbone": backbone, "network": network, "computedIn": rounding,
        "parameterCount": content["parameter_count"],
        "parameters": [[p["name"], p["shape"]] for p in content["parameters"]],
        "evaluation": told(content["eval_output"]),
        "training": told(content["train_output"]) if "train_output" in content else [],
        "gradients": content.get("gradient_norms", {}),
        "running": content.get("running_after", {}),
    }


def near(found, expected, tolerance, what):
    found, expected = (torch.tensor(x, dtype=torch.float64) for x in (found, expected))
    distance = ((found - expected).norm() / expected.norm()).item()
    print(f"{what}: {distance:.1e}")
    assert distance < tolerance, what


ORIGINALS = {
    "iresnet18": "iresnet18", "iresnet50": "iresnet50", "iresnet100": "iresnet100",
    "mobilefacenet": "mobilefacenet", "mobilefacenet_large": "mobilefacenet_large",
    "ir50:dropout=0": "adaface_ir50", "vit_t": "vit_t",
}
OWN = {
    "iresnet34:width=0.25": (lambda: Residual((3, 4, 6, 3), 0.25), False),
    "iresnet200:width=0.25": (lambda: Residual((6, 26, 60, 6), 0.25), False),
    "ir50:dropout=0,width=0.25": (lambda: Residual((3, 4, 14, 3), 0.25, ada=True), True),
    "irse50:dropout=0": (lambda: Residual((3, 4, 14, 3), ada=True, excited=True), True),
    "irse50:dropout=0,width=0.25": (
        lambda: Residual((3, 4, 14, 3), 0.25, ada=True, excited=True), True),
    "vit_t:droppath=0,mask=0": (lambda: Transformer(256, 12), False),
    "vit_s:droppath=0,mask=0,width=0.25": (lambda: Transformer(128, 12), False),
    "vit_b:droppath=0,mask=0,width=0.25": (lambda: Transformer(128, 24), False),
}


def main(originals, folder):
    folder.mkdir(exist_ok=True)
    contents = {n: json.loads((originals / f"{f}.json").read_text()) for n, f in ORIGINALS.items()}
    for name, network, normalizes in (
            ("iresnet18", Residual((2, 2, 2, 2)), False),
            ("ir50:dropout=0", Residual((3, 4, 14, 3), ada=True), True),
            ("vit_t", Transformer(256, 12), False)):
        found, expected = run(network, normalizes), contents[name]
        assert found["parameters"] == expected["parameters"], name
        tolerance = 1e-4 if name == "vit_t" else 1e-11
        for key in ("eval_output", "train_output"):
            if key in expected:
                near(found[key], expected[key], tolerance, f"{name} {key}")
    for name, content in contents.items():
        rounding = "float32" if name == "vit_t" else "float64"
        write(folder, name, reduced(name, content["network"], content, rounding))
    for name, (make, normalizes) in OWN.items():
        write(folder, name, reduced(name, "face_networks.py", run(make(), normalizes)))


def write(folder, name, content):
    text = json.dumps(content, indent=0)
    # A row of numbers, and a name with its shape, on one line.
    text = re.sub(r"\[\n([^][{}]*?)\n\]", lambda m: "[" + m[1].replace("\n", " ") + "]", text)
    text = re.sub(r"\[\n(\"[^\"]*\"),\n(\[[^]]*\])\n\]", r"[\1, \2]", text)
    (folder / (re.sub(r"[^a-z0-9_]+", "_", name) + ".json")).write_text(text + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
