import FaceData
import FaceEvaluation
import Foundation
import Testing

/// Against plain loops in NumPy and scikit-learn's `roc_curve`: `Fixtures/make_templates.py`.
@Suite struct TemplateGoldenTests {
    struct Golden: Decodable {
        struct Search: Decodable {
            let ranks: [Double]
            let tpir: [Double]
            let mated: Int?
            let unknown: Int?
        }

        let first: [Double]
        let insightface: [[Double]]
        let sound: [Double]
        let insightfaceSearch: Search
        let search: Search
    }

    static let cases: [String: Golden] = Fixture.read("templates/results") ?? [:]

    /// The set that the script wrote, and the embeddings of its images.
    static func load() throws -> (set: TemplateSet, views: EmbeddingViews) {
        let root = try #require(Bundle.module.resourceURL)
            .appendingPathComponent("Fixtures/templates")
        let set = try #require(try TemplateSet.open(images: root, pairs: ""))
        let array = try NumPyArray.read(root.appendingPathComponent("views.npy"))
        let (count, size) = (array.shape[1], array.shape[2])
        func table(_ index: Int) throws -> EmbeddingTable {
            try EmbeddingTable(
                count: count, dimension: size,
                values: Array(array.values[index * count * size..<(index + 1) * count * size]))
        }
        return (set, try EmbeddingViews(original: table(0), mirrored: table(1)))
    }

    @Test func readsAllLists() throws {
        let (set, views) = try Self.load()
        #expect(Self.cases.count == 4)
        #expect(set.galleries.map(\.templates.count) == [20, 20])
        #expect(set.people.count == 40)
        #expect(set.pairs.count == set.probes.count * 40)
        #expect(set.detectorScores?.count == views.count)
        #expect(Set(set.peopleOfTemplates).count == 40)
    }

    @Test(arguments: [false, true], [false, true])
    func verificationEqualsNumPy(norm: Bool, detector: Bool) throws {
        let golden = try #require(Self.cases["norm\(norm ? 1 : 0)detector\(detector ? 1 : 0)"])
        let (set, views) = try Self.load()
        let pooling = TemplatePooling(weighsByNorm: norm, weighsByDetector: detector)
        let embeddings = try pooling.embeddings(of: set, views)
        var pairs = TemplatePairs()
        for index in golden.first.indices {
            pairs.append(Int(set.pairs.first[index]), Int(set.pairs.second[index]), same: true)
        }
        let some = try TemplateScores(of: pairs, embeddings)
        for (found, expected) in zip(some.genuine, golden.first.sorted(by: >)) {
            #expect(isClose(found, expected, within: 1e-6))
        }
        let scores = try TemplateScores(of: set.pairs, embeddings)
        let rates = TemplateVerification.defaultRates
        #expect(rates.map { scores.tar(atFAR: $0) } == golden.sound)
        let points = try #require(InsightFaceReading.points(of: scores, atFARs: rates))
        #expect(points.map { [$0.far, $0.tar] } == golden.insightface)
    }

    @Test(arguments: [false, true], [false, true])
    func identificationEqualsLoops(norm: Bool, detector: Bool) throws {
        let golden = try #require(Self.cases["norm\(norm ? 1 : 0)detector\(detector ? 1 : 0)"])
        let (set, views) = try Self.load()
        let pooling = TemplatePooling(weighsByNorm: norm, weighsByDetector: detector)
        let embeddings = try pooling.embeddings(of: set, views)
        let rates = IdentificationRates(
            try set.galleries.map { try GallerySearch($0.templates, of: set, embeddings) })
        #expect(rates.mated == golden.search.mated)
        #expect(rates.nonmated == golden.search.unknown)
        for (k, expected) in zip([1, 5, 10], golden.search.ranks) {
            #expect(isClose(rates.rate(atRank: k), expected))
        }
        for (fpir, expected) in zip([0.01, 0.03, 0.1, 0.3], golden.search.tpir) {
            #expect(isClose(rates.tpir(atFPIR: fpir), expected))
        }
        let other = try #require(try InsightFaceSearch(set, embeddings))
        #expect(other.rankRates == golden.insightfaceSearch.ranks)
        #expect(other.tpir == golden.insightfaceSearch.tpir)
    }

    @Test func nearestPointMayLieAboveTheRate() throws {
        let (set, views) = try Self.load()
        let embeddings = try TemplatePooling().embeddings(of: set, views)
        let scores = try TemplateScores(of: set.pairs, embeddings)
        let points = try #require(InsightFaceReading.points(of: scores, atFARs: [1e-3]))
        #expect(points[0].far > 1e-3)
        #expect(points[0].tar > scores.tar(atFAR: 1e-3))
        #expect(scores.far(at: scores.threshold(atFAR: 1e-3)) <= 1e-3)
    }
}
