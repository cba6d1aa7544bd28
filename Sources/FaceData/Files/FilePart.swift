import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file beside a file's final place that holds what is written of it so far.
enum FilePart {
    /// The part that a later process goes on with.
    static func url(of file: URL) -> URL {
        file.deletingLastPathComponent().appendingPathComponent(
            ".\(file.lastPathComponent).part")
    }

    /// Opens and locks a part, and makes its folder where it is missing.
    ///
    /// What is no file cannot be replaced by one: a folder, or a device as `/dev/full`.
    static func open(_ part: URL, for file: URL) throws(FaceDataError) -> Int32 {
        var status = stat()
        if stat(file.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw .cannotWrite(path: file.path, reason: "it is no file but a folder or a device")
        }
        do {
            try FileManager.default.createDirectory(
                at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: file.path, reason: "its folder cannot be made")
        }
        while true {
            let descriptor = systemOpen(part.path)
            guard descriptor >= 0 else {
                throw .cannotWrite(path: file.path, reason: String(cString: strerror(errno)))
            }
            guard isPlain(descriptor) else {
                close(descriptor)
                throw .cannotWrite(path: part.path, reason: "it is a pipe or a device; remove it")
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
                close(descriptor)
                throw .cannotWrite(
                    path: file.path, reason: "another process writes it; wait until it ends")
            }
            if isNamed(part, descriptor) { return descriptor }
            // Whoever had it finished or removed it between the two calls.
            close(descriptor)
        }
    }

    /// Removes the parts in a folder that nobody writes any more, those of ``url(of:)`` excepted.
    static func removeAbandoned(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where isPassing(name) {
            let part = folder.appendingPathComponent(name)
            let descriptor = systemOpen(part.path)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(part.path) }
            close(descriptor)
        }
    }

    /// Whether a name is `.NAME.UUID.part`.
    private static func isPassing(_ name: String) -> Bool {
        let words = name.split(separator: ".")
        return name.hasPrefix(".") && words.count >= 3 && words.last == "part"
            && UUID(uuidString: String(words[words.count - 2])) != nil
    }

    /// Whether an open file is one, and no pipe or device.
    static func isPlain(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func isNamed(_ part: URL, _ descriptor: Int32) -> Bool {
        var (opened, named) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && lstat(part.path, &named) == 0
            && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }
}

/// `open(2)`, named so that it is not hidden by the method of that name.
private func systemOpen(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
}
