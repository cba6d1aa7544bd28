import Foundation

/// Gives heartbeats for leases on its own thread.
public final class LeaseKeeper: Sendable {
    private let state: State

    /// Starts the thread, without any leases.
    public init(_ clock: LeaseClock) {
        state = State()
        let state = state
        let thread = Thread { while state.wait(clock.interval) { state.beat() } }
        thread.name = "leases"
        thread.start()
    }

    deinit { state.end() }

    /// Gives heartbeats for a lease until it is released, lost or deinitialised.
    public func keep(_ lease: Lease) { state.add(lease) }
}

private final class State: @unchecked Sendable {
    private struct Entry {
        weak var lease: Lease?
    }

    private let lock = NSLock()
    // `@unchecked` is sound because what follows is accessed only while `lock` is held.
    private var isOver = false
    private var entries: [Entry] = []

    func add(_ lease: Lease) { lock.withLock { entries.append(Entry(lease: lease)) } }

    func end() { lock.withLock { isOver = true } }

    /// Waits; false if the keeper has ended.
    func wait(_ time: Duration) -> Bool {
        var left = time / .seconds(1)
        while left > 0, lock.withLock({ !isOver }) {
            // `usleep` is monotonic, unlike a condition's timeout; in steps of a second, so that
            // the end is noticed.
            usleep(UInt32(min(left, 1) * 1e6))
            left -= 1
        }
        return lock.withLock { !isOver }
    }

    func beat() {
        let leases = lock.withLock {
            entries.removeAll { $0.lease == nil }
            return entries.compactMap(\.lease)
        }
        // Without the lock, since a network file system may be slow.
        let ended = leases.filter { !$0.beat() }
        lock.withLock {
            entries.removeAll { entry in ended.contains { $0 === entry.lease } }
        }
    }
}
