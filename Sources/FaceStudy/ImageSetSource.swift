import FaceData
import FaceTraining
import Foundation

/// A training set's images as the trainer's batches.
struct ImageSetSource: TrainingSource {
    let set: LabelledImageSet
    let sampler: any BatchSampler
    let size: Int
    let seed: UInt64
    let threads: Int

    var imageCount: Int { set.images.count }

    var stepsPerEpoch: Int { sampler.batchesPerEpoch }

    func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches {
        LoaderBatches(
            loader: try BatchLoader(
                set: set, batches: sampler.batches(epoch: epoch), firstBatch: step, size: size,
                flip: flip ? FlipRule(seed: seed, epoch: epoch) : nil, threads: threads))
    }

    private struct LoaderBatches: TrainingBatches {
        let loader: BatchLoader

        func next() throws -> ImageBatch? { try loader.next() }
    }
}
