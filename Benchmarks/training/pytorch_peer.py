"""A plain PyTorch trainer: the peer that Facet's training throughput and accuracy are compared to.

It does what a careful engineer would write in an afternoon with stock PyTorch and nothing else:
MobileNetV1, ResNet-50, IResNet-50 or MobileFaceNet at 112x112, an embedding of 512 numbers with
BatchNorm1d, softmax head, fused SGD with momentum, linear warm-up and cosine decay, autocast and
channels-last for bfloat16.
Layers, sizes and schedule are Facet's. Weights start from PyTorch's own defaults (Kaiming uniform
with a = sqrt 5); weight decay acts on every parameter; incomplete last batches are dropped.

    pytorch_peer.py --benchmark --model mobilenet --precision bf16 --batch 128
    pytorch_peer.py --train FACES --lfw IMAGES,PAIRS --model mobilenet --precision bf16
    echo "train 5" | pytorch_peer.py --serve --model mobilenet --precision bf16 --batch 128

--benchmark runs on random images already in memory, so it times the arithmetic alone, and prints
one JSON object. --serve does the same a request a line: "train N", "embed N" (image and mirror
image), "profile", "facts" or "machine"; each is answered by one JSON object. --train reads FACES/<identity>/<image>, trains, tests on LFW, and prints one JSON
object a line. Training needs Pillow to decode images; the benchmark needs only torch and numpy.
"""

import argparse
import json
import math
import os
import platform
import statistics
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SIDE = 112
EMBEDDING = 512
IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png"}


# Models: images (N, 3, 112, 112) in [-1, 1] to embeddings (N, 512).


def conv_norm(inputs, outputs, kernel, stride=1, groups=1):
    """Convolution without bias, padded to keep the size at stride 1, and batch normalisation."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class Embedding(nn.Module):
    """Global average pool, Linear(512), BatchNorm1d. Always in float32: it is small and last."""

    def __init__(self, channels):
        super().__init__()
        self.linear = nn.Linear(channels, EMBEDDING)
        self.norm = nn.BatchNorm1d(EMBEDDING)

    def forward(self, features):
        with torch.autocast(features.device.type, enabled=False):
            return self.norm(self.linear(features.float().mean((2, 3))))


class MobileNetV1(nn.Module):
    """Howard et al. 2017, Table 1. The last depthwise layer has stride 1: the table's "s2" there
    contradicts its own sizes (7x7 in, 7x7 out)."""

    BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    BLOCKS += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]

    def __init__(self, width=1.0):
        super().__init__()
        channels = int(32 * width)
        layers = [*conv_norm(3, channels, 3, 2), nn.ReLU(inplace=True)]
        for full_width, stride in self.BLOCKS:
            outputs = int(full_width * width)
            layers += [*conv_norm(channels, channels, 3, stride, channels), nn.ReLU(inplace=True)]
            layers += [*conv_norm(channels, outputs, 1), nn.ReLU(inplace=True)]
            channels = outputs
        self.features = nn.Sequential(*layers)
        self.embedding = Embedding(channels)

    def forward(self, images):
        return self.embedding(self.features(images))


class Bottleneck(nn.Module):
    """1x1 reduce, 3x3, 1x1 expand, with a projected shortcut where the shape changes."""

    def __init__(self, inputs, channels, stride, stride_on):
        super().__init__()
        outputs = 4 * channels
        first, second = (stride, 1) if stride_on == "1x1" else (1, stride)
        self.path = nn.Sequential(
            *conv_norm(inputs, channels, 1, first),
            nn.ReLU(inplace=True),
            *conv_norm(channels, channels, 3, second),
            nn.ReLU(inplace=True),
            *conv_norm(channels, outputs, 1),
        )
        same_shape = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity() if same_shape else nn.Sequential(*conv_norm(inputs, outputs, 1, stride))
        )

    def forward(self, x):
        return F.relu(self.path(x) + self.shortcut(x), inplace=True)


class ResNet50(nn.Module):
    """ResNet-50. stride_on "1x1": He et al. 2016; "3x3": torchvision ("v1.5"), the default."""

    STAGES = [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]

    def __init__(self, stride_on="3x3"):
        super().__init__()
        layers = [*conv_norm(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        inputs = 64
        for channels, blocks, stride in self.STAGES:
            for block in range(blocks):
                layers.append(Bottleneck(inputs, channels, stride if block == 0 else 1, stride_on))
                inputs = 4 * channels
        self.features = nn.Sequential(*layers)
        self.embedding = Embedding(inputs)

    def forward(self, images):
        return self.embedding(self.features(images))


def conv_norm_prelu(inputs, outputs, kernel, stride=1, groups=1):
    return [*conv_norm(inputs, outputs, kernel, stride, groups), nn.PReLU(outputs)]


class FaceBlock(nn.Module):
    """BN-Conv-BN-PReLU-Conv-BN (Deng et al. 2019, section 3.1); the second convolution strides, and
    nothing rectifies the sum."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.path = nn.Sequential(
            nn.BatchNorm2d(inputs),
            *conv_norm_prelu(inputs, outputs, 3),
            *conv_norm(outputs, outputs, 3, stride),
        )
        self.shortcut = (
            nn.Sequential(*conv_norm(inputs, outputs, 1, stride)) if stride > 1 else nn.Identity()
        )

    def forward(self, x):
        # In place: a normalisation's gradient does not need its output.
        return self.path(x).add_(self.shortcut(x))


