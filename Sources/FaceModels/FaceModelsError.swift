public import FaceConfiguration
import Spelling
public import Torch

/// Errors of naming, creating, writing or reading a network.
public enum FaceModelsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A name is used for several backbones in the literature, or for one that is not implemented.
    case ambiguousName(String, advice: String)
    /// Images are too small for the network's strides.
    case inputTooSmall(backbone: String, size: Int, smallest: Int)
    /// An entry of a model file's metadata is missing or invalid.
    case notAModel(path: String, key: String, value: String?)
    /// A model file contains a different backbone than expected.
    case otherBackbone(path: String, found: String, expected: String)
    /// A parameter is unknown, or its value is not allowed.
    case parameter(ParameterError)
    /// There is no backbone of this name.
    case unknownBackbone(String, known: [String])
    /// A weight file cannot be read or written, or does not fit the network.
    case weights(TorchError)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .ambiguousName(let name, let advice):
            "\(quoted: name) is not the same backbone everywhere: \(advice)"
        case .inputTooSmall(let backbone, let size, let smallest):
            "images of \(size)x\(size) pixels are too small for \(backbone); use \(smallest)x"
                + "\(smallest) or more"
        case .notAModel(let path, let key, let value):
            "\(quoted: path) does not say which network it holds: its metadata has "
                + (value.map { "\(quoted: $0) as \(key)" } ?? "no \(key)")
                + "; use a model.safetensors written by Facet"
        case .otherBackbone(let path, let found, let expected):
            "\(quoted: path) holds \(found) instead of \(expected)"
        case .parameter(let error): error.description
        case .unknownBackbone(let name, let known):
            "unknown backbone \(quoted: name)"
                + Names.advice(for: name, among: known, else: "the backbones are")
        case .weights(let error): error.description
        }
    }

    /// Runs a closure that reads parameters and wraps its errors.
    static func parameters<Result>(
        _ body: () throws(ParameterError) -> Result
    ) throws(FaceModelsError) -> Result {
        do { return try body() } catch { throw .parameter(error) }
    }
}
