//! Training on images that are made in memory.

import FaceData
import FaceLosses
import FaceModels
import FaceSynthesis
import FaceTraining
import Foundation
import Torch

/// Four built-in people, four pictures of each, as batches of eight.
struct RenderedFaces: TrainingSource {
    let imageCount = 16
    let stepsPerEpoch = 2

    func batches(epoch: Int, from step: Int, flip: Bool) -> any TrainingBatches {
        Batches(next: step)
    }

    final class Batches: TrainingBatches {
        private var step: Int
        private let renderer = FaceRenderer()

        init(next step: Int) { self.step = step }

        func next() -> ImageBatch? {
            guard step < 2 else { return nil }
            defer { step += 1 }
            let images = (8 * step..<8 * step + 8).map { (person: $0 % 4, picture: $0 / 4) }
            let pixels = images.flatMap {
                renderer.render(
                    identity: FaceIdentity(seed: 1, index: $0.person),
                    view: FaceView(seed: 1, identity: $0.person, image: $0.picture), size: 64)
            }
            return ImageBatch(side: 64, pixels: pixels, labels: images.map(\.person))
        }
    }
}

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("facet-\(UUID())")
let backbone = try BackboneCatalogue.make(
    BackboneSpecification(parsing: "mobilenetv1:width=0.25"), initial: InitialWeights(seed: 1))
let loss = try LossCatalogue.make(
    LossSpecification(parsing: "arcface"), classes: 4, embeddingSize: backbone.embeddingSize,
    initial: InitialWeights(seed: 1))
let trainer = try Trainer(
    model: Model(backbone: backbone, loss: loss), source: RenderedFaces(),
    configuration: TrainingConfiguration(epochs: 2, batchSize: 8),
    compute: ComputeConfiguration(
        device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 2),
    checkpoint: folder, fingerprint: "four people")
try trainer.run(saveInterval: .seconds(60)) { event in
    if case .epoch(let summary) = event { print(summary.loss, summary.accuracy) }
}
// snippet.hide
precondition(trainer.position.step == 4)
try FileManager.default.removeItem(at: folder)
