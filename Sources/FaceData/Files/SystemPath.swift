import Foundation
import Spelling

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// System calls on paths, including names that are not UTF-8 (see ``ByteText``).
enum SystemPath {
    /// The kind of item at a path.
    enum Kind: Sendable {
        case file
        case folder
        /// A device, a pipe and so on.
        case other
    }

    /// Passes a path to a system call: unchanged or, if there is nothing of that name, as the bytes
    /// that its escapes represent.
    ///
    /// - Returns: The call's result; negative if it failed, with the reason in `errno`.
    static func attempt(_ path: String, _ call: (UnsafePointer<CChar>) -> Int32) -> Int32 {
        let result = path.withCString(call)
        guard result < 0, errno == ENOENT, let bytes = ByteText.bytes(path) else { return result }
        return (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map(call) ?? -1
            }
        }
    }

    /// The kind of item at a path, following links; nil if it cannot be accessed.
    static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard attempt(path, { stat($0, &status) }) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The first folder that contains subfolders of all these names.
    static func first(of folders: [URL], holding names: [String]) -> URL? {
        folders.first { folder in
            names.allSatisfy { kind(folder.appendingPathComponent($0).path) == .folder }
        }
    }

    /// Whether there is something at a path.
    static func exists(_ path: String) -> Bool { kind(path) != nil }

    /// Whether a path itself is a symbolic link.
    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return attempt(path, { lstat($0, &status) }) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Names in a folder that do not begin with a point, in ascending order of their bytes.
    ///
    /// - Throws: ``FaceDataError/unreadable(path:reason:)``, also if two names have the same
    ///   representation as text.
    static func visibleNames(_ folder: URL) throws(FaceDataError) -> [String] {
        let names = try namesAsBytes(folder)
            .filter { $0.first != UInt8(ascii: ".") }
            .sorted { $0.lexicographicallyPrecedes($1) }
            .map(ByteText.text)
        // Only the text of a name that is not UTF-8 can equal that of another name.
        if names.contains(where: ByteText.isEscaped) {
            var seen: Set<ExactText> = []
            if let duplicate = names.first(where: { !seen.insert(ExactText($0)).inserted }) {
                throw .unreadable(
                    path: folder.path,
                    reason:
                        "two of its names are shown as \(quoted: duplicate), one of which is not UTF-8; "
                        + "rename one of them")
            }
        }
        return names
    }

    private static func namesAsBytes(_ folder: URL) throws(FaceDataError) -> [[UInt8]] {
        let descriptor = attempt(folder.path) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            throw .unreadable(path: folder.path, reason: FileReader.obstacle(toListing: folder))
        }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw .unreadable(path: folder.path, reason: FileReader.systemReason())
        }
        defer { closedir(stream) }
        guard let start = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self)
            names.append(Array(UnsafeRawBufferPointer(start: name, count: strlen(name))))
        }
        guard errno == 0 else {
            throw .unreadable(path: folder.path, reason: FileReader.systemReason())
        }
        return names
    }
}
