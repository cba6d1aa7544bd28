/// Shows the progress of a task on the standard error.
///
/// On a terminal it is one line, drawn again at most ten times a second. Elsewhere it is plain
/// lines: the first after ten seconds, and each next one when another tenth of the time has passed
/// by, at least ten seconds apart, so that a long task fills no log. A task of less than two
/// seconds shows nothing. It may be used from any thread.
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

    /// Starts to measure a task.
    ///
    /// - Parameters:
    ///   - label: What is being done, in a few words.
    ///   - total: Steps there are; nil if that is not known.
    ///   - completed: Steps that were done before, which say nothing about the rate.
    ///   - unit: What a step is called, in the plural, e.g. `images`.
    ///   - console: Where to show it.
    ///   - clock: Returns the time; a monotonic clock unless a test brings its own.
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

    /// Time since the first call, unmoved by changes of the system's date.
    public static let monotonicClock: Clock = {
        let origin = ContinuousClock.now
        return { ContinuousClock.now - origin }
    }()

    /// Reports how many steps are done.
    ///
    /// - Parameters:
    ///   - completed: Steps done since the start.
    ///   - total: Steps there are, where that was not known before.
    ///   - details: The state of the task in parts of a few words, e.g. `loss 2.31`, what matters
    ///     most first: a narrow terminal shows as many as fit.
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
    /// - Parameter summary: What to say instead; nothing if it is empty, and if it is nil what
    ///   e.g. `scan: 200 images in 0:04, 50.3/s` says, unless the task was a short one.
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
            // One column short: a full line would move the cursor to the next.
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
