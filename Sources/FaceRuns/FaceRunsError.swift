public import SafeFiles
import Spelling

/// Errors of reading and writing run folders.
public enum FaceRunsError: Error, CustomStringConvertible, Equatable, Sendable {
    /// A file exists but does not have the expected contents. `line` counts from 1; it is `nil` where
    /// the damage has no line of its own.
    case damagedFile(path: String, line: Int?, reason: String)
    /// A study's record of its tries exists but does not have the expected contents.
    case damagedTuning(path: String, reason: String)
    /// A file that every run folder has is missing.
    case missingFile(path: String)
    /// A record cannot be written because it contains an infinity or a NaN.
    case nonFiniteNumber(path: String, field: String)
    /// The disk, or the user's fraction of it, is full.
    case noSpace(path: String)
    /// A link, a pipe or a device is where a file of a run should be.
    case notPlain(path: String, kind: PlainFile.Kind)
    /// `metrics.jsonl` was to be cut to more lines than it has.
    case tooFewLines(path: String, lines: Int, wanted: Int)
    /// The folder was written in a format that this version does not know.
    case unknownFormat(path: String, format: Int, supported: Int)
    /// The system refused to read a file or a folder.
    case unreadable(path: String, reason: String)
    /// The system refused to write a file or to create a folder.
    case unwritable(path: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .damagedFile(let path, let line, let reason):
            let location = line.map { "\(quoted: path), line \($0)" } ?? "\(quoted: path)"
            return "\(location): \(reason); delete the run's folder to repeat the run"
        case .damagedTuning(let path, let reason):
            return
                "\(quoted: path): \(reason); repeat the command of the study, which rebuilds it from "
                + "its tries"
        case .missingFile(let path):
            return "\(quoted: path) is missing; is this the folder of a run?"
        case .nonFiniteNumber(let path, let field):
            return "cannot write \(quoted: path): \(quoted: field) is NaN or infinite"
        case .noSpace(let path):
            return SafeFilesError.noSpace(path: path).description
        case .notPlain(let path, let kind):
            return SafeFilesError.notPlain(path: path, kind: kind).description
        case .tooFewLines(let path, let lines, let wanted):
            return "\(quoted: path) has \(lines) complete lines, but the checkpoint needs "
                + "\(wanted); delete the run's folder to repeat the run"
        case .unknownFormat(let path, let format, let supported):
            return "\(quoted: path) was written in format \(format), but this version reads format "
                + "\(supported); use the version of Facet that wrote the run"
        case .unreadable(let path, let reason):
            return "cannot read \(quoted: path): \(reason)"
        case .unwritable(let path, let reason):
            return "cannot write \(quoted: path): \(reason)"
        }
    }
}

extension FaceRunsError {
    /// Converts an error of storing a file.
    public init(_ error: SafeFilesError) {
        switch error {
        case .busy(let path, _): self = .unwritable(path: path, reason: error.description)
        case .noSpace(let path): self = .noSpace(path: path)
        case .notPlain(let path, let kind): self = .notPlain(path: path, kind: kind)
        case .unreadable(let path, let reason): self = .unreadable(path: path, reason: reason)
        case .unwritable(let path, let reason): self = .unwritable(path: path, reason: reason)
        }
    }

    /// Runs a body that stores something, and converts its error to this module's.
    static func storing<Result>(
        _ body: () throws(SafeFilesError) -> Result
    ) throws(FaceRunsError) -> Result {
        do { return try body() } catch { throw FaceRunsError(error) }
    }
}
