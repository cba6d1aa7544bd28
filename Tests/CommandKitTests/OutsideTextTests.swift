import CommandKit
import Testing

@Suite("What comes from outside cannot act on the terminal")
struct OutsideTextTests {
    @Test("Controls and marks of direction are shown")
    func shown() throws {
        let recorder = try Recorder()
        try recorder.console.write(
            "a\u{1B}[2Jb\rc\u{202E}d\u{9B}1m\te\u{200B}f\u{2028}g\nh\u{E0041}")
        #expect(
            try recorder.written
                == "a\\u001b[2Jb\\u000dc\\u202ed\\u009b1m\te\\u200bf\\u2028g\nh\\udb40\\udc41\n")
    }

    @Test("JSON stays what it is")
    func json() throws {
        let recorder = try Recorder()
        try recorder.console.writeJSON(["n\u{202E}": "v\u{1B}\n"], isPretty: false)
        #expect(try recorder.written == "{\"n\\u202e\":\"v\\u001b\\n\"}\n")
    }
}
