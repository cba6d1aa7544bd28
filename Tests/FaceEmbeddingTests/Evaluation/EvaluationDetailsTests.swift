import FaceData
import Foundation
import SeededRandom
import Testing

@testable import FaceEmbedding
@testable import FaceEvaluation

/// Groups, quality and thresholds that are carried over, as they are printed.
@Suite("Details of an evaluation")
struct EvaluationDetailsTests {
    private static let json = """
        {"sets": [{
          "name": "ijb", "warnings": ["two people are in no group"],
          "groups": [{"attribute": "sex", "fmr": 0.001, "threshold": 0.3, "rows": [
            {"groups": ["f", "f"], "people": 1, "genuine": 9, "impostor": 9, "fnmr": 0.05,
             "fnmrInterval": [0.025, 0.1], "fmr": 0.002, "toBest": [0.03, -0.01, 0.0625],
             "caution": "few people"},
            {"groups": ["m", "m"], "people": 40, "genuine": 9, "impostor": 9, "fnmr": 0.02},
            {"groups": ["f", "m"], "people": 41, "genuine": 0, "impostor": 9, "fmr": 0.0001}]}],
          "annotations": " ",
          "errorReject": [{"quality": "norm of the embedding", "far": 0.001, "curve":
           {"excessArea": 0, "limit": 0.5, "points": [
            {"rejected": 0, "fnmr": 0.04}, {"rejected": 0.09, "fnmr": 0.035},
            {"rejected": 0.1, "fnmr": 0.03}, {"rejected": 0.2, "fnmr": 0.01},
            {"rejected": 0.3, "fnmr": 0}]}}]}],
         "transfers": [{"chosenOn": "ijb", "usedOn": "tin", "targetFAR": 0.001, "threshold": 0.3,
           "far": 0.00234, "tar": 0.5}]}
        """

