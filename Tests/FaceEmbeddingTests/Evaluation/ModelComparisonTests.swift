import FaceEvaluation
import Foundation
import Testing

@testable import FaceEmbedding

/// Models whose mistakes are known, on the same pairs.
@Suite("Models that are compared")
struct ModelComparisonTests {
    private func results(_ wrong: Int, templates: [EvaluatedTemplates] = []) throws
        -> EvaluationResults
    {
        EvaluationResults(
            sets: [try EvaluatedSet(AngledSet.accepting(wrong).scored())], templates: templates,
            details: EvaluationDetails(), scores: [])
    }

    @Test("Each with each: difference, pairs that only one gets right, McNemar's test and Holm's")
    func differences() throws {
        let comparison = try ModelComparison([
            ("good", try results(0)), ("poor", try results(12)), ("same", try results(0)),
        ])
        let found = comparison.differences
        #expect(found.map(\.test) == ["lfw", "lfw", "lfw"])
        #expect(
            found.map { "\($0.first) \($0.second)" } == ["good poor", "good same", "poor same"])
        #expect(found.map(\.firstOnly) == [12, 0, 0] && found.map(\.secondOnly) == [0, 0, 12])
        for (difference, expected) in zip(found, [0.3, 0, -0.3]) {
            #expect(abs(difference.difference - expected) < 1e-12)
            #expect(difference.interval[0] <= difference.difference)
            #expect(difference.interval[1] >= difference.difference)
        }
        // 2 / 2^12, times the three comparisons.
        for (difference, expected) in zip(found, [6.0 / 4096, 1, 6.0 / 4096]) {
            #expect(abs(difference.pValue - expected) < 1e-12)
        }
    }

    @Test("It is said which is better, or that nothing is known")
    func text() throws {
        let models = [
            ("good", try results(0)), ("poor", try results(12)), ("same", try results(0)),
        ]
        let text = try ModelComparison(models).text(allProtocols: false)
        let blocks = text.components(separatedBy: "\n\n")
        #expect(blocks.count == 4 && blocks[1].hasPrefix("poor\n  lfw: 70.00 % ("))
        let lines = blocks[3].split(separator: "\n").map(String.init)
        #expect(
            lines[0]
                == "differences in accuracy (percentage points), with 95 % intervals for other "
                + "people; p-values of McNemar's exact test, corrected for 3 comparisons")
        #expect(lines[1].hasPrefix("  lfw: good - poor = +30.00 (+"))
        #expect(
            lines[1].hasSuffix(
                "), p = 0.0015, 12 against 0 pairs that only one classifies correctly: good is "
                    + "better"))
        #expect(
            lines[2].hasSuffix(
                "p = 1.0000, 0 against 0 pairs that only one classifies correctly: no significant "
                    + "difference on these pairs"))
        #expect(lines[3].hasPrefix("  lfw: poor - same = -30.00 (-"))
        #expect(
            lines[3].hasSuffix(
                "0 against 12 pairs that only one classifies correctly: same is better"))
        let two = try ModelComparison(Array(models.prefix(2))).text(allProtocols: false)
        #expect(two.contains("McNemar's exact test\n") && two.contains("p = 0.0005"))
        #expect(
            try !ModelComparison(Array(models.prefix(1))).text(allProtocols: false).contains(
                "p-values"))
        let clear = try ModelComparison([("good", try results(0)), ("bad", try results(19))])
        #expect(clear.text(allProtocols: false).contains("p = <0.0001"))
        let some = try ModelComparison([("good", try results(0)), ("fair", try results(5))])
        // 2 / 2^5 is not below 5 %.
        #expect(some.text(allProtocols: false).contains("p = 0.0625"))
        #expect(some.text(allProtocols: false).contains("no significant difference"))
    }

    @Test("Each model's lines are indented, and blank ones between its sets stay")
    func blocks() throws {
        let results = EvaluationResults(
            sets: try ["lfw", "cfp"].map {
                try EvaluatedSet(AngledSet.accepting(3).scored($0))
            }, templates: [], details: EvaluationDetails(), scores: [])
        let own = results.text(allProtocols: true).components(separatedBy: "\n")
        #expect(own.contains("") && own.filter { $0.hasPrefix("cfp: ") }.count == 1)
        let expected = ["m"] + own.map { $0.isEmpty ? "" : "  \($0)" }
        #expect(
            try ModelComparison([("m", results)]).text(allProtocols: true)
                == expected.joined(separator: "\n"))
    }

    @Test("The file has the models' numbers and the differences")
    func file() throws {
        let comparison = try ModelComparison([("a", try results(0)), ("b", try results(12))])
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try comparison.write(to: folder)
        let url = folder.appendingPathComponent("comparison.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(try text == comparison.json() + "\n")
        struct File: Decodable {
            var models: [String: [String: SetMetrics]]
            var comparisons: [ModelComparison.Difference]
            var templateComparisons: [TemplateDifference]?
        }
        let file = try JSONDecoder().decode(File.self, from: Data(text.utf8))
        #expect(file.models.keys.sorted() == ["a", "b"])
        guard case .pairs(let metrics)? = file.models["b"]?["lfw"] else {
            Issue.record("no pairs")
            return
        }
        #expect(metrics.falseAccepts == 12 && file.templateComparisons == nil)
        #expect(file.comparisons == comparison.differences)
    }

    // MARK: Templates

    /// Replicates that are the estimate, lower in the first half and higher in the second.
    private func templates(_ estimate: Double, spread: Double) throws -> EvaluatedTemplates {
        let draws = (0..<100).map { index -> String in
            "\(estimate + (Double(index) - 49.5) / 100 * spread)"
        }.joined(separator: ",")
        let json = """
            {"pooling": "p", "images": 4, "templates": 4, "people": 4, "genuine": 4, "impostor": 4,
             "mated": 4, "nonmated": 0, "galleries": [4], "failedToEnrol": 0,
             "cumulativeMatches": [], "errorTradeOff": [], "warnings": [], "figures": [
               {"measure": {"rank": {"_0": 1}}, "value": \(estimate), "replicates": {
                 "estimate": \(estimate), "draws": [\(draws)], "people": 100,
                 "withoutGroups": [\(estimate), \(estimate)]}},
               {"measure": {"tar": {"far": 0.01}}}]}
            """
        return EvaluatedTemplates(
            name: "ijb",
            report: try JSONDecoder().decode(TemplateReport.self, from: Data(json.utf8)))
    }

    @Test("Figures on templates are compared where both models have them")
    func templateDifferences() throws {
        let comparison = try ModelComparison([
            ("a", try results(0, templates: [templates(0.9, spread: 0.001)])),
            ("b", try results(0, templates: [templates(0.8, spread: 0.002)])),
        ])
        let found = try #require(comparison.templateDifferences.first)
        #expect(comparison.templateDifferences.count == 1)
        #expect(found.test == "ijb" && found.measure == "rank 1")
        #expect(found.first == "a" && found.second == "b")
        #expect(abs(found.difference - 0.1) < 1e-12)
        #expect(found.interval[0] > 0.09 && found.interval[0] < 0.1)
        #expect(found.interval[1] > 0.1 && found.interval[1] < 0.11 && found.pValue < 0.05)
        let text = TemplateDifference.text(comparison.templateDifferences)
        #expect(text.count == 1)
        #expect(
            text[0].hasPrefix(
                "differences on the same templates (percentage points), with 95 % intervals for "
                    + "other people\n  ijb, rank 1: a - b = +10.00 (+"))
        #expect(text[0].hasSuffix(": a is better"))
        var other = found
        other.difference = -0.1
        #expect(TemplateDifference.text([found, other])[0].hasSuffix(": b is better"))
        #expect(
            TemplateDifference.text([found, other])[0].contains(
                "; p-values corrected for 2 comparisons\n"))
        other.pValue = 0.05
        #expect(
            TemplateDifference.text([other])[0].hasSuffix("p = 0.0500: no significant difference"))
    }
}
