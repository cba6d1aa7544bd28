import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Turns Ctrl-C into a flag that long work polls between two steps.
///
/// The first signal is only recorded, so that the work can finish its step and save its state. Signals
/// within the next second belong to it. A later one ends the process at once, by the signal's default
/// action, but not while something is being saved, unless it is Ctrl-C at a terminal.
///
/// The signal handler does only two things, both async-signal-safe: it reads a clock and writes to a pipe.
/// Everything else happens on a thread that reads the pipe. A dispatch source would lose signals until its
/// thread has registered it.
public final class Interrupt: Sendable {
    /// Runs a body while nothing is being saved, and prevents saving meanwhile.
    public typealias WhenSaved = @Sendable (_ body: () -> Void) -> Void

    private let signals: [Int32]
    private let state: Locked<State>
    /// The end of the pipe the handler writes to; nil once cancelled.
    private let writeEnd: Locked<Int32?>

    /// The handling of the signals that arrived.
    private struct State {
        var policy = SignalPolicy()
        var received: Int32?
        /// Whether the work has polled the flag and found it set.
        var isSeen = false
    }

    /// Signals that request termination: Ctrl-C, a scheduler's SIGTERM, and a closed terminal.
    public static let defaultSignals = [SIGINT, SIGTERM, SIGHUP]

    /// Watches signals until ``cancel()`` is called or the object is released.
    ///
    /// A signal that the process ignores, as `nohup` arranges, stays ignored.
    ///
    /// - Parameters:
    ///   - signals: Signals to watch, from 1 to 64; two objects must not watch the same signal at the same
    ///     time.
    ///   - onFirst: Called on another thread when the first signal arrives, e.g. to announce that the work
    ///     is about to stop.
    ///   - whenSaved: Lets a second request wait until nothing is being saved.
    /// - Throws: ``ConsoleError/unwatchableSignals(reason:)`` if the system has no more
    ///   descriptors.
    public init(
        signals: [Int32] = Interrupt.defaultSignals, onFirst: @escaping @Sendable () -> Void = {},
        whenSaved: @escaping WhenSaved = { $0() }
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
        let state = Locked(State())
        self.state = state
        // Watched before the thread runs: what is written meanwhile waits in the pipe.
        self.signals = signals.filter { number in
            SignalTable.range.contains(number)
                && SignalTable.watch(number, writingTo: writeEnd)
        }
        Self.unblock(self.signals)
        Thread.detachNewThread {
            defer { close(readEnd) }
            while let arrival = SignalTable.next(from: readEnd) {
                Self.take(arrival, state, whenSaved, onFirst)
            }
        }
    }

    deinit { cancel() }

    /// Reacts to a signal.
    private static func take(
        _ arrival: SignalPolicy.Arrival, _ state: Locked<State>, _ whenSaved: WhenSaved,
        _ onFirst: () -> Void
    ) {
        let reaction = state.withLock { state in
            let reaction = state.policy.handle(arrival, isStopping: state.isSeen)
            if reaction == .request { state.received = arrival.number }
            return reaction
        }
        switch reaction {
        case .request: onFirst()
        case .ignore: break
        case .endWhenSaved: whenSaved { SignalTable.end(by: arrival.number) }
        case .endNow: SignalTable.end(by: arrival.number)
        }
    }

    /// Whether to stop. A caller that gets true is expected to save its state and end: from then on, only
    /// Ctrl-C at a terminal ends the process earlier.
    public var isRequested: Bool { exitCode != nil }

