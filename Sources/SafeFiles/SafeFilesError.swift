import Foundation
import Spelling

/// Errors of reading and writing files.
public enum SafeFilesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process is using the folder or file.
    case busy(path: String, holder: ProcessIdentity?)
    /// The disk is full, or the user's quota exhausted.
    case noSpace(path: String)
    /// There is a link, pipe or device in place of a file.
    case notPlain(path: String, kind: PlainFile.Kind)
    /// The system refused to read a file.
    case unreadable(path: String, reason: String)
    /// The system refused to write a file or to create a folder.
    case unwritable(path: String, reason: String)

    /// The error of a failed system call, by its `errno`.
    init(writing path: String, code: Int32) {
        self =
            [ENOSPC, EDQUOT].contains(code)
            ? .noSpace(path: path)
            : .unwritable(path: path, reason: String(cString: strerror(code)))
    }

    /// The same error with another path, which is the one that the user knows.
    func naming(_ path: String) -> SafeFilesError {
        switch self {
        case .busy(_, let holder): .busy(path: path, holder: holder)
        case .noSpace: .noSpace(path: path)
        case .unreadable(_, let reason): .unreadable(path: path, reason: reason)
        case .unwritable(_, let reason): .unwritable(path: path, reason: reason)
        // The message names the obstacle.
        case .notPlain: self
        }
    }

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .busy(let path, let holder):
            "another process is using \(quoted: path)"
                + (holder.map { ": \($0), since \($0.since)" } ?? "")
                + "; wait until it ends, or choose another folder"
        case .noSpace(let path):
            "the disk is full: \(quoted: path) cannot be written; free some space and run the "
                + "same command again; "
                + "nothing already saved is lost"
        case .notPlain(let path, let kind):
            "\(quoted: path) is \(kind.rawValue), which facet does not read or write; remove it, "
                + "or choose another folder"
        case .unreadable(let path, let reason): "cannot read \(quoted: path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(quoted: path): \(reason)"
        }
    }
}
