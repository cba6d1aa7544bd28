import FaceData
import Foundation
import Testing

@testable import FaceEvaluation

/// Against plain loops in NumPy: `Fixtures/make_score_norm.py`.
@Suite struct ScoreNormalizationTests {
    struct Golden: Decodable {
        let embeddings: [Float]
        let cohort: [Float]
        let pairs: [[Int]]
        let results: [String: [Double]]
    }

    static let golden: Golden? = Fixture.read("score_norm")

    @Test(arguments: ["z", "t", "s", "as:7"])
    func scalarProductsAreNormalisedScores(name: String) throws {
        let golden = try #require(Self.golden)
        let expected = try #require(golden.results[name])
        let table = try EmbeddingTable(count: 12, dimension: 8, values: golden.embeddings)
        let cohort = try EmbeddingTable(count: 30, dimension: 8, values: golden.cohort)
        let rows = try #require(ScoreNormalization(name)).rows(of: table, cohort: cohort)
        var pairs = TemplatePairs()
        for pair in golden.pairs { pairs.append(pair[0], pair[1], same: false) }
        let found = try TemplateScores.cosines(of: pairs, rows.enrolled, second: rows.probes)
        for (mine, theirs) in zip(found, expected) {
            #expect(abs(mine - theirs) < 2e-5 * max(1, abs(theirs)), "\(mine) \(theirs)")
        }
    }

    @Test func namesAreRead() {
        #expect(ScoreNormalization("as") == .adaptive(top: 200))
        #expect(ScoreNormalization("as:2") == .adaptive(top: 2))
        for text in ["", "none", "S", "as:", "as:1", "as:-3", "as:x", "as:99999999999999999999"] {
            #expect(ScoreNormalization(text) == nil, "\(text)")
        }
    }

    /// What is searched and what is paired are the same scores, whichever side a template is on.
    @Test(arguments: ["z", "t", "s", "as:5"])
    func searchesAndPairsAgree(name: String) throws {
        let (set, views) = try TemplateGoldenTests.load()
        let embeddings = try TemplatePooling().embeddings(of: set, views)
        let golden = try #require(Self.golden)
        let size = embeddings.dimension
        let count = golden.cohort.count / size
        let people = try EmbeddingTable(
            count: count, dimension: size, values: Array(golden.cohort.prefix(count * size)))
        let cohort = ScoreCohort(
            try #require(ScoreNormalization(name)), try people.normalized(), name: "others")
        let rows = try TemplateRows(embeddings, cohort, .plain)
        let search = try GallerySearch(
            set.galleries[0].templates, of: set, rows.enrolled, probes: rows.probes)
        for outcome in search.outcomes {
            var pairs = TemplatePairs()
            for other in set.galleries[0].templates {
                pairs.append(other, outcome.probe, same: false)
            }
            let scores = try TemplateScores.cosines(
                of: pairs, rows.enrolled, second: rows.probes)
            let best = try #require(outcome.others.first?.score)
            #expect(scores.contains { abs($0 - Double(best)) < 1e-4 })
            let highest = try #require(scores.max())
            #expect(abs(highest - Double(max(best, outcome.mate ?? best))) < 1e-4)
        }
        let report = try TemplateReport(of: ScoredTemplates(set, views, cohort: cohort), draws: 0)
        #expect(report.normalization?.hasSuffix(" by others") == true)
        let plain = try TemplateReport(of: ScoredTemplates(set, views), draws: 0)
        #expect(plain.normalization == nil)
        #expect(report.cumulativeMatches != plain.cumulativeMatches || name == "t")
        // What a probe's own scores are normalised by does not change their order.
        if name == "t" { #expect(report.cumulativeMatches == plain.cumulativeMatches) }
    }
}
