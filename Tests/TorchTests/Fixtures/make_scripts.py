"""Makes the networks in TorchScript that TorchScriptTests reads, and what PyTorch says they give.

`network.pt` turns images into embeddings of 6 numbers; `tuple.pt` gives the embeddings and their
norms, as AdaFace's networks do; `weights.pt` are the weights alone, which are no network; `text.pt`
gives no tensor; `fixed.pt` was traced for one size of image only. `chance.pt` and `batch.pt` were traced
in training mode, which no reader can switch off: with dropout, and with the statistics of a batch.

Needs: pip install torch
Run:   python make_scripts.py     (writes beside itself)
"""

import json
import zipfile
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, stride=2)
        self.norm = nn.BatchNorm2d(4)
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(4, 6)

    def forward(self, images):
        features = torch.relu(self.norm(self.convolution(images))).mean((2, 3))
        return self.linear(self.dropout(features))


class WithNorm(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        embeddings = self.network(images)
        norm = torch.norm(embeddings, 2, 1, True)
        return embeddings / norm, norm


class Text(nn.Module):
    def forward(self, images):
        return "no tensor"


class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3 * 8 * 8, 6)

    def forward(self, images):
        return self.linear(images.flatten(1))


def save(module, name):
    """Without what is for debuggers, which would hold the paths of this machine."""
    whole = HERE / f"{name}.whole"
    module.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(HERE / name, "w") as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                entry.date_time = (1980, 1, 1, 0, 0, 0)
                target.writestr(entry, source.read(entry))
    whole.unlink()


def main():
    torch.manual_seed(3)
    network = Network()
    network.norm.running_mean.normal_(0, 0.1)
    network.norm.running_var.uniform_(0.5, 2)
    # Saved while training: a reader has to switch to evaluation, or dropout would show.
    network.train()
    save(torch.jit.script(network), "network.pt")
    torch.save(network.state_dict(), HERE / "weights.pt")
    network.eval()
    images = torch.arange(2 * 3 * 8 * 8, dtype=torch.float32).reshape(2, 3, 8, 8) % 17 / 17 - 0.5
    save(torch.jit.trace(WithNorm(network), images), "tuple.pt")
    save(torch.jit.script(Text()), "text.pt")
    save(torch.jit.trace(Fixed().eval(), images), "fixed.pt")
    with torch.no_grad():
        output = network(images)
    golden = {"output": output.flatten().tolist(), "unit": nn.functional.normalize(output).flatten().tolist()}
    (HERE / "scripts.json").write_text(json.dumps(golden) + "\n")
    network.dropout.train()
    save(torch.jit.trace(network, images, check_trace=False), "chance.pt")
    network.eval()
    network.norm.train()
    save(torch.jit.trace(network, images, check_trace=False), "batch.pt")


main()
