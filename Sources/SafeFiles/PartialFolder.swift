public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A hidden folder beside a file or folder for its contents before it gets its name. It is locked while its
/// process works, so that remains of killed processes can be told from folders that are being written.
public final class PartialFolder {
    private static let lockName = ".lock"

    /// The folder, `.NAME.PROCESS.RANDOM.part`.
    public let url: URL
    private let lock: FileDescriptor?

    /// Creates the folder, and removes those beside it that killed processes left.
    ///
    /// - Throws: ``SafeFilesError`` with the path of `file`.
    public init(for file: URL) throws(SafeFilesError) {
        let parent = file.deletingLastPathComponent()
        Self.removeStale(in: parent)
        let part = PartialFile.temporary(for: file)
        url = part
        do {
            lock = try MadeFolders.make(parent) { () throws(SafeFilesError) -> FileDescriptor? in
                try AtomicFile.createFolder(part)
                return try FileDescriptor.locked(
                    part.appendingPathComponent(Self.lockName), flags: O_WRONLY | O_CREAT)
            }
        } catch {
            try? FileManager.default.removeItem(at: part)
            MadeFolders.discard(parent)
            throw error.naming(file.path)
        }
    }

    /// Gives the folder its final name. It stays locked until then, so that no process takes it for a remain.
    func move(to folder: URL) throws(SafeFilesError) {
        try AtomicFile.move(url, to: folder)
        MadeFolders.keep(folder.deletingLastPathComponent())
        unlink(folder.appendingPathComponent(Self.lockName).path)
    }

    /// Removes the folder with all that is in it, and those that were made for it and are empty then.
    public func remove() {
        try? FileManager.default.removeItem(at: url)
        MadeFolders.discard(url.deletingLastPathComponent())
    }

    /// Removes the folders of processes that have ended and whose locks are free.
    public static func removeStale(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where PartialFile.isTemporary(name) {
            let part = folder.appendingPathComponent(name)
            guard PlainFile.kind(of: part) == .folder else { continue }
            let lock = part.appendingPathComponent(lockName)
            // A process that was killed before it created its lock has written nothing.
            let isFree =
                PlainFile.kind(of: lock) == nil
                || (try? FileDescriptor.locked(lock, flags: O_WRONLY) != nil) == true
            if isFree { try? FileManager.default.removeItem(at: part) }
        }
    }
}
