public import Foundation
import Spelling

/// A command's output: results on standard output, everything else on standard error.
///
/// Results can be piped into another program without notes, warnings and progress. A status line, as drawn
/// by ``ProgressLine``, stays below everything written through the same console.
public final class Console: Sendable {
    /// The process's own standard output and error.
    public static let standard = Console(output: STDOUT_FILENO, diagnostics: STDERR_FILENO)

    private let output: TextStream
    private let diagnostics: TextStream
    private let columns: Int?
    /// The status line on the terminal; empty when there is none.
    private let status = Locked("")
    /// The reason why ``output(_:)`` was not written.
    private let firstFailure = Locked<ConsoleError?>(nil)

    /// Creates a console over two file descriptors, which it does not close.
    ///
    /// The process ignores SIGPIPE from here on, so that a write to a closed pipe throws instead of ending
    /// the process.
    ///
    /// - Parameters:
    ///   - output: Descriptor for results.
    ///   - diagnostics: Descriptor for notes, warnings, errors and progress.
    ///   - environment: Where `NO_COLOR`, `TERM` and `COLUMNS` are looked up.
    public init(
        output: Int32, diagnostics: Int32,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        signal(SIGPIPE, SIG_IGN)
        self.output = TextStream(descriptor: output, environment: environment)
        self.diagnostics = TextStream(descriptor: diagnostics, environment: environment)
        columns = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Columns of the terminal, or of `COLUMNS`, or 80.
    public var width: Int { output.width ?? diagnostics.width ?? columns ?? 80 }

    /// Whether standard error is a terminal, on which a line can be redrawn.
    public var isInteractive: Bool { diagnostics.isTerminal }

    /// Writes one or more lines to standard output. Control characters, e.g. in a name, are escaped.
    ///
    /// - Throws: ``ConsoleError/closedOutput`` if its reader has closed it, which a command should
    ///   propagate; ``ConsoleError/unwritableOutput(reason:)`` if e.g. the disk is full.
    public func write(_ text: String) throws(ConsoleError) {
        try aboveStatus { () throws(ConsoleError) in try output.write(text.visible + "\n") }
    }

    /// The same, with lines that are too long for a terminal broken between words. For what people read; what may
    /// be copied into a file, such as JSON or a script, is written unchanged by ``write(_:)``.
    public func writeWrapped(_ text: String) throws(ConsoleError) {
        try write(Self.fitted(text.visible, to: output.width))
    }

    /// Writes a value as JSON with sorted keys to the standard output.
    ///
    /// - Parameters:
    ///   - value: What to write.
    ///   - isPretty: Whether to spread it over indented lines; on one line if not.
    /// - Throws: As ``write(_:)``, or an `EncodingError`.
    public func writeJSON(_ value: some Encodable, isPretty: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        try write(String(decoding: encoder.encode(value), as: UTF8.self))
    }

    /// Writes a line of information to the standard error.
    public func note(_ text: String) { diagnose("", nil, text) }

    /// Writes a warning to the standard error.
    public func warning(_ text: String) { diagnose("warning:", .yellow, text) }

    /// Writes an error to the standard error.
    public func error(_ text: String) { diagnose("error:", .red, text) }

    /// Writes a result to the process's standard output; ``CommandLineTool`` reports a failure at the end.
    public static func output(_ text: String) {
        recordingFailure { () throws(ConsoleError) in try standard.write(text) }
    }

    /// Writes a result for people to the process's standard output, as ``writeWrapped(_:)``.
    public static func outputWrapped(_ text: String) {
        recordingFailure { () throws(ConsoleError) in try standard.writeWrapped(text) }
    }

    private static func recordingFailure(_ body: () throws(ConsoleError) -> Void) {
        do {
            try body()
        } catch {
            standard.firstFailure.withLock { $0 = $0 ?? error }
        }
    }

    /// Writes a note to the process's standard error.
    public static func note(_ text: String) { standard.note(text) }

    /// The reason why ``output(_:)`` was not written; nil if it was.
    var failure: ConsoleError? { firstFailure.withLock { $0 } }

    /// Draws a line that stays below all others until it is replaced or, if empty, removed.
    ///
    /// Does nothing if standard error is not a terminal.
    func setStatus(_ line: String) {
        guard isInteractive else { return }
        status.withLock { status in
            status = line.visible
            try? diagnostics.write(Self.clearLine + status)
        }
    }

    private static let clearLine = "\r\u{1B}[K"

    /// If the standard error is closed there is nothing left to report to.
    private func diagnose(_ label: String, _ style: TextStyle?, _ text: String) {
        let shown = text.visible.shortened(to: Self.maxNoteLength)
        let start = style.map { diagnostics.hasColours ? $0.applied(to: label) : label }
        let line = Self.fitted(
            shown, to: diagnostics.width, after: start == nil ? 0 : label.count + 1)
        aboveStatus { try? diagnostics.write((start.map { $0 + " " } ?? "") + line + "\n") }
    }

    /// The text with lines that are too long for the terminal broken between words, which a terminal does not
    /// care for; unchanged where there is no terminal.
    private static func fitted(_ text: String, to width: Int?, after label: Int = 0) -> String {
        guard let width, width >= minWrappedWidth else { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.enumerated().map { index, line in
            let taken = index == 0 ? label : 0
            guard taken + line.displayWidth > width else { return line }
            let indent = line.prefix { $0 == " " }
            let pieces = line.wordLines(
                first: width - taken - indent.count, rest: width - indent.count - 2)
            return indent + pieces.joined(separator: "\n\(indent)  ")
        }.joined(separator: "\n")
    }

    /// Columns of the narrowest terminal for which lines are broken.
    private static let minWrappedWidth = 40

    /// Maximum number of characters of a note; longer ones quote something unreadably long.
    private static let maxNoteLength = 8000

    private func aboveStatus<Failure: Error>(
        _ body: () throws(Failure) -> Void
    ) throws(Failure) {
        try status.withLock { (status: inout String) throws(Failure) in
            if !status.isEmpty { try? diagnostics.write(Self.clearLine) }
            defer { if !status.isEmpty { try? diagnostics.write(status) } }
            try body()
        }
    }
}
