import Charts
import Documents
import FaceEvaluation
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct IdentificationSectionTests {
    /// A record with a rank-1 rate whose draws lie around it, and a TAR that is not supported.
    static func report(rank: Double) throws -> TemplateReport {
        let draws = (0..<40).map { min(1, max(0, rank + Double($0 - 20) / 2000)) }
        let json = """
            {"pooling": "weighted by the norm", "images": 90, "templates": 60, "people": 20, "genuine": 40,
             "impostor": 400, "mated": 40, "nonmated": 20, "galleries": [10, 10], "failedToEnrol": 0,
             "cumulativeMatches": [\(Array(repeating: "\(rank)", count: 23).joined(separator: ","))],
             "errorTradeOff": [{"fpir": 0.05, "fnir": 0.4}, {"fpir": 0.5, "fnir": 0.2}],
             "warnings": ["Few pairs."],
             "figures": [
               {"measure": {"tar": {"far": 0.001}}, "needed": 10000, "insightFace": 0.5},
               {"measure": {"rank": {"_0": 1}}, "value": \(rank), "interval": [\(rank - 0.01), \(rank)],
                "replicates": {"estimate": \(rank), "draws": \(draws), "withoutGroups": [], "people": 20}}
             ]}
            """
        return try JSONDecoder().decode(TemplateReport.self, from: Data(json.utf8))
    }

    private func study(_ folder: URL) throws -> [RunFolder] {
        var study = SampleStudy(seeds: [1, 2], pairs: 60, epochs: 2)
        study.edit = { $0.templateTests = [TemplateTestFacts(name: "ijb", templates: 60)] }
        try study.write(to: folder)
        let runs = try StudyFolder(folder).runs()
        for (index, run) in runs.enumerated() {
            let isBest = run.url.lastPathComponent.contains("arcface")
            try run.write(
                try Self.report(rank: (isBest ? 0.9 : 0.6) + Double(index % 2) / 100), test: "ijb")
        }
        return runs
    }

    @Test func showsLossesWithIntervalsAndDifferences() throws {
        try inTemporaryFolder { folder throws in
            _ = try study(folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            let page = HTMLPage(
                Document(title: "t", results: results, statistics: StudyStatistics(results))
            ).text
            #expect(page.contains("Templates and identification"))
            #expect(page.contains("ijb, ResNet50 on casia"))
            #expect(page.contains("other people and other seeds"))
            #expect(page.contains("Searches, in percent"))
            // No TAR has a figure, so there is no table of pairs.
            #expect(!page.contains("Pairs of templates, in percent"))
        }
    }

    /// A loss with one seed of two is compared on that seed, and its interval is not said to cover seeds.
    @Test func lossesAreComparedOnTheSeedsThatBothHave() throws {
        try inTemporaryFolder { folder throws in
            for run in try study(folder)
            where run.url.lastPathComponent.contains("arcface")
                && run.url.lastPathComponent.hasSuffix("__2")
            {
                try FileManager.default.removeItem(at: run.templatesURL(test: "ijb"))
            }
            let results = try StudyResults(reading: StudyFolder(folder))
            let page = HTMLPage(
                Document(title: "t", results: results, statistics: StudyStatistics(results))
            ).text
            #expect(page.contains("for a loss with one seed for other people only"))
            #expect(page.contains("rank 1: ArcFace minus"))
            #expect(page.contains("ijb (60 templates)"))
        }
    }

    /// One loss of five has been tested, so that its place in the figure is not its place in the study.
    @Test func curvesLookAsTheirLossDoesElsewhere() throws {
        try inTemporaryFolder { folder throws in
            for run in try study(folder) where !run.url.lastPathComponent.contains("arcface") {
                try FileManager.default.removeItem(at: run.templatesURL(test: "ijb"))
            }
            let results = try StudyResults(reading: StudyFolder(folder))
            let style = try #require(results.losses.first { $0.loss == "arcface" }).style
            #expect(style.slot > 0)
            let page = HTMLPage(
                Document(title: "t", results: results, statistics: StudyStatistics(results))
            ).text
            for title in ["CMC", "DET"] {
                let parts = page.components(separatedBy: ": \(title)</title>")
                #expect(parts.count > 1)
                for part in parts.dropFirst() {
                    let drawing = part.components(separatedBy: "</svg>")[0]
                    let drawn = Set(
                        drawing.matches(of: /class="series (c\d+)"/).map { String($0.1) })
                    #expect(drawn == [style.colorClass])
                }
            }
        }
    }

    @Test func recordsThatWereEditedAreNamed() throws {
        try inTemporaryFolder { folder throws in
            let runs = try study(folder)
            let url = runs[0].templatesURL(test: "ijb")
            let text = try String(contentsOf: url, encoding: .utf8)
            try text.replacing("\"draws\" : [", with: "\"draws\" : [ 7,").write(
                to: url, atomically: true, encoding: .utf8)
            let results = try StudyResults(reading: StudyFolder(folder))
            #expect(results.damages.contains { $0.contains("'rank 1' are not fractions") })
        }
    }

    @Test func studiesWithoutTemplatesHaveNoSuchChapter() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 2).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            #expect(
                !HTMLPage(
                    Document(title: "t", results: results, statistics: StudyStatistics(results))
                ).text.contains(
                    "id=\"identification\""))
        }
    }

    @Test func evaluationsOfTemplatesAloneMakeAPage() throws {
        let report = EvaluationReport(
            model: "m", sets: [], templates: [("ijb", try Self.report(rank: 0.9))])
        let page = try #require(report.render().first { $0.name == "index.html" }).text
        #expect(page.contains("needs 10,000"))
        #expect(page.contains("90.00"))
        #expect(page.contains("insightface"))
    }
}
