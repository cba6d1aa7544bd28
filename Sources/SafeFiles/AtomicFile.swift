public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that exist completely or not at all, whenever the machine stops.
public enum AtomicFile {
    /// Replaces a file: the bytes are written beside it, forced to disk, and renamed over it.
    ///
    /// The parent folder is created where it is missing. A reader sees the old file or the new
    /// one and never a part.
    ///
    /// - Parameter previous: The path at which the old file is kept; nil to discard it. There is a whole file
    ///   under `url` at every moment, the old one or the new one; only a file system without hard
    ///   links leaves a moment without one, in which the old file is under `previous` alone.
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

    /// Replaces a file whose bytes come one after another, so that they need not all be in memory; as safely as
    /// one whose bytes are known.
    ///
    /// - Parameter body: Writes them; where it throws, the old file is untouched.
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

    /// Gives a file a second name, which replaces what was there.
    private static func keep(_ url: URL, as previous: URL) throws(SafeFilesError) {
        let name = PartialFile.temporary(for: previous)
        guard link(url.path, name.path) == 0 else { return try move(url, to: previous) }
        // Renaming does nothing where both are names of one file already.
        defer { unlink(name.path) }
        try move(name, to: previous)
    }

    /// Replaces a file with a text in UTF-8. See ``write(_:to:keepingPreviousAs:)``.
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
        // Another process may have made it meanwhile.
        guard !isFolder(url) else { return made }
        for folder in made.reversed() { rmdir(folder.path) }
        // The path is not a regular file: the file "exists", but that is not what is wrong.
        throw SafeFilesError(writing: url.path, code: code == EEXIST ? ENOTDIR : code)
    }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// Forces a folder's entries to disk, so that a rename or a new file survives a power cut.
    public static func synchronizeFolder(_ url: URL) throws(SafeFilesError) {
        // A folder that the user named may be a link.
        try FileDescriptor(url.resolvingSymlinksInPath(), flags: O_RDONLY).synchronize()
    }
}
