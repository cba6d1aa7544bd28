public import FaceData

/// Where a trainer's batches come from.
///
/// The batches of an epoch are a function of the epoch alone, so that a run can go on anywhere.
public protocol TrainingSource {
    /// Images of the set.
    var imageCount: Int { get }
    /// Batches of an epoch.
    var stepsPerEpoch: Int { get }
    /// The batches of an epoch from a step on.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - step: The first step wanted, from 0.
    ///   - flip: Whether an image is mirrored with probability 1/2.
    func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches
}

/// Batches that are taken one after another.
public protocol TrainingBatches {
    /// The next batch, or nil after the last.
    func next() throws -> ImageBatch?
}
