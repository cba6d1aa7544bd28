/// Shows the progress of a task on standard error.
///
/// On a terminal it is one line, redrawn at most ten times per second. Elsewhere it is plain lines: the
/// first after ten seconds, and each next one after another tenth of the elapsed time, at least ten seconds
/// apart, so that a long task does not flood a log. A task of less than two seconds shows nothing.
/// Thread-safe.
public final class ProgressLine: Sendable {
    /// Returns the time since some fixed moment; must never run backwards.
    public typealias Clock = @Sendable () -> Duration

    private struct State {
        var meter: ProgressMeter
        var nextShow: Duration
        var isFinished = false
    }

    private let console: Console
    private let clock: Clock
    private let state: Locked<State>

    /// Starts measuring a task.
    ///
    /// - Parameters:
    ///   - label: What is being done, in a few words.
    ///   - total: Total number of steps; nil if unknown.
    ///   - completed: Steps that were done before, which do not count for the rate.
    ///   - unit: Name of the steps, in the plural, e.g. `images`.
    ///   - console: Where to show it.
    ///   - clock: Returns the time; a monotonic clock except in tests.
    public init(
        _ label: String, total: Int? = nil, completed: Int = 0, unit: String = "",
        console: Console = .standard, clock: @escaping Clock = ProgressLine.monotonicClock
    ) {
        self.console = console
        self.clock = clock
        let start = clock()
        let meter = ProgressMeter(
            label: label, total: total, completed: completed, unit: unit, start: start)
        let wait = console.isInteractive ? Self.shortTask : Self.plainInterval
        state = Locked(State(meter: meter, nextShow: start + wait))
    }

    /// Time since the first call, unaffected by changes of the system's date.
    public static let monotonicClock: Clock = {
        let origin = ContinuousClock.now
        return { ContinuousClock.now - origin }
    }()

    /// Reports how many steps are done.
    ///
    /// - Parameters:
    ///   - completed: Steps done since the start.
    ///   - total: Total number of steps, if it was not known before.
    ///   - details: The state of the task in parts of a few words, e.g. `loss 2.31`, the most important
    ///     first: a narrow terminal shows as many as fit.
    public func update(
        _ completed: Int, of total: Int? = nil, details: @autoclosure () -> [String] = []
    ) {
        state.withLock { state in
            let now = clock()
            state.meter.total = total ?? state.meter.total
            state.meter.update(completed: completed, at: now)
            guard now >= state.nextShow, !state.isFinished else { return }
            state.meter.details = details()
            show(&state, at: now)
        }
    }

    /// Ends the task, and with it the line.
    ///
    /// - Parameter summary: Text that replaces the line; empty for none. Nil for a standard text such as
    ///   `scan: 200 images in 0:04, 50.3/s`, unless the task was short.
    public func finish(_ summary: String? = nil) {
        let text: String? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            let now = clock()
            return summary
                ?? (now - state.meter.start < Self.shortTask ? "" : state.meter.summary(at: now))
        }
        guard let text else { return }
        console.setStatus("")
        if !text.isEmpty { console.note(text) }
    }

    private func show(_ state: inout State, at now: Duration) {
        if console.isInteractive {
            // One column less, since a full line would move the cursor to the next one.
            console.setStatus(state.meter.line(width: console.width - 1))
            state.nextShow = now + Self.drawInterval
        } else {
            console.note(state.meter.plainLine)
            state.nextShow = now + max(Self.plainInterval, (now - state.meter.start) / 10)
        }
    }

    private static let drawInterval = Duration.milliseconds(100)
    private static let plainInterval = Duration.seconds(10)
    private static let shortTask = Duration.seconds(2)
}
