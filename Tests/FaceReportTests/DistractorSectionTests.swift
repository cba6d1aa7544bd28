import Charts
import Documents
import FaceEvaluation
import FaceReport
import FaceRuns
import Foundation
import Testing

/// MegaFace in the report of a study and on an evaluation's page.
@Suite struct DistractorSectionTests {
    /// A record with rank-1 rates among 10 and among 1,000 distractors, and a TAR, whose draws lie around them.
    static func report(_ rank: Double) throws -> DistractorReport {
        func figure(_ measure: String, _ value: Double) -> String {
            let draws = (0..<40).map { value + Double($0 - 20) / 2000 }
            return """
                {"measure": \(measure), "value": \(value), "interval": [\(value - 0.01), \(value + 0.01)],
                 "replicates": {"estimate": \(value), "draws": \(draws), "withoutGroups": [], "people": 20}}
                """
        }
        let json = """
            {"pairs": 40, "people": 20, "noisyProbes": 3, "noisyDistractors": 7, "failedPairs": 0,
             "failedDistractors": 0, "warnings": ["Two people were in training."],
             "rates": [{"distractors": 10, "rank1": \(rank + 0.05), "rank10": 0.98},
                       {"distractors": 1000, "rank1": \(rank), "rank10": 0.97}],
             "figures": [
               \(figure("{\"rankAmong\": {\"_0\": 1, \"distractors\": 10}}", rank + 0.05)),
               \(figure("{\"rankAmong\": {\"_0\": 1, \"distractors\": 1000}}", rank)),
               \(figure("{\"tar\": {\"far\": 0.0001}}", rank - 0.1))
             ]}
            """
        return try JSONDecoder().decode(DistractorReport.self, from: Data(json.utf8))
    }

    /// A study of which ArcFace finds 90 % and all other losses 60 % among 1,000 distractors.
    private func study(_ folder: URL) throws -> [RunFolder] {
        var study = SampleStudy(seeds: [1, 2], pairs: 60, epochs: 2)
        study.edit = {
            $0.templateTests = [TemplateTestFacts(name: "mf", templates: 30, distractors: 1000)]
        }
        try study.write(to: folder)
        let runs = try StudyFolder(folder).runs()
        for run in runs {
            let isBest = run.url.lastPathComponent.contains("arcface")
            let seed = run.url.lastPathComponent.hasSuffix("2") ? 0.01 : 0
            try run.write(try Self.report((isBest ? 0.9 : 0.6) + seed), test: "mf")
        }
        return runs
    }

    private func page(_ folder: URL) throws -> String {
        let results = try StudyResults(reading: StudyFolder(folder))
        #expect(!results.damages.contains { $0.contains("identification") })
        return HTMLPage(
            Document(title: "t", results: results, statistics: StudyStatistics(results))
        ).text
    }

    @Test func aStudyShowsRatesOverDistractorsAndWhichLossesDiffer() throws {
        try inTemporaryFolder { folder throws in
            _ = try study(folder)
            let page = try page(folder)
            for text in [
                "Templates and identification", "mf, ResNet50 on casia",
                "40 pairs of images of one person, from 20 people", "up to 1,000 distractors",
                "3 probes and 7 distractors are left out as noise", "Two people were in training.",
                "Rank 1 among distractors", "TAR at FAR 0.0001", "90.50", "95.50", "80.50", "60.50",
                "rank 1 among 1,000 distractors: ArcFace",
            ] { #expect(page.contains(text), "\(text)") }
            // Losses are compared among all distractors and by TAR, not once more among fewer.
            #expect(!page.contains("rank 1 among 10 distractors: "))
            #expect(page.contains(": Rank 1 among distractors</title>"))
            #expect(!page.contains(": CMC</title>"))
        }
    }

    @Test func curvesLookAsTheirLossDoesElsewhere() throws {
        try inTemporaryFolder { folder throws in
            for run in try study(folder) where !run.url.lastPathComponent.contains("arcface") {
                try FileManager.default.removeItem(at: run.templatesURL(test: "mf"))
            }
            let results = try StudyResults(reading: StudyFolder(folder))
            let style = try #require(results.losses.first { $0.loss == "arcface" }).style
            let parts = try page(folder).components(
                separatedBy: ": Rank 1 among distractors</title>")
            #expect(parts.count > 1)
            for part in parts.dropFirst() {
                let drawing = part.components(separatedBy: "</svg>")[0]
                let drawn = Set(drawing.matches(of: /class="series (c\d+)"/).map { String($0.1) })
                #expect(drawn == [style.colorClass])
            }
        }
    }

    @Test func resultsHaveAColumnOfEachFigure() throws {
        try inTemporaryFolder { folder throws in
            _ = try study(folder)
            let rows = try CSVTable.rows(Report(study: folder).render().csv.utf8).map(\.fields)
            let names = [
                "rank_1_among_10:mf", "rank_1_among_1000:mf", "tar_at_far_0.0001:mf",
            ]
            #expect(Array(rows[0].suffix(3)) == names)
            let loss = try #require(rows[0].firstIndex(of: "loss"))
            let seed = try #require(rows[0].firstIndex(of: "seed"))
            let found = rows.filter { $0[loss] == "arcface" && $0[seed] == "1" }
            #expect(!found.isEmpty)
            for row in found {
                #expect(row.suffix(3).compactMap(Double.init) == [0.9 + 0.05, 0.9, 0.9 - 0.1])
            }
        }
    }

    @Test func recordsThatWereEditedAreNamed() throws {
        try inTemporaryFolder { folder throws in
            let url = try study(folder)[0].templatesURL(test: "mf")
            let text = try String(contentsOf: url, encoding: .utf8)
            for (wrong, reason) in [
                (text.replacing("\"pairs\" : 40", with: "\"pairs\" : -1"), "'pairs' is -1"),
                (text.replacing("\"rank10\" : 0.97", with: "\"rank10\" : 9"), "'rank10' is 9"),
                (
                    text.replacing("\"draws\" : [", with: "\"draws\" : [ 7,"),
                    "'rank 1 among 10 distractors' are not fractions"
                ),
            ] {
                #expect(wrong != text)
                try wrong.write(to: url, atomically: true, encoding: .utf8)
                let results = try StudyResults(reading: StudyFolder(folder))
                #expect(results.damages.contains { $0.contains(reason) }, "\(results.damages)")
            }
        }
    }

    @Test func anEvaluationsPageHasTheRatesAndTheCurve() throws {
        let report = EvaluationReport(
            model: "m", sets: [], megaFace: [("mf", try Self.report(0.9))])
        let page = try #require(report.render().first { $0.name == "index.html" }).text
        for text in [
            " rank 1 among 1,000 distractors on mf", "90.00\u{A0}%", "Among distractors", "95.00",
            "89.00 to 91.00", "97.00", "TAR at FAR 0.0001: 80.00\u{A0}% (79.00 to 81.00).",
            "Two people were in training.", "Rank 1 among distractors</title>",
        ] { #expect(page.contains(text), "\(text)") }
    }
}
