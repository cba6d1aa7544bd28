public import Foundation
import SafeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that can be read at any offset, by many threads at once.
///
/// It is read with `pread(2)` rather than mapped: if a mapped file is truncated, the program that
/// uses it is killed, whereas here an error is thrown. For records of some kilobytes, neither is
/// faster.
public final class FileReader: ByteStore {
    /// The file's path.
    public let path: String
    /// Size in bytes when it was opened.
    public let size: Int
    private let descriptor: Int32
    private let modified: timespec

    /// Opens a file.
    ///
    /// - Throws: ``FaceDataError/unreadable(path:reason:)`` if it does not exist, is not a regular
    ///   file or is not readable.
    public init(_ url: URL) throws(FaceDataError) {
        path = url.path
        // Non-blocking, because opening a named pipe would otherwise wait for a writer.
        descriptor = SystemPath.attempt(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: Self.encodingReason(path) ?? Self.systemReason())
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw .unreadable(path: path, reason: Self.systemReason())
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable(
                path: path,
                reason: status.st_mode & S_IFMT == S_IFDIR
                    ? "it is a folder" : PlainFile.notReadable)
        }
        size = Int(status.st_size)
        modified = Self.modification(status)
    }

    deinit {
        close(descriptor)
    }

    /// Fills memory with the bytes from an offset on.
    ///
    /// - Throws: ``FaceDataError/changed(path:)`` if the file has become shorter since it was
    ///   opened, or ``FaceDataError/unreadable(path:reason:)``.
    public func read(
        at offset: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(FaceDataError) {
        var done = 0
        while done < target.count {
            let count = pread(
                descriptor, target.baseAddress.map { $0 + done }, target.count - done,
                off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .changed(path: path)
            } else if errno != EINTR {
                throw .unreadable(path: path, reason: Self.systemReason())
            }
        }
    }

    /// Checks that the file's size and modification time are those when it was opened.
    ///
    /// - Throws: ``FaceDataError/changed(path:)``.
    public func requireUnchanged() throws(FaceDataError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(path: path, reason: Self.systemReason())
        }
        let time = Self.modification(status)
        guard Int(status.st_size) == size, time.tv_sec == modified.tv_sec,
            time.tv_nsec == modified.tv_nsec
        else { throw .changed(path: path) }
    }

    /// Why a file or folder cannot be accessed; nil if it can be.
    static func obstacle(to url: URL) -> String? {
        var status = stat()
        guard SystemPath.attempt(url.path, { stat($0, &status) }) != 0 else { return nil }
        guard errno == ENOENT else { return systemReason() }
        if SystemPath.attempt(url.path, { lstat($0, &status) }) == 0 {
            return "it is a dangling symbolic link"
        }
        return encodingReason(url.path) ?? "there is no such file or folder"
    }

    /// Why a path does not exist, if it contains replacement characters for bytes that were not
    /// UTF-8; nil for other paths.
    private static func encodingReason(_ path: String) -> String? {
        guard errno == ENOENT, path.unicodeScalars.contains("\u{fffd}") else { return nil }
        return
            "a name in its path is not UTF-8; write its bytes as in '\\xD5\\xC5', or rename it, "
            + "e.g. with 'convmv -f gbk -t utf-8 --notest'"
    }

    /// Why a folder cannot be listed.
    static func obstacle(toListing folder: URL) -> String {
        let descriptor = SystemPath.attempt(folder.path) { open($0, O_RDONLY | O_DIRECTORY) }
        guard descriptor >= 0 else {
            return errno == ENOENT ? obstacle(to: folder) ?? systemReason() : systemReason()
        }
        close(descriptor)
        return "it cannot be listed"
    }

    /// The reason of the last failed system call, from `errno`.
    static func systemReason() -> String {
        switch errno {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "permission denied"
        case ELOOP: "its symbolic links form a loop"
        case ENOTDIR: "a component of its path is not a folder"
        default: String(cString: strerror(errno))
        }
    }

    private static func modification(_ status: stat) -> timespec {
        #if canImport(Darwin)
            status.st_mtimespec
        #else
            status.st_mtim
        #endif
    }
}
