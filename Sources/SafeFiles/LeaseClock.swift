/// The clock and time limits of leases.
///
/// Machines' clocks differ, so times written by other machines are never compared: an observer
/// measures with its own clock how long a lease's file has not changed.
public struct LeaseClock: Sendable {
    /// A monotonic time with any origin, which advances while the machine sleeps.
    public var now: @Sendable () -> Duration
    /// Interval between heartbeats.
    public var interval: Duration
    /// A lease without a heartbeat for this long is abandoned.
    public var limit: Duration
    /// Interval at which a waiting process checks a lease.
    public var glance: Duration

    /// Creates a clock; `now` can be replaced in tests.
    public init(
        now: @escaping @Sendable () -> Duration = LeaseClock.sinceStart,
        interval: Duration = .seconds(10), limit: Duration = .seconds(60),
        glance: Duration = .seconds(2)
    ) {
        self.now = now
        self.interval = interval
        self.limit = limit
        self.glance = glance
    }

    /// Time since the first call, by `ContinuousClock`.
    public static let sinceStart: @Sendable () -> Duration = {
        origin.duration(to: .now)
    }

    private static let origin = ContinuousClock.now
}
