/// By which time leases are kept and expire.
///
/// Clocks of machines differ, so no time that another machine wrote is ever compared: an observer
/// measures by its own clock for how long a lease's file has not changed.
public struct LeaseClock: Sendable {
    /// Time since any moment, which never runs backwards and continues while the machine sleeps.
    public var now: @Sendable () -> Duration
    /// Time between two signs of life.
    public var interval: Duration
    /// A lease without a sign of life for so long has been abandoned.
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

    /// Time since the first question, by the system's clock that continues while the machine sleeps.
    public static let sinceStart: @Sendable () -> Duration = {
        origin.duration(to: .now)
    }

    private static let origin = ContinuousClock.now
}