    /// The exit code for the first signal; nil if none has arrived.
    public var exitCode: ExitCode? {
        let received = state.withLock { state in
            state.isSeen = state.isSeen || state.received != nil
            return state.received
        }
        return switch received {
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

    /// Stops watching, and restores the signals' previous handlers.
    public func cancel() {
        writeEnd.withLock { end in
            guard let descriptor = end else { return }
            for number in signals { SignalTable.unwatch(number) }
            close(descriptor)
            end = nil
        }
    }

    /// Makes the default signals end the process with 128 plus their numbers while nothing watches them; to
    /// be called at start-up. Ignored signals stay ignored.
    public static func endWithCodes() {
        for number in defaultSignals {
            let before = signal(number) { _exit(128 + $0) }
            if SignalTable.isIgnoring(before) { signal(number, SIG_IGN) }
        }
        unblock(defaultSignals)
    }

    /// Unblocks the signals on this thread: a process started from a worker thread of another one may
    /// inherit a mask that blocks all of them.
    private static func unblock(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}

/// The pipe that the handler of each signal writes to.
private enum SignalTable {
    static let range: ClosedRange<Int32> = 1...64

    // A signal handler takes no context argument, so it reads this table. Sound because an entry is written
    // only while its signal has no handler.
    nonisolated(unsafe) private static let pipes = table(of: Int32(-1))
    /// The previous handler of each signal.
    nonisolated(unsafe) private static let before = table(of: sigaction())

    private static func table<Entry>(of entry: Entry) -> UnsafeMutablePointer<Entry> {
        let table = UnsafeMutablePointer<Entry>.allocate(capacity: Int(range.upperBound) + 1)
        table.initialize(repeating: entry, count: Int(range.upperBound) + 1)
        return table
    }

    /// The bytes sent through the pipe.
    private struct Message {
        var number: Int32
        var isFromTerminal: Int32
        var seconds: Int64
        var nanoseconds: Int64
    }

    private static func tell(_ number: Int32, _ isFromTerminal: Bool) {
        let code = errno
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        var message = Message(
            number: number, isFromTerminal: isFromTerminal ? 1 : 0, seconds: Int64(now.tv_sec),
            nanoseconds: Int64(now.tv_nsec))
        _ = write(pipes[Int(number)], &message, MemoryLayout<Message>.size)
        errno = code
    }

    /// The next signal from a handler; nil if the other end is closed.
    static func next(from descriptor: Int32) -> SignalPolicy.Arrival? {
        var message = Message(number: 0, isFromTerminal: 0, seconds: 0, nanoseconds: 0)
        let size = MemoryLayout<Message>.size
        var count = 0
        repeat { count = read(descriptor, &message, size) } while count < 0 && errno == EINTR
        guard count == size else { return nil }
        return SignalPolicy.Arrival(
            number: message.number, isFromTerminal: message.isFromTerminal != 0,
            time: .seconds(message.seconds) + .nanoseconds(message.nanoseconds))
    }

    /// Installs the handler for a signal; returns false, and changes nothing, if the signal is ignored.
    static func watch(_ number: Int32, writingTo pipe: Int32) -> Bool {
        pipes[Int(number)] = pipe
        sigaction(number, nil, &before[Int(number)])
        guard !isIgnored(number) else { return false }
        var action = sigaction()
        action.sa_flags = Int32(SA_SIGINFO) | Int32(SA_RESTART)
        setHandler(of: &action)
        return sigaction(number, &action, nil) == 0
    }

    static func unwatch(_ number: Int32) {
        sigaction(number, &before[Int(number)], nil)
        pipes[Int(number)] = -1
    }

    /// Ends the process as an unhandled signal does.
    static func end(by number: Int32) {
        signal(number, SIG_DFL)
        kill(getpid(), number)
    }

    static func isIgnoring(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    #if canImport(Darwin)
        private static func isIgnored(_ number: Int32) -> Bool {
            isIgnoring(before[Int(number)].__sigaction_u.__sa_handler)
        }

        private static func setHandler(of action: inout sigaction) {
            action.__sigaction_u.__sa_sigaction = { number, _, _ in
                SignalTable.tell(number, number == SIGINT && isatty(STDIN_FILENO) == 1)
            }
        }
    #else
        private static func isIgnored(_ number: Int32) -> Bool {
            isIgnoring(before[Int(number)].__sigaction_handler.sa_handler)
        }

        /// `SI_KERNEL`: sent by the terminal driver, not by a process.
        private static let sentByKernel: Int32 = 0x80

        private static func setHandler(of action: inout sigaction) {
            action.__sigaction_handler.sa_sigaction = { number, info, _ in
                SignalTable.tell(
                    number, number == SIGINT && info?.pointee.si_code == SignalTable.sentByKernel)
            }
        }
    #endif
}
