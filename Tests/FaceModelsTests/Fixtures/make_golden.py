"""Writes golden.json: what torchvision's and timm's networks give, in a few numbers a tensor.

    python make_golden.py golden.json
    python make_golden.py --full FOLDER     whole tensors instead, for ReferenceComparisonTests

A tensor is told by its L2 norm and its projection onto the numbers of `uniform("projection")`.
"""

import json
import pathlib
import re
import sys

import torch
from reference import network, run, uniform
from safetensors.torch import save_file

# specification, batch, height, width, training, smooth
CASES = [
    ("resnet50", 4, 64, 64, True, False),
    ("resnet50", 2, 112, 112, False, True),
    ("resnet50:stride=3x3", 4, 64, 64, True, False),
    ("resnet50:stride=3x3,width=0.5", 2, 112, 112, False, True),
    ("resnet50:bn=off,width=0.25", 2, 97, 75, True, False),
    ("mobilenetv1", 4, 64, 64, True, False),
    ("mobilenetv1", 2, 112, 112, False, True),
    ("mobilenetv1:bn=off,width=0.25", 2, 97, 75, False, True),
    ("mobilenetv2", 4, 64, 64, True, False),
    ("mobilenetv2:width=0.5", 2, 97, 75, False, False),
    ("mobilenetv3_large", 4, 64, 64, True, False),
    ("mobilenetv3_large:width=0.75", 2, 97, 75, False, False),
    ("mobilenetv3_small", 4, 64, 64, True, False),
    ("mobilenetv3_small:bn=off,width=0.5", 2, 112, 112, False, False),
]
PROJECTION = torch.from_numpy(uniform("projection", 1 << 22))


def told(tensor):
    flat = tensor.detach().to(torch.float64).flatten()
    return [flat.norm().item(), (flat @ PROJECTION[: flat.numel()]).item()]


def golden(case):
    outputs, images, gradients, buffers = run(*case, torch.float64)
    return {
        "backbone": case[0], "batch": case[1], "height": case[2], "width": case[3],
        "training": case[4], "smooth": case[5],
        "outputs": told(outputs), "firstOutputs": outputs.flatten()[:8].tolist(),
        "imageGradient": told(images),
        "gradients": {name: told(value) for name, value in gradients.items()},
        "buffers": {name: told(value) for name, value in buffers.items()} if case[4] else {},
    }


def parameters(model):
    """Parameters without the embedding layer."""
    return sum(p.numel() for n, p in model.named_parameters() if n.startswith("trunk."))


def multiply_adds(model, height, width):
    """Multiply-adds of one image in convolutions, counted where they happen."""
    total = 0

    def count(layer, _, output):
        nonlocal total
        total += output[0].numel() * layer.weight[0].numel()

    hooks = [
        m.register_forward_hook(count) for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, 3, height, width))
    for hook in hooks:
        hook.remove()
    return total


def counts():
    names = ["resnet50", "resnet50:stride=3x3"]
    names += [f"resnet50:width={w}" for w in (0.25, 0.5, 2)]
    names += [f"mobilenetv1:width={w}" for w in (0.25, 0.5, 0.75, 1.1, 1.25)] + ["mobilenetv1"]
    names += ["mobilenetv2", "mobilenetv2:width=0.5", "mobilenetv2:width=1.4"]
    names += ["mobilenetv3_large", "mobilenetv3_large:width=0.75", "mobilenetv3_small"]
    for name in names:
        model = network(name, torch.float32)
        yield {
            "backbone": name, "parameters": parameters(model),
            "multiplyAdds": {
                f"{h}x{w}": multiply_adds(model, h, w)
                for h, w in ((112, 112), (224, 224), (97, 75))},
        }


def compact(result):
    """JSON with a pair of numbers on one line."""
    text = json.dumps(result, indent=1)
    return re.sub(r"\[\s+([^][,\s]+),\s+([^][,\s]+)\s+\]", r"[\1, \2]", text) + "\n"


def write_full(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(CASES):
        for dtype in (torch.float32, torch.float64):
            outputs, images, gradients, buffers = run(*case, dtype)
            tensors = {f"gradient.{name}": value for name, value in gradients.items()}
            tensors |= {f"buffer.{name}": value for name, value in buffers.items()}
            tensors |= {"outputs": outputs, "imageGradient": images}
            kind = str(dtype).removeprefix("torch.")
            save_file(
                {name: value.contiguous() for name, value in tensors.items()},
                folder / f"{number}.{kind}.safetensors",
                {"backbone": case[0], "batch": str(case[1]), "height": str(case[2]),
                 "width": str(case[3]), "training": str(case[4]).lower(), "smooth": str(case[5]).lower()})


if __name__ == "__main__":
    if sys.argv[1] == "--full":
        write_full(pathlib.Path(sys.argv[2]))
    else:
        result = {"cases": [golden(case) for case in CASES], "trunks": list(counts())}
        pathlib.Path(sys.argv[1]).write_text(compact(result))
