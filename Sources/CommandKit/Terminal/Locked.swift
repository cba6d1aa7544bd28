import Foundation

/// State that only one thread at a time can access.
///
/// `Synchronization.Mutex` would do the same, but it needs macOS 15.
final class Locked<State>: @unchecked Sendable {
    // Sound because `state` is accessed only while `lock` is held.
    private let lock = NSLock()
    private var state: State

    init(_ state: sending State) { self.state = state }

    func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&state)
    }
}
