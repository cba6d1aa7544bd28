import Foundation

extension Process {
    /// Waits until it has ended, for at most so long.
    func awaitEnd(within limit: Duration) {
        let started = ContinuousClock.now
        while isRunning, started.duration(to: .now) < limit { usleep(20_000) }
    }
}

extension [Process] {
    /// Ends all of them with SIGTERM and, if one is still running after the limit, with SIGKILL: a process that was
    /// stopped does not react to the former.
    func end(within limit: Duration) {
        for process in self where process.isRunning { process.terminate() }
        let started = ContinuousClock.now
        for process in self {
            process.awaitEnd(within: limit - started.duration(to: .now))
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
    }
}
