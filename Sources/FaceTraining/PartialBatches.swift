import FaceData

extension TrainingSource {
    /// A part of each batch of an epoch, starting at a step. By default, whole batches are loaded and
    /// sliced.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - step: The first requested step, from 0.
    ///   - flip: Whether an image is mirrored with probability 1/2.
    ///   - images: The positions in each batch.
    public func batches(
        epoch: Int, from step: Int, flip: Bool, images: Range<Int>
    ) throws -> any TrainingBatches {
        PartialBatches(
            whole: try batches(epoch: epoch, from: step, flip: flip), images: images)
    }
}

private struct PartialBatches: TrainingBatches {
    let whole: any TrainingBatches
    let images: Range<Int>

    func next() throws -> ImageBatch? {
        guard let batch = try whole.next() else { return nil }
        let size = batch.pixels.count / batch.count
        return ImageBatch(
            side: batch.side,
            pixels: Array(batch.pixels[images.lowerBound * size..<images.upperBound * size]),
            labels: Array(batch.labels[images]))
    }
}
