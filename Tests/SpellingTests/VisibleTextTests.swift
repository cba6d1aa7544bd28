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

    @Test("A name of a megabyte is nobody's misspelling")
    func long() {
        let name = String(repeating: "x", count: 1 << 20)
        #expect(Spelling.suggestion(for: name, among: [name + "y", "epochs"]) == nil)
    }
}
