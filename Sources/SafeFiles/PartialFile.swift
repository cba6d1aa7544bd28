public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The hidden file beside a file that contains what was written of it so far. It is locked while it is
/// written, so that remains of killed processes can be told from files that are being written.
public enum PartialFile {
    private static let suffix = "part"

    /// The partial file that a later process can resume, `.NAME.part`.
    public static func url(of file: URL) -> URL {
        file.deletingLastPathComponent().appendingPathComponent(
            ".\(file.lastPathComponent).\(suffix)")
    }

    /// A unique partial file of this process, `.NAME.PROCESS.RANDOM.part`.
    static func temporary(for file: URL) -> URL {
        file.deletingLastPathComponent().appendingPathComponent(
            ".\(file.lastPathComponent).\(getpid()).\(UUID().uuidString.prefix(8)).\(suffix)")
    }

    /// Opens and locks a partial file, creating its folder if it is missing.
    static func open(_ part: URL, for file: URL) throws(SafeFilesError) -> FileDescriptor {
        do {
            let descriptor = try MadeFolders.make(part.deletingLastPathComponent()) {
                () throws(SafeFilesError) in
                try FileDescriptor.locked(part, flags: O_WRONLY | O_CREAT)
            }
            if let descriptor { return descriptor }
        } catch {
            throw error.naming(file.path)
        }
        throw .busy(path: file.path, holder: nil)
    }

    /// Rejects a path of something that a file must not replace: a folder, or a device such as
    /// `/dev/full`.
    static func requireReplaceable(_ file: URL) throws(SafeFilesError) {
        var status = stat()
        guard stat(file.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw .notPlain(path: file.path, kind: PlainFile.Kind(mode: status.st_mode))
    }

    /// Removes the partial files in a folder that no process is writing, except those of ``url(of:)``;
    /// the folder need not exist.
    public static func removeStale(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where isTemporary(name) {
            let part = folder.appendingPathComponent(name)
            let isFree = try? FileDescriptor.locked(part, flags: O_WRONLY) != nil
            if isFree == true { unlink(part.path) }
        }
    }

    /// Whether a name is `.NAME.PROCESS.RANDOM.part` of a process that has ended, or `.NAME.UUID.part`,
    /// the form of earlier versions.
    static func isTemporary(_ name: String) -> Bool {
        let words = name.split(separator: ".").map(String.init)
        guard name.hasPrefix("."), words.count >= 3, words.last == suffix else { return false }
        if UUID(uuidString: words[words.count - 2]) != nil { return true }
        guard words.count >= 4, let process = Int32(words[words.count - 3]), process > 0 else {
            return false
        }
        return isGone(process)
    }

    private static func isGone(_ process: Int32) -> Bool {
        kill(process, 0) != 0 && errno == ESRCH
    }
}
