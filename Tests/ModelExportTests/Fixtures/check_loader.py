"""Runs the documentation's loader on an exported file: check_loader.py PAGE.md MODEL.safetensors NETWORKS INPUT.npy OUTPUT.npy

The page's block of Python that defines `load` must give the weights of DeepID in its authors' form, which
NETWORKS/history_networks.py has in PyTorch: with them it must compute OUTPUT from INPUT ([n, 3, h, w] bytes) as the
file's metadata prepare it, to 1e-5 of its largest value. Exit code 1 where not. Needs torch and numpy.
"""
import re
import sys

import numpy as np
import torch

page, path, networks, given, expected = sys.argv[1:]
blocks = re.findall(r"```python\n(.*?)```", open(page, encoding="utf-8").read(), re.S)
(block,) = [block for block in blocks if "def load(" in block]
scope = {}
exec(block, scope)
weights, metadata = scope["load"](path)

sys.path.insert(0, networks)
from history_networks import DeepID

torch.set_default_dtype(torch.float32)
network = DeepID(int(metadata["input_size"])).eval().float()
result = network.load_state_dict(weights, strict=False)
others = [name for name in result.unexpected_keys if not name.endswith("num_batches_tracked")]
if result.missing_keys or others:
    sys.exit(f"missing {result.missing_keys}, unexpected {others}")
images = (torch.from_numpy(np.load(given)).float() - float(metadata["mean"])) / float(metadata["deviation"])
with torch.no_grad():
    made = network(images).numpy()
expected = np.load(expected)
difference = np.abs(made - expected).max() / np.abs(expected).max()
print(f"{path}: {len(weights)} tensors, difference {difference:.1e}")
sys.exit(not difference < 1e-5)
