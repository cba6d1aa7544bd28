import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folders that this process made for files that are not finished yet: a failure removes those that are still
/// empty, together with the file.
enum MadeFolders {
    private static let lock = NSLock()
    // Sound because it is reached only while `lock` is held.
    nonisolated(unsafe) private static var paths: Set<String> = []

    /// Makes a folder and its parents where they are missing, and runs a body that puts something into it. What
    /// was made goes again if the body throws.
    static func make<Result>(
        _ folder: URL, _ body: () throws(SafeFilesError) -> Result
    ) throws(SafeFilesError) -> Result {
        lock.lock()
        if !paths.contains(folder.path), AtomicFile.isFolder(folder) {
            // No thread removes it, so that none has to wait.
            lock.unlock()
            return try body()
        }
        // Held as long as the folder is empty, when another thread could remove it.
        defer { lock.unlock() }
        paths.formUnion(try AtomicFile.makeFolders(folder).map(\.path))
        do {
            return try body()
        } catch {
            remove(folder)
            throw error
        }
    }

    /// Removes a folder and its parents, innermost first, as far as they were made here and are empty.
    static func discard(_ folder: URL) { lock.withLock { remove(folder) } }

    /// Keeps a folder and its parents for good, because a file in it is finished.
    static func keep(_ folder: URL) {
        lock.withLock {
            var folder = folder
            while paths.remove(folder.path) != nil { folder.deleteLastPathComponent() }
        }
    }

    private static func remove(_ folder: URL) {
        var folder = folder
        while paths.contains(folder.path), rmdir(folder.path) == 0 {
            paths.remove(folder.path)
            folder.deleteLastPathComponent()
        }
    }
}