class IResNet50(nn.Module):
    """The residual network of ArcFace's paper: a stem that keeps the size, four stages that halve it,
    and BN-FC-BN over the whole map (its dropout is 0). The head is always in float32."""

    STAGES = [(64, 3), (128, 4), (256, 14), (512, 3)]

    def __init__(self):
        super().__init__()
        layers, inputs = conv_norm_prelu(3, 64, 3), 64
        for channels, blocks in self.STAGES:
            for block in range(blocks):
                layers.append(FaceBlock(inputs, channels, 2 if block == 0 else 1))
                inputs = channels
        self.features = nn.Sequential(*layers, nn.BatchNorm2d(inputs))
        self.linear = nn.Linear(inputs * 7 * 7, EMBEDDING)
        self.norm = nn.BatchNorm1d(EMBEDDING)

    def forward(self, images):
        features = self.features(images)
        with torch.autocast(images.device.type, enabled=False):
            return self.norm(self.linear(features.float().flatten(1)))


class Inverted(nn.Module):
    """Pointwise, depthwise, pointwise, PReLU behind the first two, and a shortcut if the size stays."""

    def __init__(self, inputs, outputs, inner, stride):
        super().__init__()
        self.path = nn.Sequential(
            *conv_norm_prelu(inputs, inner, 1),
            *conv_norm_prelu(inner, inner, 3, stride, inner),
            *conv_norm(inner, outputs, 1),
        )
        self.adds = stride == 1

    def forward(self, x):
        return self.path(x).add_(x) if self.adds else self.path(x)


class MobileFaceNet(nn.Module):
    """Chen et al. 2018, Table 1, with twice the channels between blocks and two channels a group in
    the second convolution, as insightface's "mbf" has them. The end, a depthwise convolution over
    the whole map and a linear map, is always in float32."""

    def __init__(self):
        super().__init__()
        layers = conv_norm_prelu(3, 128, 3, 2) + conv_norm_prelu(128, 128, 3, groups=64)
        layers += [Inverted(128, 128, 128, 2)] + [Inverted(128, 128, 128, 1) for _ in range(4)]
        layers += [Inverted(128, 256, 256, 2)] + [Inverted(256, 256, 256, 1) for _ in range(6)]
        layers += [Inverted(256, 256, 512, 2)] + [Inverted(256, 256, 256, 1) for _ in range(2)]
        self.features = nn.Sequential(*layers, *conv_norm_prelu(256, 512, 1))
        self.pool = nn.Sequential(
            nn.Conv2d(512, 512, 7, groups=512, bias=False), nn.BatchNorm2d(512)
        )
        self.linear = nn.Linear(512, EMBEDDING, bias=False)
        self.norm = nn.BatchNorm1d(EMBEDDING)

    def forward(self, images):
        features = self.features(images)
        with torch.autocast(images.device.type, enabled=False):
            return self.norm(self.linear(self.pool(features.float()).flatten(1)))


