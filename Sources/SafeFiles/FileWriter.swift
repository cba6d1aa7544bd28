public import Foundation

/// Writes a file beside its final place and moves it there when it is complete, so that a part never
/// has the final name, whatever happens in between.
public final class FileWriter {
    /// The file's final path.
    public let url: URL
    /// Bytes written so far.
    public private(set) var count = 0
    /// Whether the part stays where it is when the file is not finished, for a later process.
    public var keepsPart = false
    private let part: URL
    /// nil once the file is finished.
    private var file: FileDescriptor?
    private var pending: [UInt8] = []
    /// The reason why bytes were not written: those that follow them would be at a wrong position.
    private var failure: SafeFilesError?

    private static let bufferSize = 1 << 20

    /// Begins a file, whose folder is made where it is missing, and removed again if the file is not finished.
    ///
    /// - Throws: ``SafeFilesError``, also if a folder or a device is in the file's place.
    public convenience init(_ url: URL) throws(SafeFilesError) {
        try PartialFile.requireReplaceable(url)
        try self.init(url, part: PartialFile.temporary(for: url))
    }

    /// Continues with a file whose partial content has its own name, ``PartialFile/url(of:)``, or
    /// begins it.
    ///
    /// - Parameter size: Bytes of the part that are right and stay; 0 to begin the file.
    /// - Throws: ``SafeFilesError``, also when the part is shorter or another process writes it.
    public convenience init(_ url: URL, keeping size: Int) throws(SafeFilesError) {
        try PartialFile.requireReplaceable(url)
        try self.init(url, part: PartialFile.url(of: url))
        keepsPart = size > 0
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

    /// Adds bytes at the end.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SafeFilesError) {
        count += bytes.count
        pending += bytes
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Adds bytes at the end.
    public func write(_ bytes: [UInt8]) throws(SafeFilesError) {
        count += bytes.count
        pending += bytes
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Adds many bytes at the end, past the buffer.
    func write(_ data: Data) throws(SafeFilesError) {
        try flush()
        count += data.count
        try writing { file throws(SafeFilesError) in try file.write(data) }
    }

    /// Adds a text's bytes at the end.
    public func write(_ text: String) throws(SafeFilesError) {
        try write(Array(text.utf8))
    }

    /// Replaces bytes that were written before, such as a header that describes what follows it.
    ///
    /// - Parameter offset: Where they begin; they must have been written as far as they go.
    public func replace(_ bytes: [UInt8], at offset: Int) throws(SafeFilesError) {
        try flush()
        let end = count
        try writing { file throws(SafeFilesError) in
            try file.seek(to: offset)
            try file.write(bytes)
            try file.seek(to: end)
        }
    }

    /// Brings everything to the disk, without moving the file to its place yet.
    public func synchronize() throws(SafeFilesError) {
        try flush()
        try writing { file throws(SafeFilesError) in try file.synchronize() }
    }

    /// Brings everything to the disk and moves the file to its place.
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

    /// Does something to the part, with the file's own name in what it throws; never again after a
    /// failure.
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
