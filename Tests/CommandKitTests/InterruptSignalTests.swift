import CommandKit
import Dispatch
import Foundation
import Testing

@Suite(.serialized) struct InterruptSignalTests {
    @Test(arguments: [(SIGUSR2, ExitCode.interrupted), (SIGTERM, .terminated)])
    func theFirstSignalIsNoted(number: Int32, code: ExitCode) throws {
        let isTold = DispatchSemaphore(value: 0)
        let interrupt = try InterruptSignal(signals: [number]) { isTold.signal() }
        #expect(!interrupt.isRequested)
        #expect(interrupt.exitCode == nil)
        try interrupt.check()
        kill(getpid(), number)
        #expect(isTold.wait(timeout: .now() + 10) == .success)
        #expect(interrupt.isRequested)
        #expect(interrupt.exitCode == code)
        #expect(throws: code) { try interrupt.check() }
        interrupt.cancel()
    }

    @Test func oneMayBeWatchedAfterTheOther() throws {
        for _ in 0..<3 {
            let interrupt = try InterruptSignal(signals: [SIGUSR2])
            kill(getpid(), SIGUSR2)
            while !interrupt.isRequested { Thread.sleep(forTimeInterval: 0.001) }
        }
    }

    @Test func theSecondSignalEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGINT)) {
            let interrupt = try InterruptSignal()
            kill(getpid(), SIGINT)
            while !interrupt.isRequested { try await Task.sleep(for: .milliseconds(1)) }
            kill(getpid(), SIGINT)
            try await Task.sleep(for: .seconds(60))
        }
    }

    @Test func afterCancellingTheFirstSignalEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            try InterruptSignal().cancel()
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(60))
        }
    }

    @Test func theUsualSignalsAreControlCAndTermination() {
        #expect(InterruptSignal.usual == [SIGINT, SIGTERM])
    }
}