    @Test("are a block for each set and attribute, one for quality and one for thresholds")
    func texts() throws {
        let details = try JSONDecoder().decode(EvaluationDetails.self, from: Data(Self.json.utf8))
        #expect(
            details.texts == [
                """
                ijb, by sex, at the threshold of FMR 0.001 on all pairs; most errors: f
                  f: 1 person, FNMR 5.00 % (2.50 to 10.00), FMR 2.00e-03, \
                +3.00 (-1.00 to +6.25) to the best, caution: few people
                  m: 40 people, FNMR 2.00 %
                  f and m: 41 people, FMR 1.00e-04
                """,
                "ijb: FNMR at FAR 0.001 4.00 %; 3.00 % without the 10 %, 1.00 % without the 20 % of "
                    + "lowest norm of the embedding",
                "ijb: two people are in no group",
                """
                thresholds of FAR 1e-3 carried over to other sets
                  chosen on ijb, used on tin: FAR 2.34e-03, TAR 50.00 %
                """,
            ])
        #expect(!details.isEmpty)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try EvaluationResults(sets: [], templates: [], details: details, scores: []).write(
            to: folder)
        let written = try Data(contentsOf: folder.appendingPathComponent("details.json"))
        #expect(try JSONDecoder().decode(EvaluationDetails.self, from: written) == details)
        #expect(written.last == UInt8(ascii: "\n"))
    }

    @Test("are none where there is nothing to tell")
    func empty() {
        #expect(EvaluationDetails().isEmpty && EvaluationDetails().texts.isEmpty)
    }

    @Test("carry the threshold of each set over to each other one")
    func transfers() throws {
        // 10,000 pairs of two people of which ten are above 0.5, so that 1e-3 of them may be.
        func scores(_ shift: Double) throws -> TemplateScores {
            try TemplateScores(
                genuine: [0.4, 0.6, 0.9].map { $0 + shift },
                impostor: (0..<10_000).map {
                    $0 < 10 ? 0.5 + shift : Double($0) * 1e-5 + shift - 0.1
                })
        }
        var details = EvaluationDetails()
        details.addTransfers([("a", try scores(0)), ("b", try scores(0.05)), ("c", try scores(0))])
        #expect(
            details.transfers.map { "\($0.chosenOn)\($0.usedOn)" }
                == ["ab", "ac", "ba", "bc", "ca", "cb"])
        #expect(details.transfers[1].far == 0.001 && !details.isEmpty)
        // Scores of b alone are normalised.
        var mixed = EvaluationDetails()
        mixed.addTransfers(
            [("a", try scores(0)), ("b", try scores(3)), ("c", try scores(0))], normalized: ["b"])
        #expect(mixed.transfers.map { "\($0.chosenOn)\($0.usedOn)" } == ["ac", "ca"])
    }

    private static let report = """
        {"pooling": "p", "images": 1200, "templates": 30, "people": 1, "genuine": 1000,
         "impostor": 2000, "mated": 1, "nonmated": 5000, "galleries": [10, 1500],
         "failedToEnrol": 0, "cumulativeMatches": [], "errorTradeOff": [], "warnings": ["Few."],
         "figures": [
          {"measure": {"tar": {"far": 0.0001}}, "value": 0.975, "interval": [0.95, 0.9925],
           "needed": 100000, "insightFace": 0.97},
          {"measure": {"rank": {"_0": 5}}, "value": 0.5},
          {"measure": {"tpir": {"fpir": 0.01}}, "needed": 1000}]}
        """

    @Test("Of templates: figures, intervals, or what a figure takes")
    func templates() throws {
        let report = try JSONDecoder().decode(TemplateReport.self, from: Data(Self.report.utf8))
        func row(_ title: String, _ value: String, _ interval: String, _ other: String) -> String {
            func padded(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: width - text.count)
            }
            return "  " + padded(title, 22) + padded(value, 12) + padded(interval, 20) + other
        }
        let expected = [
            "ijb: 30 templates of 1,200 images and 1 person; 1,000 pairs of one person and 2,000 of "
                + "two; 1 search for enrolled people and 5,000 for others in 10 and 1,500 templates",
            row("", "found", "95 % interval", "insightface"),
            row("TAR at FAR 0.0001", "97.50 %", "95.00 to 99.25", "97.00 %"),
            row("rank 5", "50.00 %", "", ""),
            row("TPIR at FPIR 0.01", "-", "needs 1,000", ""), "  Few.",
        ]
        #expect(
            EvaluatedTemplates(name: "ijb", report: report).text
                == expected.joined(separator: "\n"))
        var one = Self.report.replacing(
            "\"genuine\": 1000,\n \"impostor\": 2000", with: "\"genuine\": 1,\n \"impostor\": 0")
        one = one.replacing(
            "\"pooling\": \"p\"", with: "\"pooling\": \"p\", \"normalization\": \"z\"")
        let normalised = try JSONDecoder().decode(TemplateReport.self, from: Data(one.utf8))
        #expect(
            EvaluatedTemplates(name: "ijb", report: normalised).text.hasPrefix(
                "ijb: 30 templates of 1,200 images and 1 person; scores normalised: z; 1 pair of one "
                    + "person and 0 of two; 1 search"))
        let metrics = SetMetrics.templates(report)
        let data = try JSONEncoder().encode(metrics)
        #expect(try JSONDecoder().decode(SetMetrics.self, from: data) == metrics)
    }

    @Test("LibTorch's product is of each probe with each enrolled template")
    func product() throws {
        // [1, 2] and [3, 4] with [1, 0], [0, 1] and [1, 1].
        for product in [BlockProduct.plain, TemplateProduct.torch, TemplateProduct.bfloat16] {
            let multiply = try product.prepare([1, 0, 0, 1, 1, 1], 2)
            try multiply([1, 2, 3, 4]) { #expect(Array($0) == [1, 2, 3, 3, 4, 7]) }
        }
    }

    @Test(
        "Products in bfloat16 find the very same templates and scores as sums in double precision")
    func halfPrecision() throws {
        var stream = SeededRandom(seed: 3, "rows")
        func rows(_ count: Int) throws -> EmbeddingTable {
            try EmbeddingTable(
                count: count, dimension: 32,
                values: (0..<count * 32).map { _ in stream.uniform(-1, 1) }
            ).normalized()
        }
        let (probes, gallery) = (try rows(1100), try rows(2100))
        let expected = try GallerySearch.nearest(probes: probes, gallery: gallery)
        #expect(Set(expected).count > 500)
        for product in [TemplateProduct.torch, TemplateProduct.bfloat16] {
            let found = try GallerySearch.nearest(
                probes: probes, gallery: gallery, product: product)
            #expect(found == expected)
        }
        // With mates, and rows of another length.
        let people = (0..<200).map { "p\($0)" }
        let set = TemplateSet(
            source: NamedFiles(count: 400),
            templates: (0..<400).map {
                .init(name: "\($0)", person: $0 % 200, members: [.init(image: $0, medium: $0)])
            }, people: people,
            galleries: [.init(name: "gallery", templates: Array(0..<150))],
            probes: Array(200..<400))
        var values = try rows(400).values
        for index in 200 * 32..<400 * 32 {
            values[index] = 0.7 * values[index] + values[index - 200 * 32]
        }
        let table = try EmbeddingTable(count: 400, dimension: 32, values: values)
        let plain = try GallerySearch(set.galleries[0].templates, of: set, table)
        for product in [TemplateProduct.torch, TemplateProduct.bfloat16] {
            let found = try GallerySearch(
                set.galleries[0].templates, of: set, table, impostors: 40, product: product)
            #expect(found.outcomes == plain.outcomes)
        }
        #expect(plain.outcomes.count { $0.mate != nil } == 150)
    }

    @Test("Equal templates tie, and ties count against the mate, whatever computes the scores")
    func ties() throws {
        var stream = SeededRandom(seed: 4, "ties")
        let (people, dimension) = (300, 512)
        let faces = try EmbeddingTable(
            count: people, dimension: dimension,
            values: (0..<people * dimension).map { _ in stream.uniform(-1, 1) }
        ).normalized()
        // Each person's enrolled template and a stranger's of the same numbers, at another place.
        let values = faces.values + faces.values + faces.values
        let table = try EmbeddingTable(count: 3 * people, dimension: dimension, values: values)
        let set = TemplateSet(
            source: NamedFiles(count: 3 * people),
            templates: (0..<3 * people).map {
                .init(
                    name: "\($0)", person: $0 < 2 * people ? $0 : $0 - 2 * people,
                    members: [.init(image: $0, medium: $0)])
            }, people: (0..<2 * people).map { "p\($0)" },
            galleries: [.init(name: "gallery", templates: Array((0..<2 * people).reversed()))],
            probes: Array(2 * people..<3 * people))
        for product in [BlockProduct.plain, TemplateProduct.torch, TemplateProduct.bfloat16] {
            let found = try GallerySearch(
                set.galleries[0].templates, of: set, table, impostors: people, product: product)
            #expect(found.outcomes.allSatisfy { $0.rank == 2 && $0.mate == $0.bestOther })
            #expect(found.highestImpostors.sorted() == found.outcomes.compactMap(\.mate).sorted())
            // MegaFace's: the other image of a person among distractors of the same numbers.
            let pairs = try EmbeddingTable(
                count: 2 * people, dimension: dimension, values: faces.values + faces.values)
            let search = try DistractorSearch(
                probes: pairs, people: (0..<2 * people).map { "p\($0 % people)" },
                distractors: faces, sizes: [people], far: 0.1, product: product)
            #expect(search.rate(atRank: 1, distractors: people) == 0)
            #expect(search.rate(atRank: 2, distractors: people) == 1)
        }
    }
}

/// Images that nothing reads.
private struct NamedFiles: ImageSource {
    let count: Int
    var location: URL { URL(fileURLWithPath: "images") }
    func name(of index: Int) -> String { "\(index).jpg" }
    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        throw .badImage(path: path(of: index), reason: "it is a name")
    }
}
