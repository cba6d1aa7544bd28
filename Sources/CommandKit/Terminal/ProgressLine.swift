/// Shows on the standard error how far a task has come.
///
/// On a terminal it is one line, drawn again at most ten times a second. Elsewhere it is plain
/// lines: the first after ten seconds, and each next one when a tenth more of the time has gone
/// by, at least ten seconds apart, so that a long task fills no log. It may be used from any
/// thread.
public final class ProgressLine: Sendable {
    /// Tells the time since some fixed moment; must never run backwards.
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
    ///   - unit: What a step is called, in the plural, e.g. `images`.
    ///   - console: Where to show it.
    ///   - clock: Tells the time; a monotonic clock unless a test brings its own.
    public init(
        _ label: String, total: Int? = nil, unit: String = "", console: Console = .standard,
        clock: @escaping Clock = ProgressLine.monotonicClock
    ) {
        self.console = console
        self.clock = clock
        let start = clock()
        let meter = ProgressMeter(label: label, total: total, unit: unit, start: start)
        let wait = console.isInteractive ? .zero : Self.plainInterval
        state = Locked(State(meter: meter, nextShow: start + wait))
    }

    /// Time since the first call, unmoved by changes of the system's date.
    public static let monotonicClock: Clock = {
        let origin = ContinuousClock.now
        return { ContinuousClock.now - origin }
    }()

    /// Says how many steps are done.
    ///
    /// - Parameters:
    ///   - completed: Steps done since the start.
    ///   - detail: A few words on the state of the task, e.g. `loss 2.31`.
    public func update(_ completed: Int, detail: String = "") {
        record { _ in
            completed
        } detail: { _ in
            detail
        }
    }

    /// Says that further steps are done.
    ///
    /// - Parameters:
    ///   - steps: Steps done since the last call.
    ///   - detail: A few words on the state of the task; nil keeps the last ones.
    public func advance(by steps: Int = 1, detail: String? = nil) {
        record {
            $0 + steps
        } detail: {
            detail ?? $0
        }
    }

    /// Replaces the line by a last one, e.g. `epoch 3: 200 images in 0:02, 98.3/s, loss 2.1`.
    ///
    /// - Parameter summary: What to say instead; nothing if it is empty.
    public func finish(_ summary: String? = nil) {
        let text: String? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            return summary ?? state.meter.summary(at: clock())
        }
        guard let text else { return }
        console.setStatus("")
        if !text.isEmpty { console.note(text) }
    }

    private func record(_ completed: (Int) -> Int, detail: (String) -> String) {
        state.withLock { state in
            let now = clock()
            let (count, words) = (completed(state.meter.completed), detail(state.meter.detail))
            state.meter.update(completed: count, detail: words, at: now)
            guard now >= state.nextShow, !state.isFinished else { return }
            show(&state, at: now)
        }
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
}
