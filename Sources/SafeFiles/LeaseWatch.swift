public import Foundation

/// Watches leases, and distinguishes those that are held from those that were abandoned.
///
/// A lease has been abandoned when its process certainly has ended, or when its file was seen without a
/// change for ``LeaseClock/limit``. What cannot be read as a lease has an unknown holder, and is
/// abandoned after the same time.
public final class LeaseWatch: @unchecked Sendable {
    /// State of a lease.
    public enum State: Equatable, Sendable {
        case free
        /// A process holds it; nil if the file does not say which.
        case held(by: ProcessIdentity?)
        /// Whoever held it has ended, or gives no sign of life.
        case leftBehind(by: ProcessIdentity?)
    }

    private struct Sight {
        var data: Data
        var since: Duration
        /// Whether a change was seen: the holder gives signs of life.
        var hasChanged = false
    }

    /// The clock that decides when a lease has expired.
    public let clock: LeaseClock
    private let lock = NSLock()
    // Sound because it is reached only while `lock` is held.
    private var sights: [String: Sight] = [:]

    /// Creates a watch that has seen no lease.
    public init(_ clock: LeaseClock = LeaseClock()) {
        self.clock = clock
    }

    /// The current state of a lease; each check counts as one sight of its file.
    ///
    /// - Throws: ``SafeFilesError`` if something other than a file is in its place, or the system
    ///   refuses to read it.
    public func state(of url: URL) throws(SafeFilesError) -> State { try look(at: url).state }

    /// Whether the holder of a lease certainly exists: a sign of life was seen, or the process is one of
    /// this machine. Before, a lease that is held may turn out to be abandoned.
    public func isAlive(_ url: URL) throws(SafeFilesError) -> Bool {
        guard case .held(let holder) = try state(of: url) else { return false }
        return holder?.isHere == true || lock.withLock { sights[url.path]?.hasChanged == true }
    }

    /// The state of a lease, and its bytes.
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
