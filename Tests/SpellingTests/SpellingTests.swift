import Spelling
import Testing

@Suite("What a misspelt name was meant to be")
struct SpellingTests {
    private let losses = ["amsoftmax", "arcface", "asoftmax", "marginal", "softmax"]

    @Test(
        "The nearest known name",
        arguments: [
            ("arcfce", "arcface"), ("ARCFACE", "arcface"), ("racface", "arcface"),
            ("softmx", "softmax"), ("amsofmax", "amsoftmax"), ("marginall", "marginal"),
        ])
    func near(_ name: String, _ meant: String) {
        #expect(Spelling.suggestion(for: name, among: losses) == meant)
        #expect(Spelling.hint(for: name, among: losses) == "; did you mean '\(meant)'?")
    }

    @Test("Nothing for a name that is far from all", arguments: ["", "triplet", "x"])
    func far(_ name: String) {
        #expect(Spelling.suggestion(for: name, among: losses) == nil)
        #expect(Spelling.hint(for: name, among: losses).isEmpty)
    }

    @Test("Nothing among no names")
    func none() {
        #expect(Spelling.suggestion(for: "softmax", among: []) == nil)
    }
}
