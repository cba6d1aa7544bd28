import Foundation

/// Counts the files that this process is writing, so that it does not exit in the middle of one.
public enum Saves {
    private static let changed = NSCondition()
    // Sound because it is accessed only while `changed` is locked.
    nonisolated(unsafe) private static var count = 0

    /// Records that a file is being written.
    static func begin() { changed.withLock { count += 1 } }

    /// Records that it was written.
    static func end() {
        changed.withLock {
            count -= 1
            changed.broadcast()
        }
    }

    /// Runs a closure that writes a file.
    public static func during<Result>(_ body: () throws -> Result) rethrows -> Result {
        begin()
        defer { end() }
        return try body()
    }

    /// Runs a closure when no file is being written, and blocks new ones meanwhile.
    public static func whenDone(_ body: () -> Void) {
        changed.withLock {
            while count > 0 { changed.wait() }
            body()
        }
    }
}
