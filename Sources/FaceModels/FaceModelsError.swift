import Spelling
public import Torch

/// What can go wrong when a network is named, made, written or read.
public enum FaceModelsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A setting of a backbone is given twice.
    case duplicateOption(String, text: String)
    /// Images are too small for the network's strides.
    case inputTooSmall(backbone: String, size: Int, smallest: Int)
    /// A setting of a backbone has a value that it may not have.
    case invalidValue(backbone: String, option: String, value: String, allowed: String)
    /// A setting is not `name=value`.
    case malformedSetting(String, text: String)
    /// What a model file says of itself lacks an entry, or has one that cannot be understood.
    case notAModel(path: String, key: String, value: String?)
    /// A model file holds another backbone than the one that was asked for.
    case otherBackbone(path: String, found: String, expected: String)
    /// A name is no backbone's.
    case unknownBackbone(String, known: [String])
    /// A backbone has no setting of that name.
    case unknownOption(String, backbone: String, known: [String])
    /// A weight file cannot be read or written, or does not fit the network.
    case weights(TorchError)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .duplicateOption(let name, let text):
            "'\(text)' gives \(name) twice; keep one of them"
        case .inputTooSmall(let backbone, let size, let smallest):
            "images of \(size)x\(size) pixels are too small for \(backbone); use \(smallest)x"
                + "\(smallest) or more"
        case .invalidValue(let backbone, let option, let value, let allowed):
            "\(option) of \(backbone) is '\(value)'; it must be \(allowed)"
        case .malformedSetting(let setting, let text):
            "'\(setting)' in '\(text)' is not of the form name=value, as in "
                + "'resnet50:stride=3x3,width=0.5'"
        case .notAModel(let path, let key, let value):
            "'\(path)' does not say what network it holds: its metadata has "
                + (value.map { "'\($0)' as \(key)" } ?? "no \(key)")
                + "; use a model.safetensors that Facet wrote"
        case .otherBackbone(let path, let found, let expected):
            "'\(path)' holds \(found), not \(expected)"
        case .unknownBackbone(let name, let known):
            "there is no backbone '\(name)'" + Self.help(name, known, "the backbones are")
        case .unknownOption(let name, let backbone, let known):
            "\(backbone) has no setting '\(name)'" + Self.help(name, known, "its settings are")
        case .weights(let error): error.description
        }
    }

    /// The name that was meant, or all names when none is near.
    private static func help(_ name: String, _ known: [String], _ introduction: String) -> String {
        let hint = Spelling.hint(for: name, among: known)
        return hint.isEmpty ? "; \(introduction) \(known.joined(separator: ", "))" : hint
    }
}
