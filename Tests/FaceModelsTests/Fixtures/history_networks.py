"""Writes files of networks/: the networks of face recognition's history, for weights by formula.

    python history_networks.py networks [NAME...]

AlexNet and GoogLeNet are torchvision's, EdgeNeXt is timm's, Inception-ResNet-v1 is facenet-pytorch's; the others have no
package and are written here from their papers. The formula of weights and images, and how outputs are
told, are those of face_networks.py. Needs torch, torchvision 0.28.0, timm 1.0.31 and
facenet-pytorch 2.6.0.
"""

import importlib.util
import inspect
import pathlib
import sys
import textwrap

import torch
from torch import nn
from torch.nn import functional as F

from face_networks import initial, reduced, signed, write

torch.set_default_dtype(torch.float64)


def torchvision_models():
    # torchvision's wheels for GPUs do not load their operators beside torch for CPUs. Networks use none
    # of them, but two have to be declared.
    library = torch.library.Library("torchvision", "FRAGMENT")
    boxes = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    for name in ("nms", "qnms"):
        try:
            library.define(name + boxes)
        except RuntimeError:
            pass
    from torchvision import models
    torchvision_models.library = library
    return models


class Embedding(nn.Module):
    """A linear map and a normalisation, under the names of Facet's embedding layer."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)
        self.bn = nn.BatchNorm1d(outputs)

    def forward(self, x):
        return self.bn(self.linear(x))


def alexnet():
    net = torchvision_models().alexnet(dropout=0)
    net.classifier = net.classifier[:6]
    net.embedding = Embedding(4096, 512)
    body = net.forward
    net.forward = lambda x: net.embedding(body(x))
    return net


def googlenet():
    net = torchvision_models().googlenet(
        weights=None, aux_logits=False, init_weights=False, dropout=0)
    net.fc = nn.Identity()
    net.embedding = Embedding(1024, 512)
    body = net.forward
    net.forward = lambda x: net.embedding(body(x))
    return net


def googlenet_with_auxiliary_heads():
    """In training what the auxiliary classifiers see is joined to the embeddings."""
    net = torchvision_models().googlenet(
        weights=None, aux_logits=True, init_weights=False, dropout=0, dropout_aux=0)
    net.fc = nn.Identity()
    net.aux1.fc2 = net.aux2.fc2 = nn.Identity()
    net.embedding = Embedding(1024, 512)
    body = net.forward

    def forward(x):
        if not net.training:
            return net.embedding(body(x))
        found = body(x)
        return torch.cat([net.embedding(found.logits), found.aux_logits1, found.aux_logits2], 1)

    net.forward = forward
    return net


def inception_resnet_v1():
    spec = importlib.util.find_spec("facenet_pytorch")
    folder = pathlib.Path(spec.submodule_search_locations[0]) / "models"
    source = (folder / "inception_resnet_v1.py").read_text()
    source = source.replace("from .utils.download import download_url_to_file", "")
    # Its outputs are normalised to length 1 at the end; the values before it are compared.
    source = source.replace("F.normalize(x, p=2, dim=1)", "x")
    scope = {"__name__": "inception_resnet_v1"}
    exec(compile(source, "inception_resnet_v1", "exec"), scope)
    return scope["InceptionResnetV1"](dropout_prob=0)


def edgenext(name):
    torchvision_models()  # which timm imports
    from timm.models import edgenext as module
    # timm computes the waves of places in float32; here as all else in float64.
    waves = module.PositionalEncodingFourier
    if waves.forward.__module__ == module.__name__:
        exact(waves)
    net = getattr(module, name)(num_classes=0)
    net.embedding = Embedding(net.num_features, 512)
    body = net.forward
    net.forward = lambda x: net.embedding(body(x))
    return net


def exact(waves):
    source = textwrap.dedent(inspect.getsource(waves.forward))
    scope = {"torch": torch, "Tuple": tuple, "__name__": __name__}
    exec(source.replace("torch.float32", "torch.float64"), scope)
    waves.forward = scope["forward"]


class Unit(nn.Module):
    """Convolution, normalisation, rectifier."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def root_pool(x):
    """L2 pooling of 3x3 windows at every place, by shifted copies."""
    squares = F.pad(x * x, (1, 1, 1, 1))
    h, w = x.shape[2:]
    total = sum(squares[:, :, i:i + h, j:j + w] for i in range(3) for j in range(3))
    return (total + 1e-12).sqrt()


