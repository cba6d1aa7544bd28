"""A plain PyTorch trainer in several processes: DistributedDataParallel with Gloo.

    ddp_peer.py --model mobilenet --batch 64 --processes 2 --steps 8 [--threads 1] [--classes 100]

The network, head, optimiser and precision are those of ../training/pytorch_peer.py, tuned: bfloat16 by autocast,
channels-last, fused SGD. Each process has its share of the batch, of random images in memory; DDP averages the gradients
in its own buckets while the backward pass goes on. Prints one JSON object: images a second of all processes together,
after as many steps for warming up.
"""

import argparse
import json
import os
import socket
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))
import pytorch_peer  # noqa: E402


class Classifier(nn.Module):
    """The network and its softmax head, as one module: DDP watches what passes through it."""

    def __init__(self, trainer):
        super().__init__()
        self.backbone, self.head, self.trainer = trainer.backbone, trainer.head, [trainer]

    def forward(self, x):
        with self.trainer[0].autocast():
            embeddings = self.backbone(x)
        return self.head(embeddings)


def work(rank, options, port, answers):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(options.threads)
    torch.manual_seed(rank)
    dist.init_process_group("gloo", rank=rank, world_size=options.processes)
    trainer = pytorch_peer.Trainer(options, options.classes, steps=10**6)
    share = options.batch // options.processes
    images = torch.randint(0, 256, (share, 3, 112, 112), dtype=torch.uint8)
    labels = torch.randint(0, options.classes, (share,))
    x = trainer.prepare(images)
    trainer.backbone.train()
    model = DistributedDataParallel(Classifier(trainer), gradient_as_bucket_view=True)

    def step():
        trainer.optimizer.zero_grad(set_to_none=True)
        loss = cross_entropy(model(x), labels)
        loss.backward()
        trainer.optimizer.step()
        loss.item()

    for _ in range(options.steps):
        step()
    dist.barrier()
    start = time.perf_counter()
    for _ in range(options.steps):
        step()
    dist.barrier()
    if rank == 0:
        seconds = time.perf_counter() - start
        answers.put(share * options.processes * options.steps / seconds)
    dist.destroy_process_group()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=[*pytorch_peer.MODELS], default="mobilenet")
    parser.add_argument("--batch", type=int, default=64, help="images of all processes together")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--classes", type=int, default=100)
    options = parser.parse_args()
    for name, value in dict(
        width=1.0, stride_on="3x3", precision="bf16", channels_last=True, lr=0.1, clip=0
    ).items():
        setattr(options, name, value)
    context = mp.get_context("spawn")
    answers, port = context.SimpleQueue(), free_port()
    processes = [
        context.Process(target=work, args=(rank, options, port, answers))
        for rank in range(options.processes)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        sys.exit("a process of the peer has failed")
    print(json.dumps({"images_per_second": answers.get(), "torch": torch.__version__}))


if __name__ == "__main__":
    main()
