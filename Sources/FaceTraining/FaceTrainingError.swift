import Spelling

/// Errors that can stop a training run.
public enum FaceTrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A checkpoint belongs to another run or configuration.
    case checkpointMismatch(path: String, reason: String)
    /// A value of the configuration is outside its range.
    case configuration(key: String, reason: String)
    /// Neither the newest checkpoint nor the one before it is intact.
    case damagedCheckpoint(path: String, reason: String)
    /// The run was stopped on request; its state was saved after the given step.
    case interrupted(step: Int)
    /// A label is outside the loss's classes.
    case labelOutOfRange(label: Int, classes: Int, step: Int)
    /// The loss or a gradient became infinite or NaN; no parameter was updated.
    case nonFinite(quantity: String, step: Int, epoch: Int, lastLoss: Double, lastNorm: Double)
    /// The training set has fewer images than a batch.
    case tooFewImages(images: Int, batchSize: Int)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .checkpointMismatch(let path, let reason):
            "cannot resume from the checkpoint \(quoted: path): \(reason)"
        case .configuration(let key, let reason): "\(key): \(reason)"
        case .damagedCheckpoint(let path, let reason):
            "the checkpoint \(quoted: path) is damaged (\(reason)) and there is no intact earlier one; "
                + "restore a copy, or remove it to train the run from the start"
        case .interrupted(let step):
            "stopped after step \(step); run the same command again to resume"
        case .labelOutOfRange(let label, let classes, let step):
            "the batch of step \(step) contains label \(label), but the loss has \(classes) classes, "
                + "0 to \(classes - 1); create the loss with the training set's number of classes, "
                + "and number the labels without gaps"
        case .nonFinite(let quantity, let step, let epoch, let lastLoss, let lastNorm):
            "the \(quantity) of step \(step) (epoch \(epoch)) became NaN or infinite; before it, the loss "
                + "was \(lastLoss) and the gradient norm \(lastNorm); the weights were not "
                + "updated; lower the learning rate, or the loss's scale or margin"
        case .tooFewImages(let images, let batchSize):
            images == 0
                ? "no training image is left: all were removed (--without) or left out"
                : "\(counted(images, "training image does", "training images do")) not fill a batch of "
                    + "\(batchSize); use a smaller --batch-size"
        }
    }
}
