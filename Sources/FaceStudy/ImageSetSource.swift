import FaceData
import FaceTraining

/// A training set's images as the trainer's batches.
struct ImageSetSource: TrainingSource {
    let images: LabelledImageSet
    let sampler: any BatchSampler
    let side: Int
    let seed: UInt64

    var imageCount: Int { images.count }

    var stepsPerEpoch: Int { sampler.batchesPerEpoch }

    func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches {
        let batches = Array(sampler.batches(epoch: epoch).dropFirst(step))
        let rule = MirrorRule(seed: seed, epoch: epoch)
        let images = images
        let loader = BatchLoader(images.source, count: batches.count, side: side) { place in
            let batch = batches[place]
            return BatchLoader.Request(
                places: batch, labels: batch.map { images.labels[$0] },
                mirrored: flip ? rule.decisions(step: step + place, count: batch.count) : [])
        }
        return LoaderBatches(loader: loader)
    }

    private struct LoaderBatches: TrainingBatches {
        let loader: BatchLoader

        func next() throws -> ImageBatch? { try loader.next() }
    }
}
