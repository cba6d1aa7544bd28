import FaceData
import FaceEvaluation
import FaceRuns
import Foundation
import Testing

@testable import FaceEmbedding

/// What is printed and written of a model's scores.
@Suite("The numbers of an evaluation")
struct EvaluationTextTests {
    private func lines(_ set: EvaluatedSet, allProtocols: Bool = false) -> [String] {
        set.text(allProtocols: allProtocols).split(separator: "\n").map(String.init)
    }

    @Test("begin with the protocol, and give rates only where there are pairs enough")
    func text() throws {
        let set = try EvaluatedSet(AngledSet.accepting(12).scored())
        let found = lines(set)
        #expect(found[0].hasPrefix("lfw: 70.00 % ("))
        #expect(found[0].hasSuffix("), insightface protocol"))
        #expect(
            found[1]
                == "  40 pairs in 1 fold, 20 of one person and 20 of two; 12 misclassified; in "
                + "brackets the 95 % confidence interval for other people")
        // 10 degrees are a squared distance of 2 - 2 cos 10 = 0.0304, cosine 1 - 0.04 / 2.
        #expect(
            found[2]
                == "  insightface           70.00 % +- 0.00 %   0.040 squared L2, cosine 0.980")
        // 12 of 20 pairs of two people are nearer than all of one person.
        #expect(found.contains("  AUC                   0.4000"))
        #expect(found.contains("  mean norm             1.00"))
        #expect(found.contains("  TAR at FAR 0.1        0.00 %"))
        #expect(
            found.contains(
                "  TAR at FAR 0.01       -                   needs 100 pairs of two people"))
        #expect(found.contains { $0.hasPrefix("  There is only one fold") })
        #expect(found.contains { $0.hasPrefix("  There are no embeddings of mirror images") })
        #expect(!found.contains { $0.contains("View 1") })
        let all = lines(set, allProtocols: true)
        #expect(all.count == found.count + VerificationProtocol.all.count - 1)
    }

    @Test("name the best threshold with its interval, upside down for cosines")
    func threshold() throws {
        let set = try EvaluatedSet(
            AngledSet(same: [10, 20, 60], different: [40, 90, 90]).scored())
        let best = try #require(set.threshold)
        func number(_ value: Double) -> String { String(format: "%.3f", value) }
        let expected =
            "  best threshold        \(number(best.best.cosine)) cosine "
            + "(\(number(best.highest.cosine)) to \(number(best.lowest.cosine))), "
            + "\(number(best.best.squaredDistance)) squared L2 "
            + "(\(number(best.lowest.squaredDistance)) to \(number(best.highest.squaredDistance)))"
        #expect(lines(set).contains(expected))
        #expect(best.highest.cosine < best.lowest.cosine)
        // The pair of 40 degrees comes before one of one person: a pair of 9 is out of order.
        #expect(lines(set).contains("  AUC                   0.8889"))
        #expect(lines(set).contains("  equal error rate      33.33 %"))
    }

    @Test("have LFW's View 1 where there are pairs to choose its threshold on")
    func viewOne() throws {
        let set = try AngledSet(same: [10, 20, 100], different: [90, 95])
        let development = try AngledSet(same: [10], different: [60, 70]).scored().scored
        let evaluated = try EvaluatedSet(set.scored(), development: development)
        // The first of the hundredths above 0.0304; only 10 degrees of 3 are nearer: 3 of 5 right, with a
        // standard error of sqrt(0.6 0.4 / 5).
        #expect(
            lines(evaluated).contains(
                "  LFW View 1            60.00 % +- 21.91 %  threshold 0.04 chosen on 3 other pairs"
            ))
        #expect(evaluated.metrics.viewOne?.accuracy == 0.6)
    }

    @Test("are all in the file of metrics")
    func metrics() throws {
        let set = try EvaluatedSet(AngledSet.accepting(12).scored(), warnings: ["Before."])
        let metrics = set.metrics
        #expect(metrics.falseAccepts == 12 && metrics.falseRejects == 0)
        #expect(metrics.protocols.count == VerificationProtocol.all.count)
        #expect(metrics.warnings.first == "Before." && metrics.report == set.report)
        let results = EvaluationResults(
            sets: [set], templates: [], details: EvaluationDetails(), scores: [])
        let read = try JSONDecoder().decode(
            [String: SetMetrics].self, from: Data(results.json().utf8))
        #expect(read == ["lfw": .pairs(metrics)])
        #expect(results.text(allProtocols: false) == set.text(allProtocols: false))
    }

    @Test("are written to files that are read again, a curve only where there is one")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let set = try EvaluatedSet(AngledSet(same: [10, 60], different: [40, 90]).scored("a/b"))
        let alike = try EvaluatedSet(AngledSet(same: [10, 20], different: []).scored("one"))
        let results = EvaluationResults(
            sets: [set, alike], templates: [], details: EvaluationDetails(), scores: [])
        try results.write(to: folder)
        let run = RunFolder(folder)
        #expect(try run.readScores(test: "a/b") == set.scoredSet.scores)
        #expect(try run.readScores(test: "one")?.count == 2)
        let text = try String(
            contentsOf: folder.appendingPathComponent("curves/a%2Fb.csv"), encoding: .utf8)
        let rows = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        #expect(rows[0] == ["squared_l2", "cosine", "far", "tar", "frr"])
        for row in rows.dropFirst() {
            let numbers = row.compactMap(Double.init)
            #expect(numbers.count == 5)
            #expect(abs(numbers[1] - (1 - numbers[0] / 2)) < 1e-12)
            #expect(abs(numbers[3] + numbers[4] - 1) < 1e-12)
        }
        // Beyond 40 degrees: one of two pairs of one person, one of two of two.
        #expect(rows.contains { $0[2...] == ["0.5", "0.5", "0.5"] })
        let curves = try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("curves").path)
        #expect(curves == ["a%2Fb.csv"] && text.hasSuffix("\n"))
        #expect(
            !FileManager.default.fileExists(
                atPath: folder.appendingPathComponent("details.json").path))
        let metrics = try String(
            contentsOf: folder.appendingPathComponent("metrics.json"), encoding: .utf8)
        #expect(try metrics == results.json() + "\n")
    }
}
