public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An open file, which is closed when the last reference is released.
public final class FileDescriptor {
    let number: Int32
    private let path: String

    /// Opens a regular file, or a folder to sync or lock it. A new file's permissions are those that
    /// the umask allows. Symbolic links are not followed.
    ///
    /// - Parameter flags: Flags of `open(2)`, e.g. `O_WRONLY | O_CREAT`, but not `O_TRUNC`, which would
    ///   act before the file is known to be a regular one.
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

    /// Opens and locks a file (`flock(2)`); nil while another descriptor has the lock, which is
    /// released with the descriptor. A file system without locks is ignored.
    ///
    /// - Parameter isShared: Whether the lock is shared, so that others may hold shared locks as
    ///   well.
    static func locked(
        _ url: URL, flags: Int32, isShared: Bool = false
    ) throws(SafeFilesError) -> FileDescriptor? {
        while true {
            let file = try FileDescriptor(url, flags: flags)
            guard file.lock(isShared: isShared) else { return nil }
            // The previous holder may have renamed or removed the file between the two calls.
            if file.isNamed(url) { return file }
        }
    }

    /// Takes the file's lock; false if another process has it. Succeeds without a lock if the file
    /// system has none.
    func lock(isShared: Bool = false) -> Bool {
        flock(number, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    /// Whether the path still refers to this file.
    private func isNamed(_ url: URL) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(number, &opened) == 0 && lstat(url.path, &named) == 0
            && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }

    /// Size of the file in bytes; nil if unknown.
    var size: Int? {
        var status = stat()
        return fstat(number, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Writes all bytes at the file's position.
    public func write(_ bytes: some ContiguousBytes) throws(SafeFilesError) {
        // Foundation's function does not rethrow typed errors.
        var failure: SafeFilesError?
        bytes.withUnsafeBytes { bytes in
            do throws(SafeFilesError) { try writeAll(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SafeFilesError) {
        var offset = 0
        while offset < bytes.count {
            let written = systemWrite(
                number, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
            if written > 0 {
                offset += written
            } else if written == 0 || errno != EINTR {
                throw SafeFilesError(writing: path, code: written == 0 ? ENOSPC : errno)
            }
        }
    }

    /// Overwrites some of the file's bytes and syncs them to disk, or to the server of a network file
    /// system.
    func write(_ data: Data, at offset: Int) throws(SafeFilesError) {
        let written = data.withUnsafeBytes {
            pwrite(number, $0.baseAddress, $0.count, off_t(offset))
        }
        guard written == data.count else {
            throw SafeFilesError(writing: path, code: written < 0 ? errno : ENOSPC)
        }
        try synchronize()
    }

    /// Truncates the file to a size in bytes.
    public func truncate(to size: Int) throws(SafeFilesError) {
        guard ftruncate(number, off_t(size)) == 0 else {
            throw SafeFilesError(writing: path, code: errno)
        }
    }

    /// Sets the position at which bytes are written.
    func seek(to offset: Int) throws(SafeFilesError) {
        guard lseek(number, off_t(offset), SEEK_SET) == off_t(offset) else {
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
