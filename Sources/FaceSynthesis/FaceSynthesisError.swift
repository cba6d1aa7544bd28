import SafeFiles
import Spelling

/// Errors of specifying or writing a set of synthetic faces.
public enum FaceSynthesisError: Error, CustomStringConvertible, Equatable, Sendable {
    /// A file or folder could not be written.
    case cannotWrite(path: String, reason: String)
    /// The folder contains a different synthetic set.
    case differentSet(path: String, found: String, wanted: String)
    /// The folder exists but is not a synthetic set.
    case foreignFolder(path: String)
    /// A value of a configuration is out of its range.
    case invalidValue(key: String, value: String, allowed: String)
    /// A fold has too few faces for the requested number of pairs.
    case tooFewPairs(kind: String, available: Int, wanted: Int)
    /// A configuration has a key that does not exist.
    case unknownKey(String, allowed: [String])
    /// The manifest of a folder cannot be read.
    case unreadableManifest(path: String, reason: String)

    /// One sentence: what is wrong, where, what to do.
    public var description: String {
        switch self {
        case .cannotWrite(let path, let reason):
            "cannot write \(quoted: path): \(reason)"
        case .differentSet(let path, let found, let wanted):
            "\(quoted: path) holds the synthetic set \(found), not \(wanted); "
                + "remove it or choose another folder"
        case .foreignFolder(let path):
            "\(quoted: path) exists and has no \(SyntheticManifest.fileName); choose another folder"
        case .invalidValue(let key, let value, let allowed):
            "\(key) of a synthetic set is \(value) but must be \(allowed)"
        case .tooFewPairs(let kind, let available, let wanted):
            "a fold yields \(available) of the \(wanted) \(kind) pairs required; "
                + "use more identities or images"
        case .unknownKey(let key, let allowed):
            "a synthetic set has no key \(quoted: key); its keys are "
                + allowed.joined(separator: ", ")
        case .unreadableManifest(let path, let reason):
            "cannot read \(quoted: path): \(reason); remove the folder to recreate it"
        }
    }
}

extension FaceSynthesisError {
    /// Converts an error of `SafeFiles`.
    init(_ error: SafeFilesError) {
        switch error {
        case .noSpace(let path):
            self = .cannotWrite(path: path, reason: "the disk is full; make room and repeat")
        case .unreadable(let path, let reason), .unwritable(let path, let reason):
            self = .cannotWrite(path: path, reason: reason)
        case .busy(let path, _): self = .cannotWrite(path: path, reason: "another process has it")
        case .notPlain(let path, let kind):
            self = .cannotWrite(path: path, reason: "it is \(kind.rawValue)")
        }
    }
}
