import CommandKit
import Dispatch
import Foundation
import Testing

@Suite(.serialized) struct InterruptTests {
    @Test(arguments: [(SIGUSR2, ExitCode.interrupted), (SIGTERM, .terminated), (SIGHUP, .hangup)])
    func theFirstSignalIsNoted(number: Int32, code: ExitCode) throws {
        let isNotified = DispatchSemaphore(value: 0)
        let interrupt = try Interrupt(signals: [number], onFirst: { isNotified.signal() })
        #expect(!interrupt.isRequested)
        #expect(interrupt.exitCode == nil)
        try interrupt.check()
        kill(getpid(), number)
        isNotified.wait()
        #expect(interrupt.isRequested)
        #expect(interrupt.exitCode == code)
        #expect(throws: code) { try interrupt.check() }
        interrupt.cancel()
    }

    @Test func oneMayBeWatchedAfterTheOther() throws {
        for _ in 0..<3 {
            let interrupt = try Interrupt(signals: [SIGUSR2])
            kill(getpid(), SIGUSR2)
            while !interrupt.isRequested { Thread.sleep(forTimeInterval: 0.001) }
        }
    }

    @Test func aSecondRequestEndsWorkThatHasNotHeardOfTheFirst() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            let isNotified = DispatchSemaphore(value: 0)
            try watchForEver { isNotified.signal() }
            kill(getpid(), SIGINT)
            kill(getpid(), SIGINT)
            isNotified.wait()
            // A second later it is another request.
            while true {
                try await Task.sleep(for: .seconds(1.1))
                kill(getpid(), SIGINT)
            }
        }
    }

    @Test func twoAtOnceAreOneRequest() async {
        await #expect(processExitsWith: .exitCode(143)) {
            let interrupt = try Interrupt()
            kill(getpid(), SIGTERM)
            while !interrupt.isRequested { try await Task.sleep(for: .milliseconds(1)) }
            for number in [SIGCONT, SIGTERM, SIGINT, SIGHUP] { kill(getpid(), number) }
            // Whatever is sent later as well: the work has heard of it, and saves.
            try await Task.sleep(for: .seconds(1.2))
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .milliseconds(100))
            exit(interrupt.exitCode?.rawValue ?? 0)
        }
    }

    @Test func fromTheFirstMomentSignalsEndWithTheirCodes() async {
        await #expect(processExitsWith: .exitCode(143)) {
            Interrupt.endWithCodes()
            // Also after something else watched them.
            try Interrupt().cancel()
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(60))
        }
    }

    @Test func afterCancellingTheFirstSignalEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            try Interrupt().cancel()
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(60))
        }
    }

    @Test func anIgnoredSignalStaysIgnored() throws {
        signal(SIGUSR1, SIG_IGN)
        let interrupt = try Interrupt(signals: [SIGUSR1, SIGUSR2])
        kill(getpid(), SIGUSR1)
        kill(getpid(), SIGUSR2)
        while !interrupt.isRequested { Thread.sleep(forTimeInterval: 0.001) }
        interrupt.cancel()
        // Still alive, and still ignored.
        kill(getpid(), SIGUSR1)
    }

    @Test func theDefaultSignalsAskAProcessToEnd() {
        #expect(Interrupt.defaultSignals == [SIGINT, SIGTERM, SIGHUP])
    }
}

/// Watches until the process ends.
private func watchForEver(_ onFirst: @escaping @Sendable () -> Void) throws {
    _ = Unmanaged.passRetained(try Interrupt(onFirst: onFirst))
}
