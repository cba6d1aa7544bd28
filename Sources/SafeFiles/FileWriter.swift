public import Foundation

/// Writes a temporary file beside the final one and renames it when it is complete, so that a
/// partial file never has the final name.
public final class FileWriter {
    /// The file's final path.
    public let url: URL
    /// Bytes written so far.
    public private(set) var count = 0
    /// Whether the partial file is kept for a later process if the file is not finished.
    public var keepsPart = false
    private let part: URL
    /// nil once the file is finished.
    private var file: FileDescriptor?
    private var pending: [UInt8] = []
    /// The first failure, after which nothing more is written, since it would be at a wrong offset.
    private var failure: SafeFilesError?

    private static let bufferSize = 1 << 20

    /// Begins a file, whose folder is made where it is missing, and removed again if the file is not finished.
    ///
    /// - Throws: ``SafeFilesError``, also if there is a folder or a device of this name.
    public convenience init(_ url: URL) throws(SafeFilesError) {
        try PartialFile.requireReplaceable(url)
        try self.init(url, part: PartialFile.temporary(for: url))
    }

    /// Resumes or creates a file whose partial content is at ``PartialFile/url(of:)``.
    ///
    /// - Parameter size: Number of bytes of the partial file to keep; 0 to start over.
    /// - Throws: ``SafeFilesError``, also if the partial file is shorter, which leaves it as it is, or another process is
    ///   writing it.
    public convenience init(_ url: URL, keeping size: Int) throws(SafeFilesError) {
        try PartialFile.requireReplaceable(url)
        try self.init(url, part: PartialFile.url(of: url))
        // A partial file with content is not removed where it cannot be resumed; one that was just created is.
        keepsPart = size > 0 && file?.size != 0
        count = size
        guard let file, let found = file.size, found >= size else {
            throw .unwritable(path: url.path, reason: "its partial file has disappeared")
        }
        try file.truncate(to: size)
        try file.seek(to: size)
    }

    init(_ url: URL, part: URL) throws(SafeFilesError) {
        self.url = url
        self.part = part
        file = try PartialFile.open(part, for: url)
    }

    deinit {
        guard file != nil, !keepsPart else { return }
        // Removed while it is locked: no other process can have begun to write it.
        try? FileManager.default.removeItem(at: part)
        MadeFolders.discard(part.deletingLastPathComponent())
    }

    /// Appends bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SafeFilesError) {
        count += bytes.count
        pending += bytes
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws(SafeFilesError) {
        count += bytes.count
        pending += bytes
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Appends many bytes, bypassing the buffer.
    func write(_ data: Data) throws(SafeFilesError) {
        try flush()
        count += data.count
        try writing { file throws(SafeFilesError) in try file.write(data) }
    }

    /// Appends UTF-8 text.
    public func write(_ text: String) throws(SafeFilesError) {
        try write(Array(text.utf8))
    }

    /// Overwrites bytes that were written before, such as a header that describes what follows it.
    ///
    /// - Parameter offset: Offset of the first byte; all of the range must have been written.
    public func replace(_ bytes: [UInt8], at offset: Int) throws(SafeFilesError) {
        try flush()
        let end = count
        try writing { file throws(SafeFilesError) in
            try file.seek(to: offset)
            try file.write(bytes)
            try file.seek(to: end)
        }
    }

    /// Syncs everything to disk, without giving the file its final name yet.
    public func synchronize() throws(SafeFilesError) {
        try flush()
        try writing { file throws(SafeFilesError) in try file.synchronize() }
    }

    /// Syncs everything to disk and gives the file its final name.
    public func finish() throws(SafeFilesError) {
        try synchronize()
        try AtomicFile.move(part, to: url)
        MadeFolders.keep(part.deletingLastPathComponent())
        file = nil
    }

    /// Writes a whole file.
    public static func write(_ bytes: [UInt8], to url: URL) throws(SafeFilesError) {
        let writer = try FileWriter(url)
        try writer.write(bytes)
        try writer.finish()
    }

    private func flush() throws(SafeFilesError) {
        defer { pending.removeAll(keepingCapacity: true) }
        try writing { file throws(SafeFilesError) in try file.write(pending) }
    }

    /// Runs an operation on the partial file, with the final path in errors; rethrows the first
    /// failure in all later calls.
    private func writing(
        _ body: (FileDescriptor) throws(SafeFilesError) -> Void
    ) throws(SafeFilesError) {
        if let failure { throw failure }
        guard let file else { return }
        do {
            try body(file)
        } catch {
            let named = error.naming(url.path)
            failure = named
            throw named
        }
    }
}
