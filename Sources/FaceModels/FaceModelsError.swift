public import FaceConfiguration
public import Torch

/// Errors when a network is named, created, written or read.
public enum FaceModelsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A name is in use for several backbones, or for one that is not here.
    case ambiguousName(String, advice: String)
    /// Images are too small for the network's strides.
    case inputTooSmall(backbone: String, size: Int, smallest: Int)
    /// The metadata of a model file lacks an entry, or has an invalid one.
    case notAModel(path: String, key: String, value: String?)
    /// A model file holds another backbone than the one that was requested.
    case otherBackbone(path: String, found: String, expected: String)
    /// The backbone has no such parameter, or its value is not allowed.
    case parameter(ParameterError)
    /// There is no backbone of this name.
    case unknownBackbone(String, known: [String])
    /// A weight file cannot be read or written, or does not fit the network.
    case weights(TorchError)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .ambiguousName(let name, let advice):
            "'\(name)' is not the same backbone everywhere: \(advice)"
        case .inputTooSmall(let backbone, let size, let smallest):
            "images of \(size)x\(size) pixels are too small for \(backbone); use \(smallest)x"
                + "\(smallest) or more"
        case .notAModel(let path, let key, let value):
            "'\(path)' does not say which network it holds: its metadata has "
                + (value.map { "'\($0)' as \(key)" } ?? "no \(key)")
                + "; use a model.safetensors written by Facet"
        case .otherBackbone(let path, let found, let expected):
            "'\(path)' holds \(found) instead of \(expected)"
        case .parameter(let error): error.description
        case .unknownBackbone(let name, let known):
            "unknown backbone '\(name)'"
                + Names.advice(for: name, among: known, else: "the backbones are")
        case .weights(let error): error.description
        }
    }

    /// Runs a body that reads parameters.
    static func parameters<Result>(
        _ body: () throws(ParameterError) -> Result
    ) throws(FaceModelsError) -> Result {
        do { return try body() } catch { throw .parameter(error) }
    }
}
