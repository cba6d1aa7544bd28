public import Foundation

/// Writes folders that exist completely or not at all.
public enum AtomicFolder {
    /// Creates a folder: `body` fills a hidden one beside it (``PartialFolder``), which is renamed when it
    /// is complete, and removed if `body` throws. Remains of killed processes are removed first, but not
    /// the partial folders of running ones.
    ///
    /// - Throws: ``SafeFilesError``, also if the folder exists and is not empty, and errors of
    ///   `body`.
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
