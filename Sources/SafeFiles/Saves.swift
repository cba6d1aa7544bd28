import Foundation

/// Files that this process is writing, so that it is not ended in the middle of one.
public enum Saves {
    private static let changed = NSCondition()
    // Sound because it is reached only while `changed` is locked.
    nonisolated(unsafe) private static var count = 0

    /// Records that a file is being written.
    static func begin() { changed.withLock { count += 1 } }

    /// Announces that it exists.
    static func end() {
        changed.withLock {
            count -= 1
            changed.broadcast()
        }
    }

    /// Runs a body that makes and writes a file.
    public static func during<Result>(_ body: () throws -> Result) rethrows -> Result {
        begin()
        defer { end() }
        return try body()
    }

    /// Runs a body when no file is being written, and lets none be begun meanwhile.
    public static func whenDone(_ body: () -> Void) {
        changed.withLock {
            while count > 0 { changed.wait() }
            body()
        }
    }
}
