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
///
/// The part is locked (`flock(2)`) while it is written, so that what a killed process left is told
/// from what another one is writing.
public final class FileWriter {
    /// Where the file will be.
    public let url: URL
    /// Bytes written so far.
    public private(set) var count = 0
    /// Whether the part stays where it is when the file is not finished, for a later process.
    var keepsPart = false
    private let temporary: URL
    private var descriptor: Int32
    private var pending: [UInt8] = []

    /// Begins a file, whose folder is made where it is missing.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public init(_ url: URL) throws(FaceDataError) {
        self.url = url
        temporary = url.deletingLastPathComponent().appendingPathComponent(
            ".\(url.lastPathComponent).\(UUID().uuidString).part")
        descriptor = try FilePart.open(temporary, for: url)
        pending.reserveCapacity(1 << 20)
    }

    /// Goes on with a file whose part stands under a name of its own, `.NAME.part`, or begins it.
    ///
    /// - Parameter size: Bytes of the part that are right and stay; 0 to begin the file.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also when the part is shorter or
    ///   another process writes it.
    init(_ url: URL, keeping size: Int) throws(FaceDataError) {
        self.url = url
        temporary = FilePart.url(of: url)
        descriptor = try FilePart.open(temporary, for: url)
        keepsPart = size > 0
        count = size
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) >= size,
            ftruncate(descriptor, off_t(size)) == 0,
            lseek(descriptor, off_t(size), SEEK_SET) == off_t(size)
        else { throw .cannotWrite(path: url.path, reason: "what was written of it is gone") }
        pending.reserveCapacity(1 << 20)
    }

    deinit {
        guard descriptor >= 0 else { return }
        // Removed while it is locked: nobody else can have begun to write it.
        if !keepsPart { unlink(temporary.path) }
        close(descriptor)
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
        guard rename(temporary.path, url.path) == 0 else { throw failure() }
        close(descriptor)
        descriptor = -1
    }

    /// Writes a whole file.
    public static func write(_ bytes: [UInt8], to url: URL) throws(FaceDataError) {
        let writer = try FileWriter(url)
        try writer.write(bytes)
        try writer.finish()
    }

    private func flush() throws(FaceDataError) {
        var done = 0
        // What was written before a failure must not be written again.
        defer { pending.removeFirst(done) }
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
    }

    private func failure() -> FaceDataError {
        .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
    }
}

/// `write(2)`, named so that it is not hidden by the method of that name.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
