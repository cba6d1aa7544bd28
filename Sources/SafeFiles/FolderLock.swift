public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An exclusive or shared lock of a folder, which ends with its process.
///
/// It is an advisory lock (`flock(2)`) of the file `.lock`, which also identifies the holder. On a
/// file system without locks it has no effect.
public final class FolderLock {
    private let url: URL
    private var file: FileDescriptor?

    /// Locks a folder, which is created if it is missing.
    ///
    /// - Parameter isShared: Whether the lock is shared, so that others may hold shared locks as
    ///   well.
    /// - Throws: ``SafeFilesError/busy(path:holder:)`` if another process has the lock, and errors
    ///   of writing the lock's file.
    public init(_ folder: URL, isShared: Bool = false) throws(SafeFilesError) {
        try AtomicFile.createFolder(folder)
        url = folder.appendingPathComponent(".lock")
        guard let file = try Self.lock(url, isShared: isShared) else {
            throw .busy(path: folder.path, holder: Self.holder(url))
        }
        self.file = file
        try file.truncate(to: 0)
        try file.write((try? JSONEncoder().encode(ProcessIdentity.current)) ?? Data())
    }

    deinit { release() }

    /// Releases the lock.
    public func release() {
        guard let file else { return }
        // Removed only if no other process holds it. A process that opened it in the meantime notices the
        // removal and opens it again.
        if file.lock() { unlink(url.path) }
        self.file = nil
    }

    /// The number of attempts to get a shared lock: the last process to release one holds it
    /// exclusively for a moment.
    private static let attempts = 50

    private static func lock(
        _ url: URL, isShared: Bool
    ) throws(SafeFilesError) -> FileDescriptor? {
        let flags = O_RDWR | O_CREAT
        guard isShared else { return try FileDescriptor.locked(url, flags: flags) }
        for _ in 0..<attempts {
            if let file = try FileDescriptor.locked(url, flags: flags, isShared: true) {
                return file
            }
            usleep(10_000)
        }
        return nil
    }

    private static func holder(_ url: URL) -> ProcessIdentity? {
        ((try? PlainFile.read(url)) ?? nil).flatMap {
            try? JSONDecoder().decode(ProcessIdentity.self, from: $0)
        }
    }
}
