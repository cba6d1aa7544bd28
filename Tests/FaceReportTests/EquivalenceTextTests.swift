import FaceReport
import FaceRuns
import FaceStatistics
import Testing

/// Better, equal or worse, as the report says it.
@Suite("Better, equal or worse in a report")
struct EquivalenceTextTests {
    /// A study of losses whose seeds get so many of 2,000 pairs wrong.
    private func report(
        _ losses: [(name: String, wrong: [Int])], rope: Double = Report.defaultRope
    ) throws -> (RenderedReport, StudyStatistics) {
        try inTemporaryFolder { folder throws in
            for loss in losses {
                for (index, wrong) in loss.wrong.enumerated() {
                    // The wrong pairs of a worse loss hold those of a better one.
                    let pairs = (0..<wrong).map { ($0 * 7 + index * 11) % 2000 }
                    try PlainRun(loss: loss.name, seed: UInt64(index + 1), pairs: 2000)
                        .write(wrong: Set(pairs), to: StudyFolder(folder))
                }
            }
            let results = try StudyResults(reading: StudyFolder(folder))
            return (
                try Report(study: folder, rope: rope).render(),
                StudyStatistics(results, rope: rope / 100)
            )
        }
    }

    private let apart: [(name: String, wrong: [Int])] = [
        ("softmax", [100, 104, 98, 102, 101]), ("arcface", [40, 43, 38, 41, 40]),
    ]

    @Test("A better loss has a sentence, a column and a picture")
    func better() throws {
        let (report, statistics) = try report(apart)
        let comparison = try #require(statistics.comparisons.first)
        let found = try #require(comparison.equivalence)
        let posterior = try #require(comparison.difference.posterior)
        #expect(found == posterior.probabilities(rope: 0.002))
        #expect(found.better > 0.995 && found.verdict() == .better)
        let sentence =
            "is better than softmax by more than 0.2 points with probability more than 99\u{A0}%; "
            + "practically equal less than 1\u{A0}%; worse less than 1\u{A0}%."
        #expect(report.markdown.contains("- **arcface** " + sentence))
        #expect(report.markdown.contains("significant. It " + sentence))
        #expect(report.markdown.contains("&gt; 99 / &lt; 1 / &lt; 1"))
        #expect(report.html.contains("within 0.2 points: practically equal"))
        #expect(report.answer.text.replacing("\n", with: " ").contains("It " + sentence))
    }

    @Test("A region as wide as the difference makes losses equal; none leaves better and worse")
    func regions() throws {
        let (wide, _) = try report(apart, rope: 10)
        #expect(
            wide.markdown.contains(
                "- arcface and softmax are **practically equal**, nearer than 10 points, with "
                    + "probability more than 99\u{A0}%"))
        let (none, statistics) = try report(apart, rope: 0)
        #expect(statistics.comparisons.first?.equivalence?.equal == 0)
        #expect(
            none.markdown.contains(
                "**arcface** is better than softmax with probability more than 99\u{A0}%; worse "
                    + "less than 1\u{A0}%."))
        #expect(!none.markdown.contains("practically equal"))
    }

    @Test("With one seed nothing is said of other seeds")
    func oneSeed() throws {
        let (report, statistics) = try report([("softmax", [100]), ("arcface", [40])])
        #expect(statistics.comparisons.first?.equivalence == nil)
        #expect(!report.markdown.contains("with probability"))
        #expect(!report.html.contains("Better, equal or worse</h3>"))
    }
}
