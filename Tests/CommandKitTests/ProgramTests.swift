import CommandKit
import Foundation
import Testing

@Suite struct ProgramTests {
    @Test(arguments: [
        ("end well", ExitCode.success, ""),
        ("end badly", .failure, "error: It is raining.\n"),
        ("end wrongly", .usage, "error: Go elsewhere.\n"),
        ("end interrupted", .interrupted, ""),
        ("end write", .brokenPipe, ""),
        (
            "end", .usage, "error: The argument WAY is missing.\nTry 'sample end --help'.\n"
        ),
    ])
    func endsWithACode(line: String, code: ExitCode, diagnosed: String) throws {
        let recorder = try Recorder()
        #expect(sample.run(words(line), console: recorder.console) == code)
        #expect(try recorder.diagnosed == diagnosed)
        #expect(try recorder.written.isEmpty)
    }

    @Test func errorsOfFoundationNameTheFile() throws {
        let recorder = try Recorder()
        #expect(sample.run(["end", "missing"], console: recorder.console) == .failure)
        let text = try recorder.diagnosed
        #expect(text.contains("/no/such/file") || text.contains("“file”"), "\(text)")
        #expect(!text.contains("Error Domain"), "\(text)")
    }

    @Test(arguments: ["--help", "help train", "--version"])
    func helpAndVersionAreResults(line: String) throws {
        let recorder = try Recorder()
        #expect(sample.run(words(line), console: recorder.console) == .success)
        #expect(try !recorder.written.isEmpty)
        #expect(try recorder.diagnosed.isEmpty)
    }

    @Test func exitCodesAreWhatShellsExpect() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 130, 141, 143])
        #expect(Set(ExitCode.allCases.map(\.meaning)).count == ExitCode.allCases.count)
    }
}
