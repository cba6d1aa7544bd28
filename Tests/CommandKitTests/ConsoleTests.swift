import CommandKit
import Foundation
import Testing

@Suite struct ConsoleTests {
    @Test func resultsAndDiagnosticsGoApart() throws {
        let recorder = try Recorder()
        try recorder.console.write("result")
        recorder.console.note("a note")
        recorder.console.warning("careful")
        recorder.console.error("wrong")
        #expect(try recorder.written == "result\n")
        #expect(try recorder.diagnosed == "a note\nwarning: careful\nerror: wrong\n")
    }

    @Test func jsonHasSortedKeys() throws {
        struct Value: Encodable {
            let b = "a/b"
            let a = 1
        }
        let recorder = try Recorder()
        try recorder.console.writeJSON(Value(), isPretty: false)
        #expect(try recorder.written == #"{"a":1,"b":"a/b"}"# + "\n")
    }

    @Test func longTextsAreWrittenWhole() throws {
        let recorder = try Recorder()
        let text = String(repeating: "0123456789", count: 100_000)
        try recorder.console.write(text)
        #expect(try recorder.written == text + "\n")
    }

    @Test func filesHaveNoColours() throws {
        let console = try Recorder(environment: ["TERM": "xterm"]).console
        #expect(!console.isInteractive)
    }

    @Test func widthComesFromTheTerminalOrTheEnvironment() throws {
        #expect(try Recorder(environment: ["COLUMNS": "123"]).console.width == 123)
        #expect(try Recorder(environment: ["COLUMNS": "wide"]).console.width == 80)
        let terminal = try PseudoTerminal(columns: 61)
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor, environment: [:])
        #expect(console.width == 61)
    }

    @Test(arguments: [
        ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false),
        (["TERM": "dumb"], false), (["TERM": "xterm-256color"], true),
    ])
    func terminalsHaveColoursUnlessUnwanted(environment: [String: String], hasColours: Bool) throws
    {
        let terminal = try PseudoTerminal()
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor,
            environment: environment)
        console.error("y")
        let label = hasColours ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
        #expect(terminal.reads("\(label) y\r\n"))
    }

    /// 60 columns; what has no terminal stays as it is, for programs that read it.
    @Test func longLinesAreBrokenBetweenWordsOnATerminal() throws {
        let terminal = try PseudoTerminal(columns: 60)
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor,
            environment: ["TERM": "dumb"])
        console.warning(
            "the loss was above chance level for an epoch, and the initial weights are gone")
        #expect(
            terminal.reads(
                "warning: the loss was above chance level for an epoch, and\r\n"
                    + "  the initial weights are gone\r\n"))
        console.note("  epoch 1: loss 4.030, training accuracy 2.34 %, pairs 50.00 %, 562 images/s")
        #expect(
            terminal.reads(
                "  epoch 1: loss 4.030, training accuracy 2.34 %, pairs\r\n"
                    + "    50.00 %, 562 images/s\r\n"))
        let path = String(repeating: "p/", count: 40)
        console.note("in \(path)")
        #expect(terminal.reads("in\r\n  \(path)\r\n"))
        console.note(String(repeating: "x", count: 60))
        #expect(terminal.reads(String(repeating: "x", count: 60) + "\r\n"))
        let recorder = try Recorder(environment: ["COLUMNS": "60"])
        let text = String(repeating: "a word ", count: 20) + "in the end"
        recorder.console.note(text)
        #expect(try recorder.diagnosed == text + "\n")
    }

    /// Columns of a table stay below each other; what a program may read is never broken.
    @Test func resultsForPeopleAreBrokenBetweenWordsOnATerminal() throws {
        let terminal = try PseudoTerminal(columns: 60)
        let console = Console(
            output: terminal.descriptor, diagnostics: terminal.descriptor,
            environment: ["TERM": "dumb"])
        let row = "  best threshold        0.037 cosine (-0.037 to 0.159), 1.925 squared L2"
        try console.writeWrapped("own: 64.00 %\n\(row)")
        #expect(
            terminal.reads(
                "own: 64.00 %\r\n"
                    + "  best threshold        0.037 cosine (-0.037 to 0.159),\r\n"
                    + "    1.925 squared L2\r\n"))
        try console.write(row)
        #expect(terminal.reads("\(row)\r\n"))
        let recorder = try Recorder(environment: ["COLUMNS": "60"])
        try recorder.console.writeWrapped(row)
        #expect(try recorder.written == row + "\n")
    }

    @Test func aReaderWhoHasGoneIsAnError() throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let console = Console(output: descriptor, diagnostics: descriptor, environment: [:])
        #expect(throws: ConsoleError.closedOutput) { try console.write("anyone?") }
        console.note("Diagnostics nobody reads are no error.")
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "Needs /dev/full."))
    func aFullDiskIsAnError() throws {
        let full = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        let console = Console(
            output: full.fileDescriptor, diagnostics: full.fileDescriptor, environment: [:])
        let error = #expect(throws: ConsoleError.self) { try console.write("text") }
        #expect(
            error?.description
                == "cannot write to standard output: No space left on device")
    }
}
