/// Shows how far long work has come: one line that is drawn anew on a terminal, and a plain line
/// now and then elsewhere.
public final class ProgressLine {
    private let isTerminal: Bool
    private let clock = ContinuousClock()
    private let interval: Duration
    private var lastShown: ContinuousClock.Instant?
    private var isDrawn = false

    /// Creates a line.
    ///
    /// - Parameter isTerminal: Whether the line can be drawn anew.
    public init(isTerminal: Bool = Console.isTerminal) {
        self.isTerminal = isTerminal
        interval = isTerminal ? .milliseconds(100) : .seconds(15)
    }

    /// Shows a state, unless the last one was shown only just now.
    public func show(_ text: @autoclosure () -> String) {
        let now = clock.now
        if let lastShown, lastShown.duration(to: now) < interval { return }
        // The first state of plain output waits, so that short work stays silent.
        defer { lastShown = now }
        if !isTerminal, lastShown == nil { return }
        draw(text())
    }

    /// Removes the line, so that other words can be written.
    public func clear() {
        guard isDrawn else { return }
        isDrawn = false
        Console.write("\r\u{1B}[K", to: 2)
    }

    /// Writes a lasting line above.
    public func remark(_ text: String) {
        clear()
        Console.remark(text)
    }

    private func draw(_ text: String) {
        guard isTerminal else {
            Console.remark(text)
            return
        }
        Console.write("\r\u{1B}[K" + text.prefix(Console.width - 1), to: 2)
        isDrawn = true
    }
}

/// Durations as people say them.
public enum DurationText {
    /// `45 s`, `3 min 20 s` or `2 h 05 min`.
    public static func text(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
        return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
    }
}
