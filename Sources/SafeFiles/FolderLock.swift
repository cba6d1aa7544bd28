public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One process's claim on a folder, or that of several who share it, which ends with the process however
/// it ends.
///
/// The claim is an advisory lock (`flock`) on the file `.lock`, which also says who holds it. On
/// a file system that has no locks there is no claim.
public final class FolderLock {
    private let url: URL
    private var file: FileDescriptor?

    /// Claims a folder, which is created where it is missing.
    ///
    /// - Parameter isShared: Whether others who share it may have it at the same time.
    /// - Throws: ``SafeFilesError/busy(path:holder:)`` where another process has it, and what
    ///   keeps the lock's file from being written.
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

    /// Gives the folder back.
    public func release() {
        guard let file else { return }
        // Removed while no other process holds it: a process that opened it in the meantime finds it removed
        // and reopens it.
        if file.lock() { unlink(url.path) }
        self.file = nil
    }

    /// How often a shared claim is tried while a process has the folder exclusively: the last to give
    /// a shared one back has it alone for a moment.
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
