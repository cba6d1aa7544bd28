"""The backbones as torchvision and timm have them, with weights that a formula gives.

Every number of a network's state is a function of its tensor's name and its place in it, computed
in integers, so that any program can have the same network without a file:

    hash   = FNV-1a (64 bit) of the tensor's name
    bits   = upper 23 bits of SplitMix64's finaliser of hash + (place + 1) * 0x9e3779b97f4a7c15
    u      = (2 bits + 1 - 2^23) / 2^23, between -1 and 1

    matrices and filters     u * sqrt(6 / fan in), rounded to float32
    scales                   1 + u / 4
    means                    u / 8
    variances                1 + u / 4
    shifts                   u / 8

So half of all rectified values lie near the rectifier's kink, and rounding in float32 moves some
across, which changes a gradient by a part in a hundred. For float32, a second set of numbers keeps
values away from the kink: shifts are 6 + u / 8 in two of three channels and -6 + u / 8 in the third,
means 8 u, and variances 64 (1 + u / 4).

Needs torch, torchvision, timm and safetensors.
"""

import torch

# A torchvision built for CUDA has no operators beside a torch for the CPU; none is used here.
for _name in ("nms", "qnms"):
    try:
        torch.library.define(f"torchvision::{_name}", "(Tensor a, Tensor b, float c) -> Tensor")
    except RuntimeError:
        pass

import numpy as np
import timm
import torchvision
from torch import nn

EMBEDDING = 512


def uniform(name, count):
    """`count` numbers between -1 and 1 that depend on nothing but the name."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        places = np.arange(1, count + 1, dtype=np.uint64)
        mixed = np.uint64(value) + places * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        bits = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(41)).astype(np.int64)
    return (2 * bits + 1 - 2**23).astype(np.float64) / 2**23


def initial(name, tensor, smooth):
    """The value of a tensor of the state; `smooth` keeps values away from rectifiers' kinks."""
    if name.endswith("num_batches_tracked"):
        return torch.zeros_like(tensor)
    values = uniform(name, tensor.numel())
    if tensor.dim() > 1:
        fan_in = tensor[0].numel()
        values = (values * np.sqrt(6 / fan_in)).astype(np.float32).astype(np.float64)
    elif name.endswith("running_mean"):
        values = values * (8 if smooth else 1 / 8)
    elif name.endswith("running_var"):
        values = (1 + values / 4) * (64 if smooth else 1)
    elif name.endswith("bias"):
        values = values / 8
        if smooth:
            values += np.where(np.arange(len(values)) % 3 == 2, -6, 6)
    else:
        values = 1 + values / 4
    return torch.from_numpy(values).reshape(tensor.shape)


class Embedding(nn.Module):
    """Linear map and batch normalisation after the pooled features."""

    def __init__(self, trunk, features, normalizes):
        super().__init__()
        self.trunk = trunk
        self.embedding = nn.Module()
        self.embedding.linear = nn.Linear(features, EMBEDDING)
        if normalizes:
            self.embedding.bn = nn.BatchNorm1d(EMBEDDING)

    def forward(self, images):
        values = self.embedding.linear(self.trunk(images))
        return self.embedding.bn(values) if hasattr(self.embedding, "bn") else values


def resnet50(stride="1x1", width=1.0):
    """torchvision's network, with the strides on the first 1x1 convolution for He et al. 2016."""
    trunk = torchvision.models.resnet50()
    if width != 1.0:  # all channels scaled, which torchvision itself does not offer
        trunk = torchvision.models.ResNet.__new__(torchvision.models.ResNet)
        nn.Module.__init__(trunk)
        build_scaled_resnet(trunk, width)
    if stride == "1x1":
        for layer in (trunk.layer2, trunk.layer3, trunk.layer4):
            layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    features = trunk.layer4[-1].conv3.out_channels
    trunk.fc = nn.Identity()
    return trunk, features


def build_scaled_resnet(trunk, width):
    """What torchvision's ResNet.__init__ does, with other channels."""
    channels = [int(64 * 2**stage * width) for stage in range(4)]
    assert all(count % 8 == 0 for count in channels)
    trunk._norm_layer, trunk.inplanes, trunk.dilation = nn.BatchNorm2d, channels[0], 1
    trunk.groups, trunk.base_width = 1, 64
    trunk.conv1 = nn.Conv2d(3, channels[0], 7, stride=2, padding=3, bias=False)
    trunk.bn1, trunk.relu = nn.BatchNorm2d(channels[0]), nn.ReLU(inplace=True)
    trunk.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
    for stage, blocks in enumerate((3, 4, 6, 3)):
        layer = trunk._make_layer(
            torchvision.models.resnet.Bottleneck, channels[stage], blocks,
            stride=1 if stage == 0 else 2)
        setattr(trunk, f"layer{stage + 1}", layer)
    trunk.avgpool = nn.AdaptiveAvgPool2d((1, 1))


def mobilenetv1(width=1.0):
    """timm's network with rectifiers that are not capped, as Howard et al. 2017 have them."""
    trunk = timm.models.efficientnet._gen_mobilenet_v1(
        "mobilenetv1_100", width, num_classes=0, act_layer="relu")
    return trunk, trunk.num_features


def mobilenetv2(width=1.0):
    trunk = torchvision.models.mobilenet_v2(width_mult=width)
    trunk.classifier = nn.Identity()
    return trunk, trunk.last_channel


def mobilenetv3(name, width=1.0):
    trunk = getattr(torchvision.models, name)(width_mult=width) if width == 1.0 else scaled_v3(name, width)
    trunk.classifier = nn.Identity()
    return trunk, trunk.features[-1].out_channels


def scaled_v3(name, width):
    rows, last = torchvision.models.mobilenetv3._mobilenet_v3_conf(name, width_mult=width)
    return torchvision.models.MobileNetV3(rows, last)


def network(specification, dtype, smooth=False):
    """The network of a specification such as `resnet50:stride=3x3`, with its formula's weights."""
    name, _, text = specification.partition(":")
    options = dict(pair.split("=") for pair in text.split(",") if pair)
    normalizes = options.pop("bn", "on") == "on"
    if "width" in options:
        options["width"] = float(options["width"])
    makers = {
        "resnet50": resnet50, "mobilenetv1": mobilenetv1, "mobilenetv2": mobilenetv2,
        "mobilenetv3_large": lambda width=1.0: mobilenetv3("mobilenet_v3_large", width),
        "mobilenetv3_small": lambda width=1.0: mobilenetv3("mobilenet_v3_small", width),
    }
    trunk, features = makers[name](**options)
    model = Embedding(trunk, features, normalizes).to(dtype)
    model.load_state_dict({n: initial(facet_name(n), t, smooth) for n, t in model.state_dict().items()})
    return model


def facet_name(name):
    """A tensor's name without the trunk's prefix."""
    return name.removeprefix("trunk.")


def run(specification, batch, height, width, training, smooth, dtype):
    """One pass forth and back: images, embeddings, gradients and the buffers after it."""
    model = network(specification, dtype, smooth)
    model.train(training)
    shape = (batch, 3, height, width)
    images = torch.from_numpy(uniform("images", int(np.prod(shape)))).reshape(shape).to(dtype)
    images.requires_grad_(True)
    outputs = model(images)
    weights = torch.from_numpy(uniform("loss", outputs.numel())).reshape(outputs.shape).to(dtype)
    (outputs * weights).sum().backward()
    gradients = {facet_name(n): p.grad for n, p in model.named_parameters()}
    buffers = {facet_name(n): b for n, b in model.named_buffers()}
    return outputs.detach(), images.grad, gradients, buffers
