import FaceData
import FaceTraining

/// A training set's images as the trainer's batches.
struct ImageSetSource: TrainingSource {
    let images: LabelledImageSet
    let stamps: FileStamps
    let sampler: any BatchSampler
    let side: Int
    let seed: UInt64
    let augmentation: Augmentation

    var imageCount: Int { images.count }

    var stepsPerEpoch: Int { sampler.batchesPerEpoch }

    func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches {
        try batches(epoch: epoch, from: step, flip: flip, images: nil)
    }

    func batches(
        epoch: Int, from step: Int, flip: Bool, images: Range<Int>
    ) throws -> any TrainingBatches {
        try batches(epoch: epoch, from: step, flip: flip, images: Optional(images))
    }

    /// - Parameter part: The positions in each batch; nil for all.
    private func batches(
        epoch: Int, from step: Int, flip: Bool, images part: Range<Int>?
    ) throws -> any TrainingBatches {
        let whole = Array(sampler.batches(epoch: epoch).dropFirst(step))
        let batches = part.map { part in whole.map { Array($0[part]) } } ?? whole
        let rule = MirrorRule(seed: seed, epoch: epoch)
        let images = images
        let (augmentation, seed, first) = (augmentation, seed, part?.lowerBound ?? 0)
        let loader = BatchLoader(images.source, count: batches.count, side: side) { position in
            let batch = batches[position]
            return BatchLoader.Request(
                indices: batch, labels: batch.map { images.labels[$0] },
                mirrored: flip
                    ? Array(
                        rule.decisions(step: step + position, count: first + batch.count)
                            .dropFirst(first)) : [],
                augmentation: augmentation.isEmpty
                    ? nil
                    : AugmentationRule(
                        augmentation, seed: seed, epoch: epoch, step: step + position),
                firstIndex: first)
        }
        return LoaderBatches(loader: loader, batches: batches, images: images, stamps: stamps)
    }

    func content(epoch: Int, step: Int, flip: Bool) -> [BatchImage] {
        let batches = sampler.batches(epoch: epoch)
        guard batches.indices.contains(step) else { return [] }
        let mirrored =
            flip
            ? MirrorRule(seed: seed, epoch: epoch)
                .decisions(step: step, count: batches[step].count) : []
        return batches[step].enumerated().map { position, index in
            BatchImage(
                file: images.source.name(of: index), label: images.labels[index],
                isMirrored: flip && mirrored[position])
        }
    }

    /// Batches that check that their images have not changed since the set was read.
    private final class LoaderBatches: TrainingBatches {
        private let loader: BatchLoader
        private let batches: [[Int]]
        private let images: LabelledImageSet
        private let stamps: FileStamps
        private var taken = 0

        init(
            loader: BatchLoader, batches: [[Int]], images: LabelledImageSet, stamps: FileStamps
        ) {
            self.loader = loader
            self.batches = batches
            self.images = images
            self.stamps = stamps
        }

        func next() throws -> ImageBatch? {
            let batch: ImageBatch?
            do {
                batch = try loader.next()
            } catch {
                throw FaceStudyError.lostImage(reason: "\(error)")
            }
            guard let batch else { return nil }
            // Checked after decoding: an earlier change has changed the stamp by now.
            try stamps.check(batches[taken], of: images.source)
            taken += 1
            return batch
        }
    }
}
