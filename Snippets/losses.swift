//! A backbone and a loss: one forward and one backward pass.

import FaceLosses
import FaceModels
import Torch

let backbone = try BackboneCatalogue.make(
    BackboneSpecification(parsing: "mobilenetv1:width=0.5"), initial: InitialWeights(seed: 1))
let loss = try LossCatalogue.make(
    LossSpecification(parsing: "arcface"), classes: 500, embeddingSize: backbone.embeddingSize,
    initial: InitialWeights(seed: 1))

// snippet.hide
let images = InitialWeights(seed: 2).uniform("images", [4, 3, 112, 112], bound: 1).detached()
let labels = Tensor([0, 1, 2, 3])
// snippet.show
let embeddings = backbone(images, training: true)  // [n, 3, 112, 112] -> [n, 512]
let output = loss(
    embeddings: embeddings, labels: labels, progress: LossProgress(fraction: 0, step: 0))
output.loss.backward()
// snippet.hide
precondition(embeddings.shape == [4, 512] && output.loss.item().isFinite)
