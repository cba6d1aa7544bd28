import Documents
import FaceEvaluation
import FaceReport
import FaceRuns
import Foundation
import Testing

/// Groups of people and error against rejection, in a study's report and an evaluation's.
@Suite struct GroupsSectionTests {
    private static func replicates(_ rate: Double, _ people: Int) -> String {
        let draws = (0..<40).map { min(1, max(0, rate + Double($0 % 8 - 4) / 400)) }
        return
            "{\"estimate\": \(rate), \"draws\": \(draws), \"withoutGroups\": [], \"people\": \(people)}"
    }

    /// Two groups with their false non-match rates, and a curve that falls from the first one's.
    static func details(_ women: Double, _ men: Double, name: String = "lfw") throws -> SetDetails {
        let points = (0...50).map {
            "{\"rejected\": \(Double($0) / 100), \"fnmr\": \(women * (1 - Double($0) / 100))}"
        }.joined(separator: ",")
        let json = """
            {"name": "\(name)", "annotations": "abc ", "warnings": ["'x' is not in the test set"],
             "groups": [{"attribute": "sex", "fmr": 0.001, "threshold": 0.3, "rows": [
               {"groups": ["f", "f"], "people": 12, "genuine": 90, "impostor": 900, "fnmr": \(women),
                "fnmrInterval": [\(women), \(women)], "fnmrReplicates": \(replicates(women, 12)),
                "fmr": 0.002, "fmrInterval": [0.001, 0.003], "fmrReplicates": \(replicates(0.002, 12)),
                "caution": "only 12 people"},
               {"groups": ["m", "m"], "people": 40, "genuine": 400, "impostor": 9000, "fnmr": \(men),
                "fnmrInterval": [\(men), \(men)], "fnmrReplicates": \(replicates(men, 40)),
                "fmr": 0.0005, "fmrInterval": [0, 0.001], "fmrReplicates": \(replicates(0.0005, 40))},
               {"groups": ["f", "m"], "people": 52, "genuine": 0, "impostor": 700, "fmr": 0.0001,
                "fmrInterval": [0, 0.001], "fmrReplicates": \(replicates(0.0001, 52))}]}],
             "errorReject": [{"quality": "norm of the embedding", "far": 0.001,
               "curve": {"points": [\(points)], "excessArea": 0.0125, "limit": 0.5}}]}
            """
        return try JSONDecoder().decode(SetDetails.self, from: Data(json.utf8))
    }

    private func study(_ folder: URL) throws -> [RunFolder] {
        try SampleStudy(seeds: [1, 2], pairs: 60, epochs: 2).write(to: folder)
        let runs = try StudyFolder(folder).runs()
        let test = try #require(try runs[0].readDescription().tests.first).name
        for run in runs {
            let isBest = run.url.lastPathComponent.contains("arcface")
            try run.write(Self.details(isBest ? 0.1 : 0.3, isBest ? 0.04 : 0.06, name: test))
        }
        return runs
    }

    private func document(_ results: StudyResults) -> Document {
        Document(title: "t", results: results, statistics: StudyStatistics(results))
    }

