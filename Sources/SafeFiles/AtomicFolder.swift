public import Foundation

/// Folders that exist completely or not at all.
public enum AtomicFolder {
    /// Makes a folder: `body` fills a hidden one beside it (``PartialFolder``), which is renamed when it is
    /// complete and removed when `body` throws. What killed processes left is removed first; what other
    /// processes are making stays.
    ///
    /// - Throws: ``SafeFilesError``, also where the folder exists and is not empty, and whatever
    ///   `body` throws.
    public static func write(_ folder: URL, _ body: (_ draft: URL) throws -> Void) throws {
        let part = try PartialFolder(for: folder)
        do {
            try body(part.url)
            try part.move(to: folder)
        } catch {
            part.remove()
            throw error
        }
        try AtomicFile.synchronizeFolder(folder.deletingLastPathComponent())
    }
}