class NN2Module(nn.Module):
    def __init__(self, inputs, single, three, five, projection, pool):
        super().__init__()
        stride = 1 if single else 2
        if single:
            self.branch1 = Unit(inputs, single, 1)
        self.branch2 = nn.Sequential(Unit(inputs, three[0], 1), Unit(three[0], three[1], 3, stride))
        self.branch3 = nn.Sequential(Unit(inputs, five[0], 1), Unit(five[0], five[1], 5, stride))
        if projection:
            pad = nn.Identity()
            self.branch4 = nn.Sequential(pad, Unit(inputs, projection, 1))
        self.pool, self.stride = pool, stride
        self.outputs = single + three[1] + five[1] + (projection or inputs)

    def forward(self, x):
        y = root_pool(x) if self.pool == "L2" else F.max_pool2d(x, 3, self.stride, 1)
        if hasattr(self, "branch4"):
            y = self.branch4(y)
        parts = [self.branch2(x), self.branch3(x), y]
        return torch.cat(([self.branch1(x)] if hasattr(self, "branch1") else []) + parts, 1)


class NN2(nn.Module):
    """Schroff et al. 2015, Table 2."""

    table = [
        ("3a", 64, (96, 128), (16, 32), 32, "m"), ("3b", 64, (96, 128), (32, 64), 64, "L2"),
        ("3c", 0, (128, 256), (32, 64), 0, "m"), ("4a", 256, (96, 192), (32, 64), 128, "L2"),
        ("4b", 224, (112, 224), (32, 64), 128, "L2"), ("4c", 192, (128, 256), (32, 64), 128, "L2"),
        ("4d", 160, (144, 288), (32, 64), 128, "L2"), ("4e", 0, (160, 256), (64, 128), 0, "m"),
        ("5a", 384, (192, 384), (48, 128), 128, "L2"), ("5b", 384, (192, 384), (48, 128), 128, "m"),
    ]

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = Unit(3, 64, 7, 2), Unit(64, 64, 1), Unit(64, 192, 3)
        channels = 192
        for name, *row in self.table:
            module = NN2Module(channels, *row)
            setattr(self, "inception" + name, module)
            channels = module.outputs
        self.embedding = Embedding(channels, 128)
        self.norm = nn.LocalResponseNorm(5, 1e-4, 0.75, 1)

    def forward(self, x):
        x = self.norm(F.max_pool2d(self.conv1(x), 3, 2, 1))
        x = F.max_pool2d(self.norm(self.conv3(self.conv2(x))), 3, 2, 1)
        for name, *_ in self.table:
            x = getattr(self, "inception" + name)(x)
        return self.embedding(x.mean((2, 3)))


