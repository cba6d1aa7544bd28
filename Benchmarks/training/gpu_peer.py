"""The plain PyTorch trainer on a GPU, as tuned as PyTorch gets: bfloat16 by autocast, channels-last,
fused SGD, cuDNN's measured choice of algorithms, and the whole step in one CUDA graph.

    echo "train 50" | gpu_peer.py --model resnet50 --batch 128 --classes 85742 --sample-rate 0.1

Its head is ArcFace over all classes, or over a sample of them as Partial FC draws it (An et al.,
CVPR 2022): the batch's target classes and random others, whose rows are gathered; the optimiser goes
over all rows. The first line printed says that all is ready; then a line of input, "train N",
"embed N" or "profile", is answered by one JSON object each. --eager launches kernel by kernel.
"""

import argparse
import sys
import time

import torch
from pytorch_peer import EMBEDDING, SIDE, MobileNetV1, ResNet50, report
from torch import nn
from torch.nn import functional as F


class ArcFace(nn.Module):
    """Deng et al. 2019 with m = 0.5 and s = 64; products in bfloat16, margin and softmax in float32."""

    def __init__(self, classes, rate, margin=0.5, scale=64.0):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, EMBEDDING))
        nn.init.normal_(self.weight, 0, 0.01)
        self.count = int(classes * rate)
        self.margin, self.scale = margin, scale

    def forward(self, embeddings, labels):
        weight = self.weight
        if self.count < len(weight):
            order = torch.rand(len(weight), device=weight.device)
            order.index_fill_(0, labels, 2.0)
            chosen = order.topk(self.count)[1].sort()[0]
            labels = torch.searchsorted(chosen, labels)
            weight = weight[chosen]
        with torch.autocast("cuda", torch.bfloat16):
            logits = F.linear(F.normalize(embeddings), F.normalize(weight))
        logits = logits.float().clamp(-1, 1)
        rows = torch.arange(len(labels), device=labels.device)
        target = logits[rows, labels]
        logits[rows, labels] = torch.cos(torch.arccos(target) + self.margin)
        return F.cross_entropy(logits * self.scale, labels)


class Subject:
    def __init__(self, options):
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        make = MobileNetV1 if options.model == "mobilenet" else ResNet50
        self.backbone = make().cuda().to(memory_format=torch.channels_last)
        self.head = ArcFace(options.classes, options.sample_rate).cuda()
        parameters = [*self.backbone.parameters(), *self.head.parameters()]
        rate = torch.tensor(0.01, device="cuda")
        self.optimizer = torch.optim.SGD(
            parameters, lr=rate, momentum=0.9, weight_decay=5e-4, fused=True
        )
        pixels = torch.randint(0, 256, (options.batch, 3, SIDE, SIDE), dtype=torch.uint8)
        images = pixels.float().sub(127.5).div(127.5)
        self.images = images.cuda().contiguous(memory_format=torch.channels_last)
        self.labels = torch.arange(options.batch, device="cuda") * 7919 % options.classes
        self.graph = None if options.eager else self.record()

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16):
            embeddings = self.backbone(self.images)
        loss = self.head(embeddings, self.labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def record(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.loss = self.step()
        return graph

    def train(self):
        self.backbone.train()
        if self.graph is None:
            self.step()
        else:
            self.graph.replay()

    @torch.inference_mode()
    def embed(self):
        self.backbone.eval()
        with torch.autocast("cuda", torch.bfloat16):
            self.backbone(self.images)
            self.backbone(self.images.flip(3).contiguous(memory_format=torch.channels_last))

    def seconds(self, body, count):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(count):
            body()
        torch.cuda.synchronize()
        return time.perf_counter() - start


def profile(subject, steps=5):
    """Milliseconds a step of each kernel, and the fraction of the time without any."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    with profiler(activities=[ProfilerActivity.CUDA], acc_events=True) as found:
        seconds = subject.seconds(subject.train, steps)
    rows = [(e.key, e.self_device_time_total / 1000 / steps) for e in found.key_averages()]
    rows = sorted((r for r in rows if r[1] > 0), key=lambda row: -row[1])
    busy = sum(time for _, time in rows) / 1000 * steps
    return {"operations": rows[:60], "outside": max(0.0, seconds - busy) / seconds}


def rates():
    """FLOP a second of a large bfloat16 product, and bytes a second of a copy."""
    a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    source = torch.ones(1 << 28, device="cuda")
    target = torch.empty_like(source)

    def rate(work, body):
        body()
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(20):
            body()
        torch.cuda.synchronize()
        return work * 20 / (time.perf_counter() - start)

    return {
        "gpu": torch.cuda.get_device_name(),
        "bf16_flops": rate(2 * 8192**3, lambda: a @ b),
        "copy_bytes": rate(2 * 4 * source.numel(), lambda: target.copy_(source)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=["mobilenet", "resnet50"], default="mobilenet")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--classes", type=int, default=85742)
    parser.add_argument("--sample-rate", type=float, default=1.0)
    parser.add_argument("--eager", action="store_true", help="without a CUDA graph")
    options = parser.parse_args()
    torch.manual_seed(1)
    subject = Subject(options)
    report(ready=True, torch=torch.__version__)
    for line in sys.stdin:
        name, *counts = line.split()
        if name == "profile":
            report(**profile(subject))
        elif name == "machine":
            report(**rates())
        else:
            body = subject.train if name == "train" else subject.embed
            report(seconds=subject.seconds(body, int(counts[0])))


if __name__ == "__main__":
    main()
