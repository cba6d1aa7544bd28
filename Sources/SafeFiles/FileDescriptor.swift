public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An open file, closed when the last reference to it goes.
public final class FileDescriptor {
    let number: Int32
    private let path: String

    /// Opens a plain file, or a folder to synchronise it; a new file may be read and written as far
    /// as the umask lets. A symbolic link is not followed.
    ///
    /// - Parameter flags: As `open(2)` has them, e.g. `O_WRONLY | O_CREAT`, but for `O_TRUNC`, which
    ///   would empty a file before it is known to be one.
    /// - Throws: ``SafeFilesError/notPlain(path:kind:)`` for a link, a pipe or a device.
    public init(_ url: URL, flags: Int32) throws(SafeFilesError) {
        path = url.path
        number = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
        guard number >= 0 else {
            let code = errno
            if let kind = PlainFile.kind(of: url), kind == .link || kind == .special {
                throw .notPlain(path: path, kind: kind)
            }
            throw SafeFilesError(writing: path, code: code)
        }
        let isWritten = flags & (O_WRONLY | O_RDWR) != 0
        try PlainFile.requirePlain(number, path, orFolder: !isWritten)
    }

    deinit {
        if number >= 0 { close(number) }
    }

    /// Writes all bytes at the file's position.
    public func write(_ data: Data) throws(SafeFilesError) {
        var offset = 0
        while offset < data.count {
            let written = data.withUnsafeBytes { bytes in
                systemWrite(number, bytes.baseAddress.map { $0 + offset }, data.count - offset)
            }
            if written > 0 {
                offset += written
            } else if written == 0 || errno != EINTR {
                throw SafeFilesError(writing: path, code: written == 0 ? ENOSPC : errno)
            }
        }
    }

    /// Cuts the file to a number of bytes.
    public func truncate(to size: Int) throws(SafeFilesError) {
        guard ftruncate(number, off_t(size)) == 0 else {
            throw SafeFilesError(writing: path, code: errno)
        }
    }

    /// Waits until the file's content is on disk.
    public func synchronize() throws(SafeFilesError) {
        guard fsync(number) == 0 else { throw SafeFilesError(writing: path, code: errno) }
    }
}

/// `write(2)`, named so that it is not hidden by the method of that name.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