    @Test func showsEachLossByGroupInEveryForm() throws {
        try inTemporaryFolder { folder throws in
            _ = try study(folder)
            let document = document(try StudyResults(reading: StudyFolder(folder)))
            for page in [
                HTMLPage(document).text, MarkdownPage(document).text, LaTeXTables(document).text,
            ] {
                // Rates of the groups, the worst group's less the best one's, and those between groups.
                for number in ["10.00", "4.00", "30.00", "6.00", "24.00", "0.20", "0.05", "0.01"] {
                    #expect(page.contains(number), "\(number)")
                }
            }
            let page = HTMLPage(document).text
            #expect(page.contains("id=\"groups\"") && page.contains("Groups of people"))
            #expect(page.contains("f and m"))
            #expect(page.contains("Read with caution: f (only 12 people)."))
            #expect(
                page.contains("&#39;x&#39; is not in the test set.")
                    || page.contains("'x' is not in the test set."))
            #expect(page.contains("other people and other seeds"))
            #expect(page.contains("id=\"quality\"") && page.contains("Excess area"))
            #expect(page.contains("1.25"))
        }
    }

    @Test func resultsHaveTheWorstGroupOfEachRun() throws {
        try inTemporaryFolder { folder throws in
            let runs = try study(folder)
            let test = try #require(try runs[0].readDescription().tests.first).name
            let csv = try Report(study: folder).render().csv
            let lines = csv.split(whereSeparator: \.isNewline).map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let names = try #require(lines.first).suffix(3)
            #expect(
                Array(names)
                    == ["worst_group", "worst_group_fnmr", "worst_to_best_fnmr"].map {
                        "\($0):\(test):sex"
                    })
            for line in lines.dropFirst() {
                let isBest = line.contains { $0.contains("arcface") }
                let values = Array(line.suffix(3))
                #expect(values[0] == "f" && values[1] == (isBest ? "0.1" : "0.3"))
                let gap = try #require(Double(values[2]))
                #expect(abs(gap - (isBest ? 0.06 : 0.24)) < 1e-12)
            }
        }
    }

    @Test func studiesWithoutDetailsHaveNoSuchChapters() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 2).write(to: folder)
            let page = HTMLPage(document(try StudyResults(reading: StudyFolder(folder)))).text
            #expect(!page.contains("id=\"groups\"") && !page.contains("id=\"quality\""))
        }
    }

    @Test(
        arguments: [
            ("\"fnmr\" : 0.1,", "\"fnmr\" : 7,", "the rates of 'f f' are not fractions"),
            (
                "\"far\" : 0.001", "\"far\" : -1",
                "the curve by 'norm of the embedding' has values that are not fractions"
            ),
            ("\"genuine\" : 90", "\"genuine\" : -90", "the rates of 'f f' are not fractions"),
        ])
    func recordsThatWereEditedAreNamed(old: String, new: String, sentence: String) throws {
        try inTemporaryFolder { folder throws in
            let runs = try study(folder)
            let run = try #require(runs.first { $0.url.lastPathComponent.contains("arcface") })
            let test = try #require(try run.readDescription().tests.first).name
            let url = run.detailsURL(test: test)
            let text = try String(contentsOf: url, encoding: .utf8)
            let edited = text.replacing(old, with: new)
            #expect(edited != text)
            try edited.write(to: url, atomically: true, encoding: .utf8)
            let results = try StudyResults(reading: StudyFolder(folder))
            #expect(results.damages.contains { $0.contains(sentence) }, "\(results.damages)")
        }
    }

    @Test func anEvaluationsPageHasThemToo() throws {
        let transfer = try JSONDecoder().decode(
            ThresholdTransfer.self,
            from: Data(
                """
                {"chosenOn": "a", "usedOn": "b", "targetFAR": 0.001, "threshold": 0.3125, "far": 0.00234,
                 "tar": 0.875}
                """.utf8))
        let mega = try JSONDecoder().decode(
            DistractorReport.self,
            from: Data(
                """
                {"pairs": 40, "people": 9, "noisyProbes": 1, "noisyDistractors": 2, "failedPairs": 0,
                 "failedDistractors": 0, "tarAtFAR1e6": 0.625, "warnings": [],
                 "figures": [{"measure": {"tar": {"far": 1e-6}}, "value": 0.625}],
                 "rates": [{"distractors": 10, "rank1": 0.9375, "rank10": 1}, {"distractors": 1000, "rank1": 0.8125}]}
                """.utf8))
        let report = EvaluationReport(
            model: "m", sets: [], templates: [], megaFace: [("mf", mega)],
            details: [try Self.details(0.1, 0.04)], transfers: [transfer])
        let page = try #require(report.render().first { $0.name == "index.html" }).text
        for text in [
            "Groups of people", "10.00", "4.00", "Errors against rejected pairs", "0.312", "87.50",
            "Among distractors", "93.75", "1,000", "81.25", "62.50",
        ] { #expect(page.contains(text), "\(text)") }
    }
}
