import Dispatch
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ctrl-C and SIGTERM as a wish to stop: the first is noted, so that the work can save its state; a
/// second Ctrl-C ends the program at once.
public final class Interrupt: @unchecked Sendable {
    private let lock = NSLock()
    private var wasAsked = false
    private var sources: [any DispatchSourceSignal] = []

    /// Begins to listen.
    ///
    /// - Parameter onFirst: Called when the wish comes, on another thread.
    public init(onFirst: @escaping @Sendable () -> Void = {}) {
        for number in [SIGINT, SIGTERM] {
            // The default action would end the program before the source hears of the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in
                guard let self else { return }
                if self.note() { _exit(ExitCode.interrupted.rawValue) }
                onFirst()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Whether to stop.
    public var isAsked: Bool { lock.withLock { wasAsked } }

    /// Notes a wish; returns whether there was one before.
    private func note() -> Bool {
        lock.withLock {
            defer { wasAsked = true }
            return wasAsked
        }
    }
}
