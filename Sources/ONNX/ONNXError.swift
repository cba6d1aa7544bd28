import Spelling

/// Errors of an ONNX file.
public enum ONNXError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file is truncated, damaged, or not an ONNX file.
    case malformed(path: String, reason: String)
    /// A network cannot be encoded.
    case unwritable(reason: String)
    /// The external file of some tensors' values is missing or too short.
    case withoutData(path: String, file: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .malformed(let path, let reason):
            "\(quoted: path) cannot be read as an ONNX network: \(reason); download or copy it again"
        case .unwritable(let reason):
            "the ONNX network cannot be written: \(reason)"
        case .withoutData(let path, let file, let reason):
            "\(quoted: path) keeps its weights in \(quoted: file), which \(reason); put that file "
                + "beside it, or save "
                + "the network with its weights in one file"
        }
    }
}
