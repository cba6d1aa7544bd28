"""Golden values of the losses: pytorch-metric-learning's, and PyTorch's own cross-entropy.

    python -m venv golden && golden/bin/pip install torch pytorch-metric-learning
    golden/bin/python Tests/FaceLossesTests/Fixtures/make_golden.py

Where pytorch-metric-learning (2.9.0) differs from the papers:

* ArcFaceLoss and SubCenterArcFaceLoss take the margin in degrees, and beyond theta + m > pi they use
  cos(theta) - m sin(m), which the papers do not have. The gradient is exact, through acos.
* SphereFaceLoss and LargeMarginSoftmaxLoss have no annealing: lambda is 0 in all steps.
* TripletMarginLoss compares distances and not their squares, over all triplets that violate the
  margin, 0.05; the paper has squares, semi-hard triplets and 0.2.
* ContrastiveLoss adds the means of distances and of what they lack, not of half their squares, and
  leaves pairs that are far enough out of the mean.
* NormalizedSoftmaxLoss divides cosines by a temperature of 0.05, a scale of 20.
* SupConLoss leaves anchors without a positive out of the mean, as Facet does.
* CircleLoss looks at pairs; with the class weights as references of their target classes it is the
  form with class labels (one positive, and all other class weights as negatives).
* CosFaceLoss is as in the paper.
"""

import json
import math
import pathlib

import torch
from pytorch_metric_learning import losses

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)

SAMPLES, CLASSES, SIZE = 8, 4, 5
LABELS = torch.tensor([0, 1, 2, 3, 0, 1, 2, 2])


def inputs():
    """Embeddings with norms of about 2; the fifth is near its class, the sixth opposite to it."""
    embeddings = torch.randn(SAMPLES, SIZE)
    weights = torch.randn(CLASSES, SIZE)
    embeddings[4] = 1.5 * weights[0] + 0.05 * torch.randn(SIZE)
    embeddings[5] = -2.0 * weights[1] + 0.1 * torch.randn(SIZE)
    return embeddings, weights


def result(name, compute, embeddings):
    """One entry: the loss, and its gradients by the names of the tensors that have one."""
    embeddings = embeddings.clone().requires_grad_()
    loss, tensors = compute(embeddings)
    loss.backward()
    gradients = {"embeddings": embeddings.grad.tolist()}
    gradients |= {key: read(tensor.grad).tolist() for key, (tensor, read) in tensors.items()}
    return {"specification": name, "loss": loss.item(), "gradients": gradients}


def metric(module, weights):
    """A loss of pytorch-metric-learning, whose class weights are the transposed of ours."""

    def compute(embeddings):
        module.W.data = weights.t().clone()
        return module(embeddings, LABELS), {"weight": (module.W, torch.t)}

    return compute


def softmax(weights, bias):
    def compute(embeddings):
        w = weights.clone().requires_grad_()
        b = bias.clone().requires_grad_()
        loss = torch.nn.functional.cross_entropy(torch.nn.functional.linear(embeddings, w, b), LABELS)
        return loss, {"weight": (w, lambda g: g), "bias": (b, lambda g: g)}

    return compute


def term(module, weights, bias):
    """A pairwise loss beside a softmax that trains its own weights only."""

    def compute(embeddings):
        side, tensors = softmax(weights, bias)(embeddings.detach())
        return module(embeddings, LABELS) + side, tensors

    return compute


def smoothed(weights, bias):
    def compute(embeddings):
        w = weights.clone().requires_grad_()
        b = bias.clone().requires_grad_()
        logits = torch.nn.functional.linear(embeddings, w, b)
        loss = torch.nn.functional.cross_entropy(logits, LABELS, label_smoothing=0.1)
        return loss, {"weight": (w, lambda g: g), "bias": (b, lambda g: g)}

    return compute


def circle(module, weights):
    """The class weights as references: each sample has one positive and the non-target classes."""

    def compute(embeddings):
        w = weights.clone().requires_grad_()
        loss = module(embeddings, LABELS, ref_emb=w, ref_labels=torch.arange(CLASSES))
        return loss, {"weight": (w, lambda g: g)}

    return compute


def several(weights, count):
    """`count` class weights of each class: the first one with its components moved by k places."""
    return torch.stack([torch.roll(row, -k) for row in weights for k in range(count)])


def main():
    embeddings, weights = inputs()
    bias = torch.randn(CLASSES)
    size = {"num_classes": CLASSES, "embedding_size": SIZE}
    entries = [result("softmax", softmax(weights, bias), embeddings)]
    for m, s in [(0.5, 64), (0.3, 8), (0, 16)]:
        module = losses.ArcFaceLoss(margin=math.degrees(m), scale=s, **size)
        text = f"arcface-paper:m={m},s={s}"
        entries.append(result(text, metric(module, weights), embeddings))
    for m, s in [(0.35, 30), (0.2, 64)]:
        module = losses.CosFaceLoss(margin=m, scale=s, **size)
        text = f"amsoftmax-paper:m={m},s={s}"
        entries.append(result(text, metric(module, weights), embeddings))
    for m in [1, 2, 3, 4]:
        module = losses.SphereFaceLoss(margin=m, scale=1, **size)
        text = f"sphereface:m={m},base=0,min=0"
        entries.append(result(text, metric(module, weights), embeddings))
    for m in [2, 3, 4]:
        module = losses.LargeMarginSoftmaxLoss(margin=m, scale=1, **size)
        entries.append(result(f"pml-lsoftmax:m={m}", metric(module, weights), embeddings))
    for text, module in [
        ("pml-arcface", losses.ArcFaceLoss(**size)),
        ("pml-cosface", losses.CosFaceLoss(**size)),
        ("pml-sphereface", losses.SphereFaceLoss(**size)),
        ("pml-normalized-softmax", losses.NormalizedSoftmaxLoss(**size)),
    ]:
        entries.append(result(text, metric(module, weights), embeddings))
    module = losses.SubCenterArcFaceLoss(sub_centers=3, **size)
    entries.append(result("pml-subcenter", metric(module, several(weights, 3)), embeddings))
    entries.append(result("label-smoothing", smoothed(weights, bias), embeddings))
    for m, s in [(0.25, 256), (0.4, 80)]:
        module = losses.CircleLoss(m=m, gamma=s)
        text = f"circle-paper:m={m},s={s}"
        entries.append(result(text, circle(module, weights), embeddings))
    for text, module in [
        ("probe+pml-triplet", losses.TripletMarginLoss()),
        ("probe+pml-triplet:alpha=0.7", losses.TripletMarginLoss(margin=0.7)),
        ("probe+pml-contrastive", losses.ContrastiveLoss()),
        ("probe+pml-contrastive:m=1.5", losses.ContrastiveLoss(neg_margin=1.5)),
        ("probe+pml-supcon", losses.SupConLoss()),
        ("probe+pml-supcon:tau=0.5", losses.SupConLoss(temperature=0.5)),
    ]:
        entries.append(result(text, term(module, weights, bias), embeddings))
    golden = {
        "embeddings": embeddings.tolist(),
        "weight": weights.tolist(),
        "bias": bias.tolist(),
        "labels": LABELS.tolist(),
    }
    lines = [f'"{key}": {json.dumps(value)}' for key, value in golden.items()]
    lines.append('"entries": [\n' + ",\n".join(map(json.dumps, entries)) + "\n]")
    path = pathlib.Path(__file__).with_name("golden.json")
    path.write_text("{" + ",\n".join(lines) + "}\n")


main()
