public import FaceData

/// Source of a trainer's batches.
///
/// The batches of an epoch are a function of the epoch alone, so that a run can resume anywhere.
public protocol TrainingSource {
    /// Number of images of the set.
    var imageCount: Int { get }
    /// Number of batches of an epoch.
    var stepsPerEpoch: Int { get }
    /// The batches of an epoch, starting at a step.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - step: The first requested step, from 0.
    ///   - flip: Whether an image is mirrored with probability 1/2.
    func batches(epoch: Int, from step: Int, flip: Bool) throws -> any TrainingBatches
    /// A part of each batch of an epoch, starting at a step, for one of several processes.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - step: The first requested step, from 0.
    ///   - flip: Whether an image is mirrored with probability 1/2.
    ///   - images: The positions in each batch.
    func batches(
        epoch: Int, from step: Int, flip: Bool, images: Range<Int>
    ) throws -> any TrainingBatches
    /// The images of one batch, for a failure's record; empty if the source does not know them.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - step: The step in the epoch, from 0.
    ///   - flip: Whether an image is mirrored with probability 1/2.
    func content(epoch: Int, step: Int, flip: Bool) -> [BatchImage]
}

extension TrainingSource {
    /// Empty: the source does not know the images of a batch.
    public func content(epoch: Int, step: Int, flip: Bool) -> [BatchImage] { [] }
}

/// One image of a batch.
public struct BatchImage: Codable, Sendable, Hashable {
    /// The file, relative to the set's folder.
    public var file: String
    /// Class index, from 0.
    public var label: Int
    /// Whether it was mirrored.
    public var isMirrored: Bool

    /// Memberwise initialiser.
    public init(file: String, label: Int, isMirrored: Bool) {
        self.file = file
        self.label = label
        self.isMirrored = isMirrored
    }
}

/// Batches that are taken one after another.
public protocol TrainingBatches {
    /// The next batch, or nil after the last.
    func next() throws -> ImageBatch?
}
