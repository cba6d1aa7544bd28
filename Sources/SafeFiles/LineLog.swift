public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A text file to which lines are appended by one process at a time: it is locked while the log is
/// open. Not thread-safe.
public final class LineLog {
    /// The complete lines of the file when it was opened, without line breaks.
    public let lines: [String]
    private let file: FileDescriptor

    /// Opens a log, creating it and its folder if they are missing. An incomplete last line, left by a
    /// killed process, is removed.
    ///
    /// - Throws: ``SafeFilesError/busy(path:holder:)`` while another process has it open, and errors of
    ///   reading and writing.
    public init(_ url: URL) throws(SafeFilesError) {
        try AtomicFile.createFolder(url.deletingLastPathComponent())
        let flags = O_RDWR | O_CREAT | O_APPEND
        guard let file = try FileDescriptor.locked(url, flags: flags) else {
            throw .busy(path: url.path, holder: nil)
        }
        self.file = file
        let data = try PlainFile.read(url) ?? Data()
        let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if end < data.count { try file.truncate(to: end) }
        lines = String(decoding: data.prefix(end), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    /// Appends lines, which must not contain line breaks, and syncs them to disk.
    public func append(_ added: [String]) throws(SafeFilesError) {
        try file.write(Data(added.map { "\($0)\n" }.joined().utf8))
        try file.synchronize()
    }
}
