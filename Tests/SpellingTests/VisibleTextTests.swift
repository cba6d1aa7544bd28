import Spelling
import Testing

@Suite("Text from outside")
struct VisibleTextTests {
    @Test(
        "What acts unseen is written as an escape",
        arguments: [
            ("plain – ünïcode 漢字", "plain – ünïcode 漢字"), ("a\tb\nc", "a\tb\nc"),
            ("\u{7}\u{7F}\u{85}", "\\u0007\\u007f\\u0085"),
            ("\u{200E}\u{2069}\u{FEFF}\u{2029}", "\\u200e\\u2069\\ufeff\\u2029"),
        ])
    func visible(text: String, shown: String) { #expect(text.visible == shown) }

    @Test("A long text loses its middle")
    func shortened() {
        #expect("abcdef".shortened(to: 6) == "abcdef")
        #expect("abcdefghij".shortened(to: 4) == "ab ... (6 characters) ... ij")
    }

    @Test(
        "A quoted text has its ends if it is long",
        arguments: [
            ("a/b.png", "'a/b.png'"), ("", "''"), ("it's", "'it's'"),
            (String(repeating: "x", count: 300), "'" + String(repeating: "x", count: 300) + "'"),
            (
                String(repeating: "a", count: 201) + String(repeating: "b", count: 100),
                "'" + String(repeating: "a", count: 200) + " ... (51 characters) ... "
                    + String(repeating: "b", count: 50) + "'"
            ),
            (
                String(repeating: "漢", count: 1 << 20),
                "'" + String(repeating: "漢", count: 200) + " ... (1048326 characters) ... "
                    + String(repeating: "漢", count: 50) + "'"
            ),
            ("c\nd/1.jpg", "'c\\u000ad/1.jpg'"), ("c\r\nd", "'c\\u000d\\u000ad'"),
        ])
    func quoted(text: String, shown: String) { #expect("\(quoted: text)" == shown) }

    @Test("One letter with a million accents is a long text")
    func accents() {
        let text = "e" + String(repeating: "\u{301}", count: 1_000_000)
        #expect(text.count == 1)
        #expect("\(quoted: text)".unicodeScalars.count < 300)
        #expect(text.shortened(to: 40).unicodeScalars.count < 80)
    }

    @Test("Of many texts the first are listed")
    func list() {
        let names = (1...12).map { "n\($0)" }
        #expect([String]().someJoined() == "" && ["a"].someJoined() == "a")
        #expect(names.someJoined() == "n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, ...")
        #expect(names.someJoined(2) == "n1, n2, ..." && names.someJoined(12).hasSuffix("n12"))
        let long = String(repeating: "x", count: 1 << 20)
        #expect([long, "y"].someJoined() == long.shortened + ", y")
        #expect(long.shortened.count < 300)
    }

    @Test("Whatever has a description is quoted: parts of texts, single characters, numbers")
    func descriptions() {
        #expect("no \(quoted: "a/b".dropFirst(2)) in \(quoted: Character("x"))" == "no 'b' in 'x'")
        #expect("\(quoted: 7)" == "'7'")
    }

    @Test("A name of a megabyte is nobody's misspelling")
    func long() {
        let name = String(repeating: "x", count: 1 << 20)
        #expect(Spelling.suggestion(for: name, among: [name + "y", "epochs"]) == nil)
    }
}
