import Foundation

/// Keeps only some of many files open: a set may have more shards than a process may have open
/// files.
final class FilePool: @unchecked Sendable {
    /// A file and its stamp when it was indexed.
    struct File: Sendable, Hashable {
        let url: URL
        let stamp: FileStamp

        /// Records the current state of a file.
        init(_ url: URL) {
            self.url = url
            stamp = FileStamp(url)
        }
    }

    let files: [File]
    private let lock = NSLock()
    // `@unchecked` is sound because it is accessed only while the lock is held.
    private var open: LRUCache<Int, FileReader>

    /// Creates a pool; no file is opened yet.
    ///
    /// - Parameter limit: Maximum number of open files, besides those being read.
    init(_ files: [File], limit: Int = 128) {
        self.files = files
        open = LRUCache(capacity: limit)
    }

    /// Reads bytes of a file.
    ///
    /// - Throws: ``FaceDataError/changed(path:)`` for a file that changed after it was indexed.
    func read(
        _ file: Int, at offset: Int, count: Int, into buffer: ReadBuffer
    ) throws(FaceDataError) {
        let reader = try reader(file)
        try reader.requireUnchanged()
        try reader.read(at: offset, count: count, into: buffer)
    }

    private func reader(_ file: Int) throws(FaceDataError) -> FileReader {
        lock.lock()
        defer { lock.unlock() }
        if let reader = open.value(forKey: file) { return reader }
        let reader = try FileReader(files[file].url)
        guard FileStamp(files[file].url) == files[file].stamp else {
            throw .changed(path: reader.path)
        }
        open.updateValue(reader, forKey: file)
        return reader
    }
}