MODELS = {
    "mobilenet": lambda options: MobileNetV1(options.width),
    "resnet50": lambda options: ResNet50(options.stride_on),
    "iresnet50": lambda options: IResNet50(),
    "mobilefacenet": lambda options: MobileFaceNet(),
}


def make_model(options):
    return MODELS[options.model](options)


# Training.


class Trainer:
    """A backbone, a softmax head, and the step that trains them."""

    def __init__(self, options, classes, steps):
        self.bf16 = options.precision == "bf16"
        self.layout = (
            torch.channels_last
            if self.bf16 or options.channels_last
            else torch.contiguous_format
        )
        self.backbone = make_model(options).to(memory_format=self.layout)
        self.head = nn.Linear(EMBEDDING, classes)
        parameters = [*self.backbone.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.SGD(
            parameters, lr=options.lr, momentum=0.9, weight_decay=5e-4, fused=True
        )
        self.parameters, self.clip = parameters, options.clip
        self.peak, self.steps, self.taken = options.lr, steps, 0

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16) if self.bf16 else nullcontext()

    def prepare(self, images, flips=None):
        """Bytes (N, 3, 112, 112) to [-1, 1] in the model's memory format, some rows mirrored."""
        x = images.float().sub_(127.5).div_(127.5)
        if flips is not None:
            x = torch.where(flips[:, None, None, None], x.flip(3), x)
        return x.contiguous(memory_format=self.layout)

    def learning_rate(self):
        """Linear over the first 5 % of the steps, then half a cosine to zero."""
        warm_up = max(1, round(0.05 * self.steps))
        if self.taken < warm_up:
            return self.peak * (self.taken + 1) / warm_up
        progress = (self.taken - warm_up) / max(1, self.steps - warm_up)
        return self.peak * 0.5 * (1 + math.cos(math.pi * progress))

    def step(self, x, labels):
        """One update; returns the loss and the number of correct predictions, still as tensors."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        self.optimizer.zero_grad(set_to_none=True)
        with self.autocast():
            embeddings = self.backbone(x)
        logits = self.head(embeddings)
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        if self.clip:
            nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimizer.step()
        self.taken += 1
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    @torch.inference_mode()
    def embed(self, x):
        with self.autocast():
            return self.backbone(x)


# Data.


def read_image(path):
    from PIL import Image

    image = Image.open(path).convert("RGB")
    if image.size != (SIDE, SIDE):
        sys.exit(f"{path} is {image.size[0]}x{image.size[1]}; the trainer reads 112x112 images.")
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)


def read_folder(folder):
    """All images of FOLDER/<identity>/<image> as bytes (N, 3, 112, 112), and their labels (N)."""
    identities = sorted(entry for entry in Path(folder).iterdir() if entry.is_dir())
    paths, labels = [], []
    for label, identity in enumerate(identities):
        found = sorted(p for p in identity.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
        paths += found
        labels += [label] * len(found)
    if not paths:
        sys.exit(f"{folder} holds no <identity>/<image> files.")
    return torch.stack([read_image(p) for p in paths]), torch.tensor(labels), len(identities)


def read_pairs(file):
    """LFW's pairs.txt: image names of each pair, and whether both show the same person."""
    pairs = []
    for line in Path(file).read_text().splitlines()[1:]:
        f = line.split("\t")
        second = (f[0], f[2]) if len(f) == 3 else (f[2], f[3])
        names = [f"{n}/{n}_{int(i):04d}" for n, i in [(f[0], f[1]), second]]
        pairs.append((*names, len(f) == 3))
    return pairs


# LFW, as insightface does it: sum of the embeddings of image and mirror image, squared distance,
# ten contiguous folds, thresholds 0, .01, ... 3.99, first best threshold of the other nine folds.


def ten_fold_accuracy(distances, same, folds=10):
    thresholds = np.arange(0, 4, 0.01)
    right = (distances[None, :] < thresholds[:, None]) == same[None, :]
    accuracies = []
    for test in np.array_split(np.arange(len(same)), folds):
        train = np.setdiff1d(np.arange(len(same)), test)
        best = right[:, train].mean(1).argmax()
        accuracies.append(right[best, test].mean())
    return float(np.mean(accuracies)), float(np.std(accuracies))


