import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Turns Ctrl-C into a question that long work asks itself between two steps.
///
/// The first signal is only noted, so that the work can finish its step and save its state. A
/// second one of the same kind ends the process at once, by the signal's default action.
///
/// The signal handler does two things, both safe in one: it gives the signal its default action
/// back and writes a byte to a pipe. All else happens on a thread that waits for the byte. A
/// dispatch source would lose signals until its thread has registered it.
public final class Interrupt: Sendable {
    private let signals: [Int32]
    private let received = Locked<Int32?>(nil)
    /// The end of the pipe the handler writes to; nil once cancelled.
    private let writeEnd: Locked<Int32?>

    /// What asks a process to end: Ctrl-C, a scheduler's SIGTERM, and a terminal that goes away.
    public static let usual = [SIGINT, SIGTERM, SIGHUP]

    /// Starts to watch, until ``cancel()`` is called or the object goes away.
    ///
    /// A signal that the process ignores, as `nohup` arranges, stays ignored.
    ///
    /// - Parameters:
    ///   - signals: Signals to watch, from 1 to 64; no two objects may watch the same at once.
    ///   - onFirst: Called on another thread when the first signal arrives, e.g. to say that the
    ///     work is about to stop.
    /// - Throws: ``ConsoleError/unwatchableSignals(reason:)`` if the system has no more
    ///   descriptors.
    public init(
        signals: [Int32] = Interrupt.usual, onFirst: @escaping @Sendable () -> Void = {}
    ) throws(ConsoleError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .unwatchableSignals(reason: String(cString: strerror(errno)))
        }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        // A child process must not hold the pipe open, nor a full pipe hold up the handler.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
        self.writeEnd = Locked(writeEnd)
        // Watched before the thread runs: a byte written meanwhile waits in the pipe.
        self.signals = signals.filter { number in
            SignalTable.range.contains(number)
                && SignalTable.watch(number, writingTo: writeEnd)
        }
        Self.unblock(self.signals)
        Thread.detachNewThread { [received] in
            guard let number = Self.awaitByte(from: readEnd) else { return }
            received.withLock { $0 = number }
            onFirst()
        }
    }

    deinit { cancel() }

    /// Whether to stop.
    public var isRequested: Bool { exitCode != nil }

    /// The code to end with, once a signal has arrived.
    public var exitCode: ExitCode? {
        switch received.withLock({ $0 }) {
        case nil: nil
        case SIGHUP: .hangup
        case SIGTERM: .terminated
        default: .interrupted
        }
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

    /// Lets this thread take the signals: a process that another one's worker thread started may
    /// have been born with all of them held back.
    private static func unblock(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
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

    /// Leads a signal to the handler; returns false, and changes nothing, if it is ignored.
    static func watch(_ number: Int32, writingTo pipe: Int32) -> Bool {
        pipes[Int(number)] = pipe
        let before = signal(number) { number in
            let code = errno
            signal(number, SIG_DFL)
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(SignalTable.pipes[Int(number)], &byte, 1)
            errno = code
        }
        guard unsafeBitCast(before, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else {
            signal(number, SIG_IGN)
            return false
        }
        return true
    }

    static func unwatch(_ number: Int32) {
        signal(number, SIG_DFL)
        pipes[Int(number)] = -1
    }
}
