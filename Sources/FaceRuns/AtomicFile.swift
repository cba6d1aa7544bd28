public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that are there completely or not at all, whenever the machine stops.
public enum AtomicFile {
    /// Replaces a file: the bytes are written beside it, forced to disk, and renamed over it.
    ///
    /// The parent folder is created where it is missing. A reader sees the old file or the new
    /// one and never a part.
    ///
    /// - Throws: ``FaceRunsError/unwritable(path:reason:)``; the old file is then untouched.
    public static func write(_ data: Data, to url: URL) throws(FaceRunsError) {
        let parent = url.deletingLastPathComponent()
        try createFolder(parent)
        let temporary = parent.appendingPathComponent(
            ".\(url.lastPathComponent).\(UUID().uuidString).part")
        do {
            let file = try FileDescriptor(temporary, flags: O_WRONLY | O_CREAT | O_EXCL)
            try file.write(data)
            try file.synchronize()
        } catch {
            unlink(temporary.path)
            throw error
        }
        guard rename(temporary.path, url.path) == 0 else {
            let reason = systemReason()
            unlink(temporary.path)
            throw .unwritable(path: url.path, reason: reason)
        }
        try synchronizeFolder(parent)
    }

    /// Replaces a file with a text in UTF-8. See ``write(_:to:)-(Data,_)``.
    public static func write(_ text: String, to url: URL) throws(FaceRunsError) {
        try write(Data(text.utf8), to: url)
    }

    /// Creates a folder and its parents; does nothing where it exists.
    static func createFolder(_ url: URL) throws(FaceRunsError) {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(path: url.path, reason: "the folder cannot be created")
        }
    }

    /// Forces a folder's entries to disk, so that a rename or a new file survives a power cut.
    static func synchronizeFolder(_ url: URL) throws(FaceRunsError) {
        try FileDescriptor(url, flags: O_RDONLY).synchronize()
    }
}

/// An open file, closed when the last reference to it goes.
final class FileDescriptor {
    private let number: Int32
    private let path: String

    /// Opens a file; a new one may be read and written as far as the umask lets.
    init(_ url: URL, flags: Int32) throws(FaceRunsError) {
        path = url.path
        number = open(path, flags | O_CLOEXEC, 0o666)
        guard number >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
    }

    deinit {
        if number >= 0 { close(number) }
    }

    /// Writes all bytes at the file's position.
    func write(_ data: Data) throws(FaceRunsError) {
        var offset = 0
        while offset < data.count {
            let written = data.withUnsafeBytes { bytes in
                systemWrite(number, bytes.baseAddress.map { $0 + offset }, data.count - offset)
            }
            if written > 0 {
                offset += written
            } else if written == 0 || errno != EINTR {
                throw .unwritable(path: path, reason: systemReason())
            }
        }
    }

    /// Cuts the file to a number of bytes.
    func truncate(to size: Int) throws(FaceRunsError) {
        guard ftruncate(number, off_t(size)) == 0 else {
            throw .unwritable(path: path, reason: systemReason())
        }
    }

    /// Waits until the file's content is on disk.
    func synchronize() throws(FaceRunsError) {
        guard fsync(number) == 0 else { throw .unwritable(path: path, reason: systemReason()) }
    }
}

/// `write(2)`, named so that it is not hidden by the method of that name.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}

/// The system's words for the last failed call.
private func systemReason() -> String {
    String(cString: strerror(errno))
}