class Local(nn.Module):
    """Each square of `region` x `region` places has its own filters; place by place."""

    def __init__(self, inputs, side, outputs, kernel, stride=1, region=1):
        super().__init__()
        self.count = ((side - kernel) // stride + 1) // region
        self.outputs, self.kernel, self.stride, self.region = outputs, kernel, stride, region
        self.side = self.count * region
        filters = self.count**2 * outputs
        self.weight = nn.Parameter(torch.zeros(filters, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(filters))

    def forward(self, x):
        rows = []
        for i in range(self.side):
            row = []
            for j in range(self.side):
                place = (i // self.region) * self.count + j // self.region
                part = slice(place * self.outputs, (place + 1) * self.outputs)
                y, z = i * self.stride, j * self.stride
                window = x[:, :, y:y + self.kernel, z:z + self.kernel]
                row.append(F.conv2d(window, self.weight[part], self.bias[part]))
            rows.append(torch.cat(row, 3))
        return torch.cat(rows, 2)


class DeepFace(nn.Module):
    """Taigman et al. 2014, figure 2."""

    def __init__(self, size, embedding):
        super().__init__()
        self.c1, self.c3 = nn.Conv2d(3, 32, 11), nn.Conv2d(32, 16, 9)
        side = self.c3(torch.zeros(1, 32, *F.max_pool2d(
            torch.zeros(1, 1, size - 10, size - 10), 3, 2, ceil_mode=True).shape[2:])).shape[3]
        self.l4 = Local(16, side, 16, 9)
        self.l5 = Local(16, self.l4.side, 16, 7, 2)
        self.l6 = Local(16, self.l5.side, 16, 5)
        self.f7 = nn.Linear(16 * self.l6.side**2, embedding)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 3, 2, ceil_mode=True)
        for layer in (self.c3, self.l4, self.l5, self.l6):
            x = F.relu(layer(x))
        return F.relu(self.f7(x.flatten(1)))


class DeepID(nn.Module):
    """Sun et al. 2014, figure 2, of square images."""

    def __init__(self, size):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 20, 4), nn.Conv2d(20, 40, 3)
        self.conv3 = Local(40, ((size - 3) // 2 - 2) // 2, 60, 3, region=2)
        side = self.conv3.side // 2
        self.conv4 = Local(60, side, 80, 2)
        self.deepid = nn.Linear(60 * side**2 + 80 * self.conv4.side**2, 160)

    def forward(self, x):
        for layer in (self.conv1, self.conv2, self.conv3):
            x = F.max_pool2d(F.relu(layer(x)), 2)
        last = F.relu(self.conv4(x))
        return F.relu(self.deepid(torch.cat([x.flatten(1), last.flatten(1)], 1)))


class DlibBlock(nn.Module):
    def __init__(self, inputs, outputs, halves):
        super().__init__()
        self.conv1 = nn.Conv2d(
            inputs, outputs, 3, 2 if halves else 1, 0 if halves else 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.halves = halves

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.halves:
            x = F.avg_pool2d(x, 2)
        # Maps are added as if the smaller one went on with zeros.
        total = torch.zeros(x.shape[0], *(max(a, b) for a, b in zip(x.shape[1:], y.shape[1:])))
        total[:, :x.shape[1], :x.shape[2], :x.shape[3]] += x
        total[:, :y.shape[1], :y.shape[2], :y.shape[3]] += y
        return F.relu(total)


class DlibResNet(nn.Module):
    """King 2017: dlib's dnn_face_recognition_ex.cpp describes its layers."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean_color", torch.zeros(3))
        self.conv1, self.bn1 = nn.Conv2d(3, 32, 7, 2, bias=False), nn.BatchNorm2d(32)
        channels = 32
        for index, (blocks, outputs, halves) in enumerate(
                [(3, 32, 0), (4, 64, 1), (3, 128, 1), (3, 256, 1), (1, 256, 1)]):
            stage = []
            for i in range(blocks):
                stage.append(DlibBlock(channels, outputs, halves and i == 0))
                channels = outputs
            setattr(self, f"layer{index + 1}", nn.Sequential(*stage))
        self.fc = nn.Linear(256, 128, bias=False)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x - self.mean_color[:, None, None]))), 3, 2)
        for index in range(5):
            x = getattr(self, f"layer{index + 1}")(x)
        return self.fc(x.mean((2, 3)))


NETWORKS = {
    "alexnet:dropout=0": (alexnet, "torchvision 0.28.0", 112),
    "googlenet:dropout=0": (googlenet, "torchvision 0.28.0", 112),
    "googlenet:aux=on,aux_dropout=0,dropout=0": (
        googlenet_with_auxiliary_heads, "torchvision 0.28.0", 112),
    "edgenext_xx_small": (lambda: edgenext("edgenext_xx_small"), "timm 1.0.31", 112),
    "edgenext_x_small": (lambda: edgenext("edgenext_x_small"), "timm 1.0.31", 64),
    "edgenext_small": (lambda: edgenext("edgenext_small"), "timm 1.0.31", 64),
    "facenet_nn2": (NN2, "history_networks.py", 112),
    "inception_resnet_v1:dropout=0": (inception_resnet_v1, "facenet-pytorch 2.6.0", 112),
    "deepface:dropout=0,embedding=64": (lambda: DeepFace(80, 64), "history_networks.py", 80),
    "deepid": (lambda: DeepID(40), "history_networks.py", 40),
    "dlib_resnet": (DlibResNet, "history_networks.py", 150),
}


def run(net, size):
    names = [n for n in net.state_dict() if not n.endswith("num_batches_tracked")]
    state = net.state_dict()
    with torch.no_grad():
        for name in names:
            state[name].copy_(initial(name, list(state[name].shape)))
    trained = dict(net.named_parameters())
    result = {"parameters": [{"name": n, "shape": list(state[n].shape)} for n in names]}
    result["parameter_count"] = sum(state[n].numel() for n in names if "running" not in n)
    with torch.no_grad():
        result["eval_output"] = net.eval()(signed("input", (2, 3, size, size))).tolist()
    output = net.train()(signed("input4", (4, 3, size, size)))
    (output * signed("cotangent", tuple(output.shape))).sum().backward()
    result["train_output"] = output.tolist()
    result["gradient_norms"] = {n: p.grad.norm().item() for n, p in trained.items()}
    result["running_after"] = {
        n: [state[n].mean().item(), state[n].norm().item()] for n in names if "running" in n}
    return result


def main(folder, chosen):
    for name, (make, network, size) in NETWORKS.items():
        if chosen and name.split(":")[0] not in chosen:
            continue
        content = reduced(name, network, run(make(), size))
        content["inputSize"] = size
        write(folder, name, content)
        print(name, content["parameterCount"], content["evaluation"][0][:3])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
