import Foundation

/// Gives signs of life for leases, on a thread of its own, whatever the process does meanwhile.
public final class LeaseKeeper: Sendable {
    private let state: State

    /// Begins with no lease.
    public init(_ clock: LeaseClock) {
        state = State()
        let state = state
        let thread = Thread { while state.wait(clock.interval) { state.beat() } }
        thread.name = "leases"
        thread.start()
    }

    deinit { state.end() }

    /// Keeps a lease until it is released, is lost, or is deinitialised.
    public func keep(_ lease: Lease) { state.add(lease) }
}

private final class State: @unchecked Sendable {
    private struct Entry {
        weak var lease: Lease?
    }

    private let lock = NSLock()
    // Sound because what follows is reached only while `lock` is held.
    private var isOver = false
    private var entries: [Entry] = []

    func add(_ lease: Lease) { lock.withLock { entries.append(Entry(lease: lease)) } }

    func end() { lock.withLock { isOver = true } }

    /// Waits; false when there is nothing more to do.
    func wait(_ time: Duration) -> Bool {
        var left = time / .seconds(1)
        while left > 0, lock.withLock({ !isOver }) {
            // By a monotonic clock, unlike a condition's; in parts, so that the end is noticed.
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
        // Not under the lock: a network file system may take its time.
        let ended = leases.filter { !$0.beat() }
        lock.withLock {
            entries.removeAll { entry in ended.contains { $0 === entry.lease } }
        }
    }
}
