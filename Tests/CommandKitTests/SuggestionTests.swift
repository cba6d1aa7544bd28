import CommandKit
import Testing

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("abc", "abc", 0), ("abc", "abd", 1),
        ("abc", "acb", 1), ("ca", "abc", 3), ("kitten", "sitting", 3), ("epcohs", "epochs", 1),
    ])
    func editsAreCounted(first: String, second: String, expected: Int) {
        #expect(Suggestion.distance(first, second) == expected)
        #expect(Suggestion.distance(second, first) == expected)
    }

    @Test(arguments: [
        ("train", "train"), ("TRAIN", "train"), ("tain", "train"), ("rtain", "train"),
        ("com", "compare"), ("x", nil), ("evaluation", nil), ("test", nil),
    ])
    func theNearestIsSuggested(text: String, expected: String?) {
        #expect(Suggestion.best(for: text, among: ["train", "compare", "data"]) == expected)
    }

    @Test func theFirstOfEquallyNearIsSuggested() {
        #expect(Suggestion.best(for: "bat", among: ["cat", "hat"]) == "cat")
        #expect(Suggestion.best(for: "anything", among: []) == nil)
    }
}
