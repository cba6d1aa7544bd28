import Spelling

/// Errors caused by a file, a device or the memory of the machine.
///
/// Programming errors, such as shape mismatches, are not thrown: they
/// stop the program with LibTorch's message.
public enum TorchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A weight file cannot be read or written.
    case file(path: String, reason: String)
    /// LibTorch refused an operation.
    case libTorch(operation: String, message: String)
    /// A file is not a TorchScript network that this LibTorch can read.
    case malformedScript(path: String, reason: String)
    /// A weight file is malformed.
    case malformedWeights(path: String, reason: String)
    /// A weight file lacks a tensor that the model has.
    case missingTensor(name: String, path: String)
    /// A device was requested that this machine or this LibTorch does not have.
    case noDevice(String)
    /// The disk is full, or the user's quota exhausted.
    case noSpace(path: String)
    case outOfMemory(operation: String, message: String)
    /// A TorchScript network rejected its input.
    case scriptFailed(path: String, reason: String)
    /// The shape of a tensor in a weight file differs from the model's.
    case shapeMismatch(name: String, expected: [Int], found: [Int], path: String)
    /// A weight file has a tensor that the model does not.
    case unexpectedTensor(name: String, path: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .file(let path, let reason):
            "cannot use the weights file \(quoted: path): \(reason)"
        case .libTorch(let operation, let message):
            "LibTorch refused \(operation): \(message)"
        case .malformedScript(let path, let reason):
            "\(quoted: path) is not a TorchScript network: \(reason); "
                + "write it with torch.jit.trace(model.eval(), example).save(path)"
        case .malformedWeights(let path, let reason):
            "\(quoted: path) is not a valid safetensors file: \(reason); "
                + "it may be truncated, so use another copy"
        case .missingTensor(let name, let path):
            "\(quoted: path) has no tensor \(quoted: name); it belongs to another model"
        case .noDevice(let name):
            "the device \(quoted: name) is not available; use --device cpu, or a CUDA build of "
                + "LibTorch with a GPU"
        case .noSpace(let path):
            "the disk is full: \(quoted: path) cannot be written; free some space and run the "
                + "same command again"
        case .outOfMemory(let operation, let message):
            "out of memory in \(operation): \(message); use a smaller --batch-size"
        case .scriptFailed(let path, let reason):
            "the network \(quoted: path) failed: \(reason)"
        case .shapeMismatch(let name, let expected, let found, let path):
            "tensor \(quoted: name) of \(quoted: path) has shape \(found), but the model expects \(expected)"
        case .unexpectedTensor(let name, let path):
            "\(quoted: path) has an unexpected tensor \(quoted: name); it belongs to another "
                + "model"
        }
    }
}
