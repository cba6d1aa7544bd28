"""Exports insightface's residual network by PyTorch's own exporter: export_iresnet.py MODEL.onnx INPUT.npy OUTPUT.npy

    pip install torch==2.13.0 onnx==1.23.2 numpy

IResNet-18 at an eighth of its width with embeddings of 32 numbers of images of 32x32, written here from the paper
(Deng et al. 2019) in the order in which insightface's recognition/arcface_torch/backbones/iresnet.py computes it:
"facet models" knows it as iresnet18:width=0.125,embedding=32. Weights, statistics and slopes are random. PyTorch
folds the normalisations that are behind convolutions into them, and names weights by numbers. Writes the network, four
images and what PyTorch makes of them.
"""
import sys

import numpy as np
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.prelu = nn.PReLU(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.beside = None
        if stride != 1 or inputs != outputs:
            self.beside = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return y + (x if self.beside is None else self.beside(x))


class Network(nn.Module):
    def __init__(self, widths, size, side):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.PReLU(widths[0]))
        blocks, inputs = [], widths[0]
        for outputs in widths:
            blocks += [Block(inputs, outputs, 2), Block(outputs, outputs, 1)]
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.BatchNorm2d(inputs)
        self.map = nn.Linear(inputs * (side // 16) ** 2, size)
        self.features = nn.BatchNorm1d(size)

    def forward(self, x):
        return self.features(self.map(self.norm(self.blocks(self.stem(x))).flatten(1)))


path, given, expected = sys.argv[1:]
torch.manual_seed(3)
network = Network([8, 16, 32, 64], 32, 32).eval()
with torch.no_grad():
    for name, tensor in network.state_dict().items():
        if name.endswith("running_mean"):
            tensor.normal_(0, 0.2)
        elif name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5)
        elif tensor.ndim == 1 and tensor.is_floating_point():
            tensor.add_(torch.randn_like(tensor) * 0.2)
    images = torch.rand(4, 3, 32, 32) * 2 - 1
    np.save(expected, network(images).numpy())
np.save(given, images.numpy())
torch.onnx.export(
    network, images, path, dynamo=False, input_names=["data"], output_names=["fc1"],
    dynamic_axes={"data": {0: "n"}, "fc1": {0: "n"}})
