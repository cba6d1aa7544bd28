public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Folders that are there completely or not at all.
public enum AtomicFolder {
    private static let suffix = "partial"

    /// Makes a folder: `body` fills a hidden one beside it, which is renamed when it is complete and
    /// removed when `body` throws.
    ///
    /// - Throws: ``SafeFilesError``, also where the folder is there and holds something, and whatever
    ///   `body` throws.
    public static func write(_ folder: URL, _ body: (_ draft: URL) throws -> Void) throws {
        let parent = folder.deletingLastPathComponent()
        let draft = parent.appendingPathComponent(
            ".\(folder.lastPathComponent).\(UUID().uuidString).\(suffix)")
        do {
            do {
                try AtomicFile.createFolder(draft)
            } catch {
                throw error.naming(folder.path)
            }
            try body(draft)
            try AtomicFile.move(draft, to: folder)
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw error
        }
        try AtomicFile.synchronizeFolder(parent)
    }

    /// Removes what killed processes left of a folder; nobody may be writing it.
    public static func removeStale(of folder: URL) {
        let parent = folder.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        for name in names
        where name.hasPrefix(".\(folder.lastPathComponent).") && name.hasSuffix(".\(suffix)") {
            try? FileManager.default.removeItem(at: parent.appendingPathComponent(name))
        }
    }
}
