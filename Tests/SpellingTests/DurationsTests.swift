import Spelling
import Testing

@Suite("Times as people say them")
struct DurationsTests {
    @Test(
        "Hours are hours and not many minutes",
        arguments: [
            (0, "0 s"), (0.4, "0 s"), (59.6, "60 s"), (89.4, "89 s"), (90, "2 min"),
            (3569, "59 min"), (3570, "1 h"), (6000, "1 h 40 min"), (86_400, "24 h"),
            (172_799, "2 d"), (183_600, "2 d 3 h"), (-5, "0 s"), (.nan, "0 s"),
            (.infinity, "347,222,222 d 5 h"),
        ])
    func texts(_ seconds: Double, _ text: String) {
        #expect(duration(seconds) == text)
    }
}
