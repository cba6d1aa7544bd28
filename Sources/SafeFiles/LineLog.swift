public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A text file that grows line by line, written by one process at a time: it is locked as long as the
/// log is open. Not to be used by two threads at once.
public final class LineLog {
    /// The whole lines that the file had, without their ends.
    public let lines: [String]
    private let file: FileDescriptor

    /// Opens a log, and makes it and its folder where they are missing. What a killed process left of a
    /// line is cut off.
    ///
    /// - Throws: ``SafeFilesError/busy(path:holder:)`` while another process has it open, and what else
    ///   keeps the file from being read or written.
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

    /// Adds lines, which must not hold line breaks, and brings them to the disk.
    public func append(_ added: [String]) throws(SafeFilesError) {
        try file.write(Data(added.map { "\($0)\n" }.joined().utf8))
        try file.synchronize()
    }
}
