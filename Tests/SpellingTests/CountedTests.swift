import Spelling
import Testing

@Suite("Counts with their nouns")
struct CountedTests {
    @Test(
        "One is singular, every other count is plural",
        arguments: [
            (0, "0 images"), (1, "1 image"), (2, "2 images"), (11, "11 images"), (-1, "-1 images"),
            (1000, "1,000 images"), (1_234_567, "1,234,567 images"),
        ])
    func regular(_ count: Int, _ text: String) {
        #expect(counted(count, "image") == text)
    }

    @Test("A plural of its own")
    func irregular() {
        #expect(counted(1, "identity", "identities") == "1 identity")
        #expect(counted(2, "identity", "identities") == "2 identities")
    }

    @Test(
        "Commas between thousands",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (100_000, "100,000"),
            (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
        ])
    func groups(_ number: Int, _ text: String) {
        #expect(grouped(number) == text)
    }
}
