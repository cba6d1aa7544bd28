import SafeNumbers

/// What can go wrong in a study, apart from what its parts say themselves.
public enum FaceStudyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process works in the study's folder.
    case busy(path: String, holder: String)
    /// A folder cannot be made or written into.
    case cannotWrite(path: String, reason: String)
    /// An image is not what it was when the study read it.
    case changedImage(path: String)
    /// A run's folder holds another configuration than the one asked for.
    case differentConfiguration(path: String, key: String, stored: String, asked: String)
    /// A list of the study has the same entry twice.
    case duplicate(list: String, entry: String)
    /// A file of embeddings does not hold what it must.
    case embeddings(path: String, reason: String)
    /// A list of the study is empty.
    case empty(list: String)
    /// A step's loss or gradient was not finite.
    case failedStep(reason: String, bundle: String)
    /// A file that is given as a model is one of another program.
    case foreignModel(path: String, what: String, advice: String)
    /// Runs of a study cannot be made; found before anything was trained.
    case impossible(reasons: [String])
    /// A study was interrupted; the same command goes on.
    case interrupted
    /// A training image that was readable before is not any more.
    case lostImage(reason: String)
    /// A folder is not that of a failed step.
    case noBundle(path: String, reason: String)
    /// There is no model where one was named.
    case noModel(path: String, reason: String)
    /// The disk, or the user's share of it, is full.
    case noSpace(path: String)
    /// A network's output is no embedding an image.
    case notEmbeddings(path: String, shape: [Int])
    /// A network gives an image another embedding each time, or in other company.
    case notFixed(path: String, reason: String)
    /// A training set can teach nothing.
    case nothingToLearn(set: String, reason: String)
    /// A run that is to be made again is not over.
    case notFinished(path: String)
    /// A run that was made again failed.
    case notReproduced(reason: String)
    /// A set has a name that cannot stand for it.
    case setName(list: String, name: String, requirement: String)
    /// A training set's content is not that of the run that is to be made again.
    case otherData(name: String)
    /// An image that was readable before is not any more.
    case testImage(path: String, reason: String)
    /// A run needs more memory than there is.
    case tooLittleMemory(needed: UInt64, available: UInt64, batchSize: Int, fitting: Int?)
    /// The loss of a toy became infinite or not a number.
    case toyDiverged(loss: String, step: Int)
    /// A value is not one of those that exist.
    case unknownValue(key: String, value: String, allowed: [String])
    /// Something in a study's folder leads out of it.
    case unsafeFolder(reason: String)
    /// The identities of a training set that are to be held out cannot be.
    case validation(set: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .busy(let path, let holder):
            "another facet works in '\(path)': \(holder); wait until it ends, or choose another "
                + "--output"
        case .cannotWrite(let path, let reason):
            "cannot write to '\(path)': \(reason); choose another --output"
        case .changedImage(let path):
            "the image '\(path)' has changed since the study read it, and nothing was trained or "
                + "tested with it: put it back and repeat the command, or choose another --output"
        case .differentConfiguration(let path, let key, let stored, let asked):
            "'\(path)' holds a run of another configuration (\(key) was \(stored), now \(asked)): "
                + "choose another --output, or remove that folder to train it anew"
        case .duplicate(let list, let entry):
            "'\(entry)' stands twice in \(list): give each once"
        case .embeddings(let path, let reason):
            "the embeddings in '\(path)' cannot be used: \(reason)"
        case .empty(let list):
            "the study has no \(list): give at least one"
        case .failedStep(let reason, let bundle):
            "\(reason); facet explain '\(bundle)' tells more"
        case .foreignModel(let path, let what, let advice):
            "'\(path)' is \(what), and such files are not read: \(advice)"
        case .impossible(let reasons):
            "nothing was trained, for runs of the study cannot be made: "
                + reasons.joined(separator: "; ")
        case .interrupted:
            "interrupted; the same command goes on from here"
        case .lostImage(let reason):
            "an image that could be read before cannot be any more: \(reason); put the set back "
                + "as it was and repeat the command, which goes on from the last checkpoint"
        case .noBundle(let path, let reason):
            "'\(path)' is not the folder of a failed step: \(reason)"
        case .noModel(let path, let reason):
            "there is no model in '\(path)': \(reason); give a model.safetensors, a run's folder, a "
                + "TorchScript file, or embeddings"
        case .noSpace(let path):
            "the disk is full: '\(path)' cannot be written; make room and repeat the command, "
                + "which goes on from the last checkpoint"
        case .notEmbeddings(let path, let shape):
            "the network '\(path)' gives the shape \(shape) where an embedding an image, [n, d], is "
                + "needed: leave out the layers after the embedding"
        case .notFixed(let path, let reason):
            "the network '\(path)' was saved in training mode: \(reason); save it again after "
                + "model.eval(), as torch.jit.trace(model.eval(), torch.zeros(1, 3, 112, 112))"
        case .nothingToLearn(let set, let reason):
            "nothing can be learned of '\(set)': \(reason)"
        case .notFinished(let path):
            "the run '\(path)' is not finished: finish it first, its own command goes on"
        case .notReproduced(let reason):
            "the run cannot be made again: \(reason)"
        case .otherData(let name):
            "the images of '\(name)' are not those of the run that is to be made again: its "
                + "content hash differs"
        case .setName(let list, let name, let requirement):
            "'\(name)' cannot be the name of a \(list): it must be \(requirement)"
        case .testImage(let path, let reason):
            "the test image '\(path)' cannot be used: \(reason); a protocol needs all its images"
        case .tooLittleMemory(let needed, let available, let batchSize, let fitting):
            "a batch of \(batchSize) needs about \(Self.gigabytes(needed)) of memory, and "
                + "\(Self.gigabytes(available)) are free: "
                + (fitting.map { "--batch-size \($0) would fit" }
                    ?? "not even a batch of 2 would fit; use a smaller backbone")
        case .toyDiverged(let loss, let step):
            "the toy's loss '\(loss)' is not finite in step \(step): lower its scale or margin"
        case .unknownValue(let key, let value, let allowed):
            "'\(key)' is '\(value)' but must be one of: \(allowed.joined(separator: ", "))"
        case .unsafeFolder(let reason): reason
        case .validation(let set, let reason):
            "no validation set can be made of '\(set)': \(reason)"
        }
    }

    private static func gigabytes(_ bytes: UInt64) -> String {
        let tenths = Int(saturating: (Double(bytes) / 1e8).rounded())
        return "\(tenths / 10).\(tenths % 10) GB"
    }
}
