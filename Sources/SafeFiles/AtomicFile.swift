public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes files that exist completely or not at all, even after a crash.
public enum AtomicFile {
    /// Replaces a file: the bytes are written to a temporary file beside it, synced to disk, and
    /// renamed over it.
    ///
    /// The parent folder is created if it is missing. Readers see either the old file or the new
    /// one, never a part of it.
    ///
    /// - Parameter previous: The path at which the old file is kept; nil to discard it. Either the old or the
    ///   new file exists at `url` at any moment, except that on a file system without hard links, the old
    ///   file briefly only exists at `previous`.
    /// - Throws: ``SafeFilesError/noSpace(path:)`` or ``SafeFilesError/unwritable(path:reason:)``;
    ///   the old file is then untouched.
    public static func write(
        _ data: Data, to url: URL, keepingPreviousAs previous: URL? = nil
    ) throws(SafeFilesError) {
        Saves.begin()
        defer { Saves.end() }
        let file = try FileWriter(url, part: PartialFile.temporary(for: url))
        try file.write(data)
        try replace(url, by: file, keepingPreviousAs: previous)
    }

    /// Replaces a file with bytes that a closure writes piece by piece, so that they need not all be in memory;
    /// otherwise like ``write(_:to:keepingPreviousAs:)``.
    ///
    /// - Parameter body: Writes the bytes; if it throws, the old file stays untouched.
    public static func write(
        to url: URL, keepingPreviousAs previous: URL? = nil,
        _ body: (FileWriter) throws -> Void
    ) throws {
        Saves.begin()
        defer { Saves.end() }
        let file = try FileWriter(url, part: PartialFile.temporary(for: url))
        try body(file)
        try replace(url, by: file, keepingPreviousAs: previous)
    }

    private static func replace(
        _ url: URL, by file: FileWriter, keepingPreviousAs previous: URL?
    ) throws(SafeFilesError) {
        try file.synchronize()
        if let previous, access(url.path, F_OK) == 0 { try keep(url, as: previous) }
        try file.finish()
        try synchronizeFolder(url.deletingLastPathComponent())
    }

    /// Gives a file a second name, replacing any file of that name.
    private static func keep(_ url: URL, as previous: URL) throws(SafeFilesError) {
        let name = PartialFile.temporary(for: previous)
        guard link(url.path, name.path) == 0 else { return try move(url, to: previous) }
        // Renaming does nothing if both are already names of the same file.
        defer { unlink(name.path) }
        try move(name, to: previous)
    }

    /// Replaces a file with UTF-8 text. See ``write(_:to:keepingPreviousAs:)``.
    public static func write(_ text: String, to url: URL) throws(SafeFilesError) {
        try write(Data(text.utf8), to: url)
    }

    /// Renames a file over another, or to a new name.
    public static func move(_ source: URL, to target: URL) throws(SafeFilesError) {
        guard rename(source.path, target.path) == 0 else {
            throw SafeFilesError(writing: target.path, code: errno)
        }
    }

    /// Creates a folder and its parents, all of them or none; does nothing where it exists.
    public static func createFolder(_ url: URL) throws(SafeFilesError) { _ = try makeFolders(url) }

    /// Creates a folder and its parents, all of them or none.
    ///
    /// - Returns: Those that were missing, the outermost first.
    static func makeFolders(_ url: URL) throws(SafeFilesError) -> [URL] {
        guard !isFolder(url) else { return [] }
        let parent = url.deletingLastPathComponent()
        let made = parent.path != url.path ? try makeFolders(parent) : []
        guard mkdir(url.path, 0o777) != 0 else { return made + [url] }
        let code = errno
        // Another process may have created it in the meantime.
        guard !isFolder(url) else { return made }
        for folder in made.reversed() { rmdir(folder.path) }
        // Something other than a folder has this name: "file exists" would be a misleading message.
        throw SafeFilesError(writing: url.path, code: code == EEXIST ? ENOTDIR : code)
    }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// Syncs a folder's entries to disk, so that a rename or a new file survives a power failure.
    public static func synchronizeFolder(_ url: URL) throws(SafeFilesError) {
        // A folder that the user named may be a link.
        try FileDescriptor(url.resolvingSymlinksInPath(), flags: O_RDONLY).synchronize()
    }
}
