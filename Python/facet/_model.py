"""A trained network as a module of PyTorch."""

import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch

from ._tool import FacetError, run


@dataclass(frozen=True)
class Preprocessing:
    """How images become the network's input."""

    size: int
    """Height and width in pixels; images must be aligned as the training images were."""
    mean: float
    """What is subtracted from each byte."""
    deviation: float
    """What it is then divided by."""
    order: str
    """Channel order of the module's input, `RGB` or `BGR`."""

    def __call__(self, *images):
        """A batch, `[n, 3, size, size]`, of files, Pillow images or arrays `[h, w, 3]` of bytes in RGB."""
        return torch.stack([self._prepare(image) for image in images])

    def _prepare(self, image):
        if isinstance(image, (str, Path)):
            from PIL import Image, ImageOps

            with Image.open(image) as opened:
                image = ImageOps.exif_transpose(opened).convert("RGB")
        pixels = torch.as_tensor(_array(image))
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != torch.uint8:
            raise ValueError(f"an image is [height, width, 3] bytes, not {tuple(pixels.shape)} {pixels.dtype}")
        if pixels.shape[:2] != (self.size, self.size):
            raise ValueError(
                f"the network takes images of {self.size} x {self.size} pixels, this one has "
                f"{pixels.shape[1]} x {pixels.shape[0]}; align it as the training images were, or resize it")
        channels = pixels.permute(2, 0, 1).float()
        if self.order == "BGR":
            channels = channels.flip(0)
        return (channels - self.mean) / self.deviation


def _array(image):
    import numpy

    return numpy.array(image)


class Model(torch.nn.Module):
    """A trained network as it is tested: `[n, 3, size, size]` to `[n, d]`, not normalised to length 1."""

    def __init__(self, network, preprocessing, metadata):
        super().__init__()
        self.network = network
        self.preprocessing = preprocessing
        self.metadata = metadata

    def forward(self, images):
        return self.network(images)


def load(source, device="cpu", colour="rgb"):
    """The network of a run's folder, a model file or a checkpoint.

    `colour` is the channel order of the module's input, `rgb` or `bgr`; if the network was trained on the other one,
    the module swaps the channels. `preprocessing` converts files and RGB arrays to that order.

    Raises FacetError, with the command's own sentence, where it is none.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "model.pt"
        run("export", source, script, "--colour", colour)
        # What is known of the network is in the comment of the archive.
        metadata = json.loads(zipfile.ZipFile(script).comment)
        network = torch.jit.load(str(script), map_location=device)
    preprocessing = Preprocessing(
        size=int(metadata["input_size"]), mean=float(metadata["mean"]),
        deviation=float(metadata["deviation"]), order=metadata["color_order"])
    return Model(network, preprocessing, metadata).eval()
