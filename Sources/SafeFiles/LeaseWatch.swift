public import Foundation

/// Watches leases to distinguish those that are held from those that were abandoned.
///
/// A lease is abandoned if its process certainly has ended, or if its file has not changed for
/// ``LeaseClock/limit``. A file that is not a valid lease has an unknown holder and is abandoned after
/// the same time.
public final class LeaseWatch: @unchecked Sendable {
    /// State of a lease.
    public enum State: Equatable, Sendable {
        case free
        /// A process holds it; nil if the holder is unknown.
        case held(by: ProcessIdentity?)
        /// The holder has ended, or gives no heartbeats.
        case leftBehind(by: ProcessIdentity?)
    }

    private struct Sight {
        var data: Data
        var since: Duration
        /// Whether a change was seen, so that the holder is alive.
        var hasChanged = false
    }

    /// The clock that decides when a lease has expired.
    public let clock: LeaseClock
    private let lock = NSLock()
    // `@unchecked` is sound because it is accessed only while `lock` is held.
    private var sights: [String: Sight] = [:]

    /// Creates a watch that has seen no lease.
    public init(_ clock: LeaseClock = LeaseClock()) {
        self.clock = clock
    }

    /// The current state of a lease; each call is an observation of its file.
    ///
    /// - Throws: ``SafeFilesError`` if it is not a regular file or cannot be read.
    public func state(of url: URL) throws(SafeFilesError) -> State { try look(at: url).state }

    /// Whether the holder of a lease is certainly alive: a heartbeat was seen, or the process runs on
    /// this machine. If false, a lease in state ``State/held(by:)`` may turn out to be abandoned.
    public func isAlive(_ url: URL) throws(SafeFilesError) -> Bool {
        guard case .held(let holder) = try state(of: url) else { return false }
        return holder?.isHere == true || lock.withLock { sights[url.path]?.hasChanged == true }
    }

    /// The state of a lease, and its file's contents.
    func look(at url: URL) throws(SafeFilesError) -> (state: State, data: Data) {
        guard let data = try PlainFile.read(url) else {
            lock.withLock { sights[url.path] = nil }
            return (.free, Data())
        }
        let unchanged = lock.withLock { () -> Duration in
            let now = clock.now()
            if let sight = sights[url.path], sight.data == data { return now - sight.since }
            sights[url.path] = Sight(
                data: data, since: now, hasChanged: sights[url.path] != nil)
            return .zero
        }
        let holder = LeaseRecord(data)?.holder
        let isLeft = unchanged >= clock.limit || holder?.isGone == true
        return (isLeft ? .leftBehind(by: holder) : .held(by: holder), data)
    }
}
