import CommandKit
import Foundation
import Testing

@Suite struct ProgressLineTests {
    /// A clock that stands still until it is moved.
    private final class Hands: @unchecked Sendable {
        // Sound because a test moves and reads it on one thread.
        var time = Duration.zero
    }

    @Test func filesGetFewPlainLines() throws {
        let recorder = try Recorder()
        let hands = Hands()
        let line = ProgressLine(
            "scan", total: 1000, unit: "files", console: recorder.console, clock: { hands.time })
        for second in 1...1000 {
            hands.time = .seconds(second)
            line.update(second)
        }
        line.finish()
        line.finish()
        line.update(1000)
        let lines = try recorder.diagnosed.split(separator: "\n")
        #expect(lines.first == "scan: 10/1,000 files (1 %), 1.00/s, 16:30 left")
        #expect(lines.last == "scan: 1,000 files in 16:40, 1.00/s")
        #expect((30...40).contains(lines.count))
        #expect(!lines.joined().contains("\u{1B}"))
    }

    @Test func terminalsGetOneLineDrawnAgain() throws {
        let terminal = try PseudoTerminal(columns: 60)
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor, environment: [:])
        let hands = Hands()
        let line = ProgressLine("scan", total: 4, console: console, clock: { hands.time })
        hands.time = .milliseconds(1999)
        line.update(1)
        #expect(terminal.read().isEmpty)
        hands.time = .seconds(2)
        line.update(1)
        let wholeLine = String(repeating: "x", count: 4 + 59)
        let first = terminal.read(like: wholeLine)
        #expect(first.hasPrefix("\r\u{1B}[Kscan  [####"))
        #expect(first.hasSuffix("25 %  1/4  0.50/s  0:06 left"))
        hands.time = .milliseconds(2050)
        line.update(2)
        #expect(terminal.read().isEmpty)
        hands.time = .seconds(3)
        line.update(2, details: ["half"])
        #expect(terminal.read(like: wholeLine).hasPrefix("\r\u{1B}[Kscan  ["))
        line.finish("Scanned.")
        #expect(terminal.reads("\r\u{1B}[KScanned.\r\n"))
    }

    @Test func otherLinesGoAboveIt() throws {
        let terminal = try PseudoTerminal()
        let recorder = try Recorder()
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor, environment: [:])
        let hands = Hands()
        let line = ProgressLine("scan", console: console, clock: { hands.time })
        hands.time = .seconds(2)
        line.update(1)
        #expect(terminal.reads("\r\u{1B}[Kscan  1  0.50/s"))
        console.note("found")
        #expect(terminal.reads("\r\u{1B}[Kfound\r\nscan  1  0.50/s"))
        try console.write("result")
        #expect(terminal.reads("\r\u{1B}[Kresult\r\nscan  1  0.50/s"))
        line.finish("")
        #expect(terminal.reads("\r\u{1B}[K"))
        #expect(try recorder.diagnosed.isEmpty)
    }

    @Test func shortTasksAreSilent() throws {
        let recorder = try Recorder()
        let hands = Hands()
        let line = ProgressLine("scan", console: recorder.console, clock: { hands.time })
        hands.time = .milliseconds(1999)
        line.update(7)
        line.finish()
        #expect(try recorder.diagnosed.isEmpty)
    }

    @Test func stepsDoneBeforeSayNothingAboutTheRate() throws {
        let recorder = try Recorder()
        let hands = Hands()
        let line = ProgressLine(
            "train", total: 1000, completed: 900, unit: "steps", console: recorder.console,
            clock: { hands.time })
        hands.time = .seconds(10)
        line.update(920)
        hands.time = .seconds(50)
        line.update(1000)
        line.finish()
        #expect(
            try recorder.diagnosed == """
                train: 920/1,000 steps (92 %), 2.00/s, 0:40 left
                train: 1,000/1,000 steps (100 %), 2.00/s
                train: 100 steps in 0:50, 2.00/s

                """)
    }

    @Test func anyThreadMayUpdate() throws {
        let recorder = try Recorder()
        let line = ProgressLine("scan", unit: "files", console: recorder.console)
        DispatchQueue.concurrentPerform(iterations: 1000) { line.update($0, details: ["x"]) }
        line.finish("done")
        #expect(try recorder.diagnosed == "done\n")
    }

    @Test func theClockDoesNotRunBackwards() {
        let first = ProgressLine.monotonicClock()
        #expect(ProgressLine.monotonicClock() >= first)
    }
}
