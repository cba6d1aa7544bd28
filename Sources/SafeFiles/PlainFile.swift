public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Checks that paths are regular files, and not links, pipes or devices.
///
/// A folder from an untrusted source may contain a symbolic link in place of a lock, a log or a
/// report: opening it for writing would overwrite its target with the user's permissions. Reading a
/// pipe may block forever, and a device may be endless.
public enum PlainFile {
    /// The largest file that is read as a whole, in bytes.
    private static let most: off_t = 1 << 32

    /// The bytes of a file; nil if there is none.
    ///
    /// - Throws: ``SafeFilesError/notPlain(path:kind:)`` for anything other than a regular file,
    ///   and ``SafeFilesError/unreadable(path:reason:)``.
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

    /// The kind of an item at a path, without following links.
    public enum Kind: String, Sendable, Hashable {
        case file = "a file"
        case folder = "a folder"
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

    /// The kind of the item at a path, without following links; nil if there is none.
    public static func kind(of url: URL) -> Kind? { kind(url.path) }

    private static func kind(_ path: String) -> Kind? {
        var status = stat()
        return lstat(path, &status) == 0 ? Kind(mode: status.st_mode) : nil
    }

    /// Rejects a pipe, a socket or a device as a file to be read. Links are followed, and missing files are
    /// accepted.
    ///
    /// Files are read more than once and at any offset, which pipes do not support, including those of the
    /// shell's process substitution, `<(command)`.
    ///
    /// - Throws: ``SafeFilesError/unreadable(path:reason:)``.
    public static func requireReadable(_ url: URL) throws(SafeFilesError) {
        if isSpecial(url) { throw .unreadable(path: url.path, reason: notReadable) }
    }

    /// Whether a path is a pipe, a socket or a device, following links.
    public static func isSpecial(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && Kind(mode: status.st_mode) == .special
    }

    /// The message about a pipe, a socket or a device that was to be read.
    public static let notReadable =
        "it is a pipe, a socket or a device; save its content as a file and give that"

    /// Rejects an open descriptor that is not of a regular file or, optionally, a folder.
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

    /// Rejects links, pipes and devices in place of files to be written into a folder, or of the folders on the
    /// way to them. Missing items are accepted, and the folder itself, which the user named, may be a link.
    ///
    /// - Parameter names: The files, relative to the folder.
    /// - Throws: ``SafeFilesError/notPlain(path:kind:)`` for the first one.
    public static func require(_ names: [String], in folder: URL) throws(SafeFilesError) {
        // Compared by bytes: `String` treats Unicode-equivalent names as equal, the file system may
        // not.
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

    /// Rejects links, pipes and devices at some paths, and at any depth in folders at these paths.
    /// Missing items are accepted.
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
