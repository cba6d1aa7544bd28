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
    private let limit: Int
    private let lock = NSLock()
    private var open: [Int: (reader: FileReader, used: Int)] = [:]
    private var clock = 0

    /// Creates a pool; no file is opened yet.
    ///
    /// - Parameter limit: Maximum number of open files, besides those being read.
    init(_ files: [File], limit: Int = 128) {
        (self.files, self.limit) = (files, max(1, limit))
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
        clock += 1
        if let reader = open[file]?.reader {
            open[file]?.used = clock
            return reader
        }
        let reader = try FileReader(files[file].url)
        guard FileStamp(files[file].url) == files[file].stamp else {
            throw .changed(path: reader.path)
        }
        if open.count >= limit, let oldest = open.min(by: { $0.value.used < $1.value.used })?.key {
            open[oldest] = nil
        }
        open[file] = (reader, clock)
        return reader
    }
}
