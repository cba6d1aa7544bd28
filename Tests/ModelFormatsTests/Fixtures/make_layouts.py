"""Writes a checkpoint with the formula's weights in the layout of a training program.

    python make_layouts.py arcface_torch|adaface|torchscript GOLDEN.json CHECKPOINT

GOLDEN.json is a file of FaceModelsTests/Fixtures/networks: names and shapes of a network's tensors, and what
its authors' code gives for the weights of the formula that face_networks.py there explains. arcface_torch
saves the backbone of its DistributedDataParallel behind `module.` within `state_dict_backbone`, beside the
class weights and the optimiser; AdaFace is a LightningModule, whose backbone is `model.` and whose class
weights are `head.`, all within `state_dict`. For torchscript, modules of these names hold the tensors.
"""

import collections
import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent / "../../FaceModelsTests/Fixtures"))
import face_networks  # noqa: E402

layout, golden, target = sys.argv[1:]
state = collections.OrderedDict()
for name, shape in json.loads(pathlib.Path(golden).read_text())["parameters"]:
    if name.endswith("num_batches_tracked"):
        state[name] = torch.tensor(0)
    else:
        state[name] = face_networks.initial(name, shape).to(torch.float64)


class Part(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images


def modules():
    whole = Part()
    whole.add_module("backbone", Part())
    for name, tensor in state.items():
        *path, last = ("backbone." + name).split(".")
        part = whole
        for step in path:
            if not hasattr(part, step):
                part.add_module(step, Part())
            part = getattr(part, step)
        if "running" in last or "num_batches" in last:
            part.register_buffer(last, tensor)
        else:
            part.register_parameter(last, torch.nn.Parameter(tensor))
    return whole


if layout == "torchscript":
    torch.jit.script(modules()).save(target)
    sys.exit()
classes = torch.zeros(10, 512)
if layout == "arcface_torch":
    checkpoint = {
        "epoch": 20, "global_step": 113720,
        "state_dict_backbone": collections.OrderedDict(
            ("module." + name, tensor) for name, tensor in state.items()),
        "state_dict_softmax_fc": {"weight": classes},
        "state_optimizer": {"state": {}, "param_groups": [{"lr": 0.02, "params": [0]}]},
    }
else:
    tensors = collections.OrderedDict(("model." + name, tensor) for name, tensor in state.items())
    tensors["head.kernel"] = classes.T.contiguous()
    tensors["head.batch_mean"] = torch.tensor([20.0])
    checkpoint = {
        "epoch": 25, "pytorch-lightning_version": "1.8.6", "state_dict": tensors,
        "hyper_parameters": {"arch": "ir_50", "lr": 0.1, "use_wandb": False},
    }
torch.save(checkpoint, target)
