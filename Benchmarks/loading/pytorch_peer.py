"""The best plain PyTorch loader of the same work: read, decode, mirror, normalise, channels-last.

    pytorch_peer.py FOLDER {pillow,opencv} WORKERS SECONDS

Prints images a second and the most memory of the process and its workers.
"""
import json
import os
import pathlib
import resource
import sys
import time

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Faces(Dataset):
    def __init__(self, folder, decoder):
        self.files = sorted(str(path) for path in pathlib.Path(folder).glob("*/*.jpg"))
        self.decoder = decoder

    def __len__(self):
        return len(self.files)

    def __getitem__(self, place):
        if self.decoder == "opencv":
            import cv2
            image = cv2.cvtColor(cv2.imread(self.files[place]), cv2.COLOR_BGR2RGB)
        else:
            from PIL import Image
            image = np.asarray(Image.open(self.files[place]).convert("RGB"))
        if np.random.random() < 0.5:
            image = image[:, ::-1]
        return torch.from_numpy(np.ascontiguousarray(image)), 0


def batches(loader):
    for images, labels in loader:
        # Bytes are put together and normalised as a batch, which is faster than one by one.
        yield images.permute(0, 3, 1, 2).float().sub_(127.5).div_(127.5)


def main():
    folder, decoder, workers, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    torch.set_num_threads(1)
    if decoder == "opencv":
        import cv2
        cv2.setNumThreads(1)
    loader = DataLoader(Faces(folder, decoder), batch_size=128, shuffle=True, drop_last=True,
                        num_workers=workers, persistent_workers=workers > 0)
    images = 0
    start = None
    while start is None or time.perf_counter() - start < seconds:
        for batch in batches(loader):
            assert batch.is_contiguous(memory_format=torch.channels_last)
            images += len(batch)
            if start is not None and time.perf_counter() - start > seconds:
                break
        if start is None:
            start, images = time.perf_counter(), 0
    rate = images / (time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak += workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"rate": rate, "peak_bytes": peak * 1024}))
    sys.stdout.flush()
    os._exit(0)


main()
