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
            line.advance()
        }
        line.finish()
        line.finish()
        line.advance()
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
        line.update(1)
        terminal.shows("\r\u{1B}[Kscan  [#######.....................]  25 %  1/4")
        hands.time = .milliseconds(50)
        line.update(2)
        hands.time = .seconds(1)
        line.update(2, detail: "half")
        // Nothing of the update at 50 ms comes first: it was too soon.
        terminal.shows("\r\u{1B}[Kscan  [#######........]  50 %  2/4  2.00/s  0:01 left  half")
        line.finish("Scanned.")
        terminal.shows("\r\u{1B}[KScanned.\n")
    }

    @Test func otherLinesGoAboveIt() throws {
        let terminal = try PseudoTerminal()
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor, environment: [:])
        let line = ProgressLine("scan", console: console, clock: { .zero })
        line.update(1)
        terminal.shows("\r\u{1B}[Kscan  1")
        console.note("found")
        terminal.shows("\r\u{1B}[Kfound\nscan  1")
        try console.write("result")
        terminal.shows("\r\u{1B}[Kresult\nscan  1")
        line.finish("")
        terminal.shows("\r\u{1B}[K")
    }

    @Test func anyThreadMayAdvance() throws {
        let recorder = try Recorder()
        let line = ProgressLine("scan", unit: "files", console: recorder.console)
        DispatchQueue.concurrentPerform(iterations: 1000) { _ in line.advance(detail: "x") }
        line.finish()
        #expect(try recorder.diagnosed.hasPrefix("scan: 1,000 files in 0:"))
    }

    @Test func theClockDoesNotRunBackwards() {
        let first = ProgressLine.monotonicClock()
        #expect(ProgressLine.monotonicClock() >= first)
    }
}
