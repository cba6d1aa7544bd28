/// What can go wrong when a network is named, made or read.
public enum FaceModelsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An option of a backbone has a value outside of its range.
    case badOption(backbone: String, option: String, value: String, expected: String)
    /// The input is too small for the network's strides.
    case inputTooSmall(backbone: String, size: Int, smallest: Int)
    /// A model file does not say what network it holds.
    case noDescription(path: String, key: String)
    /// There is no backbone of this name.
    case unknownBackbone(name: String, hint: String)
    /// A backbone has no option of this name.
    case unknownOption(backbone: String, option: String, hint: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .badOption(let backbone, let option, let value, let expected):
            "option '\(option)' of backbone '\(backbone)' is '\(value)' but must be \(expected)"
        case .inputTooSmall(let backbone, let size, let smallest):
            "an input of \(size)x\(size) is too small for \(backbone): use \(smallest) or more"
        case .noDescription(let path, let key):
            "'\(path)' is no model of Facet: its metadata lacks '\(key)'"
        case .unknownBackbone(let name, let hint):
            "there is no backbone '\(name)'\(hint)"
        case .unknownOption(let backbone, let option, let hint):
            "backbone '\(backbone)' has no option '\(option)'\(hint)"
        }
    }
}
