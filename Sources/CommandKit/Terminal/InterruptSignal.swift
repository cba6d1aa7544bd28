import Foundation

/// Turns Control-C into a question a long task asks itself between two steps.
///
/// The first SIGINT or SIGTERM is only noted, so that the task can finish its step and save its
/// state. A second one ends the process at once, by the signal's default action: a shell reports
/// 130 for SIGINT.
///
/// The signal handler does two things, both safe in one: it gives the signal its default action
/// back and writes a byte to a pipe. All else happens on a thread that waits for the byte.
public final class InterruptSignal: Sendable {
    private let signals: [Int32]
    private let received = Locked<Int32?>(nil)
    /// The end of the pipe the handler writes to; nil once cancelled.
    private let writeEnd: Locked<Int32?>

    /// SIGINT and SIGTERM.
    public static let usual = [SIGINT, SIGTERM]

    /// Starts to watch, until ``cancel()`` is called or the object goes away.
    ///
    /// - Parameters:
    ///   - signals: Signals to watch, from 1 to 64; no two objects may watch the same at once.
    ///   - onFirst: Called on another thread when the first signal arrives, e.g. to say that the
    ///     task is about to stop.
    /// - Throws: ``CommandKitError/unwatchableSignals(reason:)`` if the system has no more
    ///   descriptors.
    public init(
        signals: [Int32] = InterruptSignal.usual, onFirst: @escaping @Sendable () -> Void = {}
    ) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandKitError.unwatchableSignals(reason: reason)
        }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        // A child process must not hold the pipe open, nor a full pipe hold up the handler.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
        self.signals = signals.filter { SignalTable.range.contains($0) }
        self.writeEnd = Locked(writeEnd)
        Thread.detachNewThread { [received] in
            guard let number = Self.awaitByte(from: readEnd) else { return }
            received.withLock { $0 = number }
            onFirst()
        }
        for number in self.signals { SignalTable.watch(number, writingTo: writeEnd) }
    }

    deinit { cancel() }

    /// Whether a signal has arrived.
    public var isRequested: Bool { exitCode != nil }

    /// The code to end with, once a signal has arrived.
    public var exitCode: ExitCode? {
        received.withLock { $0 }.map { $0 == SIGTERM ? .terminated : .interrupted }
    }

    /// Throws the ``exitCode`` if a signal has arrived.
    public func check() throws {
        if let exitCode { throw exitCode }
    }

    /// Stops to watch; the signals end the process again.
    public func cancel() {
        writeEnd.withLock { end in
            guard let descriptor = end else { return }
            for number in signals { SignalTable.unwatch(number) }
            close(descriptor)
            end = nil
        }
    }

    /// Waits for a signal's number; nil when the other end is closed. Closes its own end.
    private static func awaitByte(from descriptor: Int32) -> Int32? {
        defer { close(descriptor) }
        var byte: UInt8 = 0
        var count = 0
        repeat { count = read(descriptor, &byte, 1) } while count < 0 && errno == EINTR
        return count == 1 ? Int32(byte) : nil
    }
}

/// Which pipe the handler of each signal writes to.
private enum SignalTable {
    static let range: ClosedRange<Int32> = 1...64

    // A signal handler can be told nothing, so it has to look here. Sound because an entry is
    // written only while its signal does not lead to the handler.
    nonisolated(unsafe) private static let pipes: UnsafeMutablePointer<Int32> = {
        let table = UnsafeMutablePointer<Int32>.allocate(capacity: Int(range.upperBound) + 1)
        table.initialize(repeating: -1, count: Int(range.upperBound) + 1)
        return table
    }()

    static func watch(_ number: Int32, writingTo pipe: Int32) {
        pipes[Int(number)] = pipe
        signal(number) { number in
            let code = errno
            signal(number, SIG_DFL)
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(SignalTable.pipes[Int(number)], &byte, 1)
            errno = code
        }
    }

    static func unwatch(_ number: Int32) {
        signal(number, SIG_DFL)
        pipes[Int(number)] = -1
    }
}
