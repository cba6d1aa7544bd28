import Spelling

/// Errors of reading another program's weights.
public enum ModelFormatsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A PyTorch file is damaged.
    case damaged(path: String, offset: Int, reason: String)
    /// A dlib file is damaged.
    case damagedDlib(path: String, offset: Int, reason: String)
    /// An MXNet file is damaged.
    case damagedMXNet(path: String, offset: Int, reason: String)
    /// The arrays in an MXNet file have no names.
    case noNames(path: String, count: Int)
    /// A file has no named tensors.
    case noStateDict(path: String, found: String)
    /// Weights do not fit the network.
    case misfit(path: String, summary: String)
    /// A weight is NaN or infinite.
    case notFinite(path: String, name: String)
    /// A file cannot be read at all.
    case unreadable(path: String, reason: String)
    /// A tensor's element type is not supported.
    case unknownType(path: String, name: String, type: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .damaged(let path, let offset, let reason):
            "\(quoted: path) is not a whole PyTorch file: at byte \(offset), \(reason); use another copy, or "
                + "save the state dict again with torch.save"
        case .damagedDlib(let path, let offset, let reason):
            "\(quoted: path) is not a whole network of dlib's that embeds faces: at byte \(offset), "
                + "\(reason); download dlib_face_recognition_resnet_model_v1.dat again"
        case .damagedMXNet(let path, let offset, let reason):
            "\(quoted: path) is not a whole file of MXNet's parameters: at byte \(offset), \(reason); use "
                + "another copy"
        case .noNames(let path, let count):
            "\(quoted: path) has \(count) \(count == 1 ? "array" : "arrays") of MXNet's without names; save a "
                + "dictionary with mx.nd.save(path, {name: array})"
        case .noStateDict(let path, let found):
            "\(quoted: path) holds \(found) and no tensors by name; save the state dict with "
                + "torch.save(model.state_dict(), path)"
        case .misfit(let path, let summary): "\(quoted: path) \(summary)"
        case .notFinite(let path, let name):
            "tensor \(quoted: name) of \(quoted: path) has values that are not finite; use weights from before "
                + "training failed"
        case .unreadable(let path, let reason): "cannot read \(quoted: path): \(reason)"
        case .unknownType(let path, let name, let type):
            "tensor \(quoted: name) of \(quoted: path) has elements of the type \(type), which is not read; "
                + "convert it to float32"
        }
    }
}
