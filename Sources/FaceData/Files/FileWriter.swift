public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes a file beside its final place and moves it there when it is complete, so that a part never
/// stands under the final name, whatever happens in between.
public final class FileWriter {
    /// Where the file will be.
    public let url: URL
    /// Bytes written so far.
    public private(set) var count = 0
    private let temporary: URL
    private var descriptor: Int32
    private var pending: [UInt8] = []

    /// Begins a file, whose folder is made where it is missing.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public init(_ url: URL) throws(FaceDataError) {
        self.url = url
        let folder = url.deletingLastPathComponent()
        temporary = folder.appendingPathComponent(
            ".\(url.lastPathComponent).\(UUID().uuidString).part")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: url.path, reason: "its folder cannot be made")
        }
        descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
        }
        pending.reserveCapacity(1 << 20)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary.path)
    }

    /// Adds bytes at the end.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FaceDataError) {
        count += bytes.count
        pending += bytes
        if pending.count >= 1 << 20 { try flush() }
    }

    /// Adds bytes at the end.
    public func write(_ bytes: [UInt8]) throws(FaceDataError) {
        count += bytes.count
        pending += bytes
        if pending.count >= 1 << 20 { try flush() }
    }

    /// Adds a text's bytes at the end.
    public func write(_ text: String) throws(FaceDataError) {
        try write(Array(text.utf8))
    }

    /// Brings everything to the disk, without moving the file to its place yet.
    public func synchronize() throws(FaceDataError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    /// Brings everything to the disk and moves the file to its place.
    public func finish() throws(FaceDataError) {
        try synchronize()
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporary.path, url.path) == 0 else {
            let error = failure()
            unlink(temporary.path)
            throw error
        }
    }

    /// Writes a whole file.
    public static func write(_ bytes: [UInt8], to url: URL) throws(FaceDataError) {
        let writer = try FileWriter(url)
        try writer.write(bytes)
        try writer.finish()
    }

    private func flush() throws(FaceDataError) {
        var done = 0
        while done < pending.count {
            let written = pending.withUnsafeBytes { bytes in
                systemWrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if written > 0 {
                done += written
            } else if written == 0 || errno != EINTR {
                throw failure()
            }
        }
        pending.removeAll(keepingCapacity: true)
    }

    private func failure() -> FaceDataError {
        .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
    }
}

/// `write(2)`, named so that it is not hidden by the method of that name.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