def evaluate_lfw(trainer, images, pairs_file, batch):
    pairs = read_pairs(pairs_file)
    names = sorted({name for a, b, _ in pairs for name in (a, b)})
    row = {name: i for i, name in enumerate(names)}
    trainer.backbone.eval()
    parts = []
    for start in range(0, len(names), batch):
        files = [Path(images, name + ".jpg") for name in names[start : start + batch]]
        x = trainer.prepare(torch.stack([read_image(f) for f in files]))
        parts.append(trainer.embed(x) + trainer.embed(x.flip(3)))
    embeddings = F.normalize(torch.cat(parts).double()).numpy()
    first = embeddings[[row[a] for a, _, _ in pairs]]
    second = embeddings[[row[b] for _, b, _ in pairs]]
    return ten_fold_accuracy(((first - second) ** 2).sum(1), np.array([s for *_, s in pairs]))


# The two modes.


def train(options):
    images, labels, classes = read_folder(options.train)
    steps_per_epoch = len(labels) // options.batch
    if steps_per_epoch == 0:
        sys.exit(f"{options.train} holds {len(labels)} images: fewer than a batch.")
    trainer = Trainer(options, classes, options.epochs * steps_per_epoch)
    for epoch in range(options.epochs):
        trainer.backbone.train()
        order = torch.randperm(len(labels))[: steps_per_epoch * options.batch]
        start, losses, correct = time.perf_counter(), [], 0
        for rows in order.split(options.batch):
            x = trainer.prepare(images[rows], torch.rand(len(rows)) < 0.5)
            loss, right = trainer.step(x, labels[rows])
            losses.append(loss.item())
            correct += right.item()
            if not math.isfinite(losses[-1]):
                sys.exit(f"The loss is {losses[-1]} at step {trainer.taken}.")
        seconds = time.perf_counter() - start
        report(
            epoch=epoch + 1,
            loss=statistics.fmean(losses),
            accuracy=correct / len(order),
            images_per_second=len(order) / seconds,
        )
    if options.lfw:
        folder, pairs = options.lfw
        accuracy, deviation = evaluate_lfw(trainer, folder, pairs, options.batch)
        report(lfw_accuracy=accuracy, lfw_std=deviation, configuration=vars(options))


def benchmark(options):
    trainer = Trainer(options, options.classes, steps=10**6)
    images = torch.randint(0, 256, (options.batch, 3, SIDE, SIDE), dtype=torch.uint8)
    labels = torch.randint(0, options.classes, (options.batch,))
    x = trainer.prepare(images)
    trainer.backbone.train()
    training = time_repeats(lambda: trainer.step(x, labels)[0].item(), options)
    trainer.backbone.eval()
    embedding = time_repeats(lambda: trainer.embed(x), options)
    report(
        peer="PyTorch",
        torch=torch.__version__,
        machine=machine(),
        threads=torch.get_num_threads(),
        configuration=vars(options),
        training_images_per_second=training,
        embedding_images_per_second=embedding,
    )


def serve(options):
    """Answers the requests on standard input; the first line printed says that all is ready."""
    trainer = Trainer(options, options.classes, steps=10**6)
    if options.compile:
        trainer.backbone.compile()
    images = torch.randint(0, 256, (options.batch, 3, SIDE, SIDE), dtype=torch.uint8)
    labels = torch.randint(0, options.classes, (options.batch,))
    x = trainer.prepare(images)

    def train():
        trainer.backbone.train()
        trainer.step(x, labels)[0].item()

    def embed():
        trainer.backbone.eval()
        trainer.embed(x), trainer.embed(x.flip(3).contiguous(memory_format=trainer.layout))

    report(ready=True, torch=torch.__version__, threads=torch.get_num_threads())
    for line in sys.stdin:
        name, *counts = line.split()
        if name in ("train", "embed"):
            start = time.perf_counter()
            for _ in range(int(counts[0])):
                train() if name == "train" else embed()
            report(seconds=time.perf_counter() - start)
        elif name == "profile":
            report(operations=profile_operations(train))
        elif name == "facts":
            report(**count_work(trainer))
        elif name == "machine":
            report(**machine(), **machine_rates())


