/// What can go wrong in a study, apart from what its parts say themselves.
public enum FaceStudyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A folder cannot be made or written into.
    case cannotWrite(path: String, reason: String)
    /// A run's folder holds another configuration than the one asked for.
    case differentConfiguration(path: String, key: String, stored: String, asked: String)
    /// A list of the study has the same entry twice.
    case duplicate(list: String, entry: String)
    /// A file of embeddings does not hold what it must.
    case embeddings(path: String, reason: String)
    /// A list of the study is empty.
    case empty(list: String)
    /// A study was interrupted; the same command goes on.
    case interrupted
    /// There is no model where one was named.
    case noModel(path: String, reason: String)
    /// A network's output is no embedding an image.
    case notEmbeddings(path: String, shape: [Int])
    /// An image that was readable before is not any more.
    case testImage(path: String, reason: String)
    /// A study file cannot be read.
    case studyFile(path: String, reason: String)
    /// The loss of a toy became infinite or not a number.
    case toyDiverged(loss: String, step: Int)
    /// A study file has a key that does not exist.
    case unknownKey(path: String, key: String, suggestion: String?)
    /// A value is not one of those that exist.
    case unknownValue(key: String, value: String, allowed: [String])
    /// The identities of a training set that are to be held out cannot be.
    case validation(set: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .cannotWrite(let path, let reason):
            "cannot write to '\(path)': \(reason); choose another --output"
        case .differentConfiguration(let path, let key, let stored, let asked):
            "'\(path)' holds a run of another configuration (\(key) was \(stored), now \(asked)): "
                + "choose another --output, or remove that folder to train it anew"
        case .duplicate(let list, let entry):
            "'\(entry)' stands twice in \(list): give each once"
        case .embeddings(let path, let reason):
            "the embeddings in '\(path)' cannot be used: \(reason)"
        case .empty(let list):
            "the study has no \(list): give at least one"
        case .interrupted:
            "interrupted; the same command goes on from here"
        case .noModel(let path, let reason):
            "there is no model in '\(path)': \(reason); give a model.safetensors, a run's folder, a "
                + "TorchScript file, or embeddings"
        case .notEmbeddings(let path, let shape):
            "the network '\(path)' gives the shape \(shape) where an embedding an image, [n, d], is "
                + "needed: leave out the layers after the embedding"
        case .testImage(let path, let reason):
            "the test image '\(path)' cannot be used: \(reason); a protocol needs all its images"
        case .studyFile(let path, let reason):
            "cannot read the study file '\(path)': \(reason)"
        case .toyDiverged(let loss, let step):
            "the toy's loss '\(loss)' is not finite in step \(step): lower its scale or margin"
        case .unknownKey(let path, let key, let suggestion):
            "the study file '\(path)' has a key '\(key)' that does not exist"
                + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
        case .unknownValue(let key, let value, let allowed):
            "'\(key)' is '\(value)' but must be one of: \(allowed.joined(separator: ", "))"
        case .validation(let set, let reason):
            "no validation set can be made of '\(set)': \(reason)"
        }
    }
}
