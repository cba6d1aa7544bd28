public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that are files, and nothing that leads elsewhere.
///
/// A folder that came from somebody else may hold a symbolic link where a lock, a log or a report
/// belongs: whoever opened it for writing would overwrite what it leads to with his own rights. A
/// pipe would hold up its reader for ever, and a device has no end.
public enum PlainFile {
    /// Bytes that a file which is read as a whole may have.
    private static let most: off_t = 1 << 32

    /// The bytes of a file; nil where there is none.
    ///
    /// - Throws: ``SafeFilesError/notPlain(path:kind:)`` for anything other than a plain file, and
    ///   ``SafeFilesError/unreadable(path:reason:)``.
    public static func read(_ url: URL) throws(SafeFilesError) -> Data? {
        let descriptor = open(url.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            if let kind = kind(of: url), kind != .file {
                throw .notPlain(path: url.path, kind: kind)
            }
            throw .unreadable(path: url.path, reason: String(cString: strerror(code)))
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let status = try requirePlain(descriptor, url.path)
        guard status.st_size <= most else {
            throw .unreadable(path: url.path, reason: "it is larger than 4 GiB")
        }
        do {
            return try handle.readToEnd() ?? Data()
        } catch {
            throw .unreadable(path: url.path, reason: error.localizedDescription)
        }
    }

    /// What stands under a name, without following a link.
    public enum Kind: String, Sendable, Hashable {
        /// A plain file.
        case file = "a file"
        /// A folder.
        case folder = "a folder"
        /// A symbolic link.
        case link = "a symbolic link"
        /// A pipe, a socket or a device.
        case special = "a pipe, a socket or a device"

        init(mode: mode_t) {
            self =
                switch mode & S_IFMT {
                case S_IFREG: .file
                case S_IFDIR: .folder
                case S_IFLNK: .link
                default: .special
                }
        }
    }

    /// What stands under a name, without following a link; nil where nothing does.
    public static func kind(of url: URL) -> Kind? { kind(url.path) }

    private static func kind(_ path: String) -> Kind? {
        var status = stat()
        return lstat(path, &status) == 0 ? Kind(mode: status.st_mode) : nil
    }

    /// Refuses a pipe, a socket or a device where a file is named that is to be read. Links are followed, and
    /// what is not there is fine.
    ///
    /// Files are read more than once and at any place, which a pipe does not allow; this also keeps out the
    /// pipes of the shell's process substitution, `<(command)`.
    ///
    /// - Throws: ``SafeFilesError/unreadable(path:reason:)``.
    public static func requireReadable(_ url: URL) throws(SafeFilesError) {
        if isSpecial(url) { throw .unreadable(path: url.path, reason: notReadable) }
    }

    /// Whether a path leads to a pipe, a socket or a device, links followed.
    public static func isSpecial(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && Kind(mode: status.st_mode) == .special
    }

    /// What is said of a pipe, a socket or a device that is to be read.
    public static let notReadable =
        "it is a pipe, a socket or a device; save its content as a file and give that"

    /// Refuses an open file that is none.
    @discardableResult
    static func requirePlain(
        _ descriptor: Int32, _ path: String, orFolder: Bool = false
    ) throws(SafeFilesError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SafeFilesError(writing: path, code: errno)
        }
        let kind = Kind(mode: status.st_mode)
        guard kind == .file || (orFolder && kind == .folder) else {
            throw .notPlain(path: path, kind: kind)
        }
        return status
    }

    /// Refuses a link, a pipe or a device in the place of files that are written into a folder, or of the folders
    /// on the way to them. What is not there is fine; the folder itself, which the user named, may be a link.
    ///
    /// - Parameter names: The files, relative to the folder.
    /// - Throws: ``SafeFilesError/notPlain(path:kind:)`` for the first one.
    public static func require(_ names: [String], in folder: URL) throws(SafeFilesError) {
        // By their bytes: `String` takes the forms of Unicode for one name, the file system need not.
        var seen: Set<[UInt8]> = []
        for name in names {
            var path = folder.path
            for part in name.utf8.split(separator: UInt8(ascii: "/")) {
                path += "/" + String(decoding: part, as: UTF8.self)
                guard seen.insert(Array(path.utf8)).inserted else { continue }
                if let kind = kind(path), kind == .link || kind == .special {
                    throw .notPlain(path: path, kind: kind)
                }
            }
        }
    }

    /// Refuses a link, a pipe or a device under some names, and at any depth in folders of these
    /// names. What is not there is fine.
    ///
    /// - Throws: ``SafeFilesError/notPlain(path:kind:)`` for the first one.
    public static func require(_ urls: [URL]) throws(SafeFilesError) {
        var rest = urls
        while let next = rest.popLast() {
            switch kind(of: next) {
            case .folder:
                let names = (try? FileManager.default.contentsOfDirectory(atPath: next.path)) ?? []
                rest += names.sorted().map(next.appendingPathComponent)
            case .link: throw .notPlain(path: next.path, kind: .link)
            case .special: throw .notPlain(path: next.path, kind: .special)
            case .file, nil: break
            }
        }
    }
}