def profile_operations(body, steps=2):
    """Milliseconds a step of the operations that take most, by their own time."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(steps):
            body()
    rows = [(e.key, e.self_cpu_time_total / 1000 / steps) for e in found.key_averages()]
    return sorted(rows, key=lambda row: -row[1])


def count_work(trainer):
    """Multiply-adds, and values that convolutions write, of one image."""
    counts = {"multiply_adds": 0, "convolution_outputs": 0}

    def hook(layer, _, output):
        values = output[0].numel()
        counts["multiply_adds"] += values * layer.weight[0].numel()
        if isinstance(layer, nn.Conv2d):
            counts["convolution_outputs"] += values

    layers = [m for m in trainer.backbone.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    handles = [layer.register_forward_hook(hook) for layer in layers]
    trainer.backbone.eval()
    with torch.inference_mode():
        trainer.backbone(torch.zeros(1, 3, SIDE, SIDE))
    for handle in handles:
        handle.remove()
    return counts


def machine_rates(seconds=1.0):
    """Multiply-adds a second, twice, of a large bfloat16 and float32 product; bytes of a copy."""

    def rate(work, body):
        body()
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            body()
            count += 1
        return work * count / (time.perf_counter() - start)

    rates = {}
    for name, kind in [("bf16", torch.bfloat16), ("fp32", torch.float32)]:
        a, b = torch.randn(2048, 2048).to(kind), torch.randn(2048, 2048).to(kind)
        rates[f"{name}_flops"] = rate(2 * 2048**3, lambda a=a, b=b: a @ b)
    source = torch.ones(1 << 26)
    target = torch.empty_like(source)
    target.copy_(source)
    rates["copy_bytes"] = rate(2 * 4 * source.numel(), lambda: target.copy_(source))
    return rates


def time_repeats(body, options):
    """Images a second of each repeat of options.steps calls, after warm-up calls."""
    for _ in range(options.warm_up):
        body()
    rates = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        for _ in range(options.steps):
            body()
        rates.append(options.batch * options.steps / (time.perf_counter() - start))
    return {"median": statistics.median(rates), "best": max(rates), "repeats": rates}


def machine():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {"cpu": names[0] if names else platform.processor(), "cores": os.cpu_count()}


def report(**values):
    print(json.dumps(values), flush=True)


def images_and_pairs(text):
    parts = text.split(",")
    if len(parts) != 2:
        raise argparse.ArgumentTypeError("give the image folder and the pairs file: IMAGES,PAIRS")
    return parts


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--benchmark", action="store_true", help="time random data in memory")
    mode.add_argument("--serve", action="store_true", help="time what each line of input asks for")
    mode.add_argument("--train", metavar="FOLDER", help="train on FOLDER/<identity>/<image>")
    parser.add_argument(
        "--lfw", metavar="IMAGES,PAIRS", type=images_and_pairs, help="test on LFW after training"
    )
    parser.add_argument("--model", choices=[*MODELS], default="mobilenet")
    parser.add_argument("--width", type=float, default=1.0, help="MobileNetV1's width multiplier")
    parser.add_argument("--stride-on", choices=["1x1", "3x3"], default="3x3", help="ResNet-50")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--channels-last", action="store_true", help="for fp32; bf16 always is")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.1, help="peak learning rate")
    parser.add_argument("--clip", type=float, default=0, help="global gradient norm; 0: off")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--classes", type=int, default=500, help="benchmark only")
    parser.add_argument("--repeats", type=int, default=5, help="benchmark only")
    parser.add_argument("--steps", type=int, default=5, help="steps a repeat; benchmark only")
    parser.add_argument("--warm-up", type=int, default=3, help="untimed steps; benchmark only")
    parser.add_argument("--compile", action="store_true", help="torch.compile; with --serve only")
    parser.add_argument("--threads", type=int, help="default: PyTorch's choice")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = parse_options()
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.benchmark:
        benchmark(options)
    elif options.serve:
        serve(options)
    else:
        train(options)


if __name__ == "__main__":
    main()
