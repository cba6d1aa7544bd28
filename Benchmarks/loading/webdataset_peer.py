"""The package webdataset at the same work: read shards, decode, mirror, normalise, channels-last.

    webdataset_peer.py SHARDS {pillow,opencv} WORKERS SECONDS

SHARDS is a pattern with braces. Shards are shuffled, and samples among 1,000. Prints images a second and the most
memory of the process and its workers.
"""
import io
import json
import os
import resource
import sys
import time

import numpy as np
import torch
import webdataset


def decoded(data, decoder):
    if decoder == "opencv":
        import cv2
        image = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    else:
        from PIL import Image
        image = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    if np.random.random() < 0.5:
        image = image[:, ::-1]
    return torch.from_numpy(np.ascontiguousarray(image))


def sample(parts):
    return decoded(parts["jpg"], sys.argv[2]), int(parts["cls"])


def batch(samples):
    return torch.stack([image for image, _ in samples]), torch.tensor([label for _, label in samples])


def main():
    shards, decoder, workers, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    torch.set_num_threads(1)
    if decoder == "opencv":
        import cv2
        cv2.setNumThreads(1)
    samples = (webdataset.WebDataset(shards, shardshuffle=100, empty_check=False).shuffle(1000).map(sample)
               .batched(128, collation_fn=batch, partial=False))
    loader = webdataset.WebLoader(samples, batch_size=None, num_workers=workers, persistent_workers=workers > 0)
    images, start = 0, None
    while start is None or time.perf_counter() - start < seconds:
        for pixels, _ in loader:
            normal = pixels.permute(0, 3, 1, 2).float().sub_(127.5).div_(127.5)
            assert normal.is_contiguous(memory_format=torch.channels_last)
            images += len(normal)
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
