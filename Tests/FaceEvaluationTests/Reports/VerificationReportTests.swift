import FaceData
import FaceEvaluation
import Foundation
import Testing

@Suite struct VerificationReportTests {
    @Test func gathersWhatTheModuleMeasures() throws {
        var generator = SplitMix64(seed: 31)
        let pairs = generator.pairs(count: 400, lattice: 0.001)
        let report = try VerificationReport(of: pairs, meanNorm: 21.5, curvePoints: 50)
        let curve = try ROCCurve(of: pairs)
        #expect(report.pairs == 400)
        #expect(report.positives + report.negatives == 400)
        #expect(report.meanNorm == 21.5)
        #expect(try report.insightFace == InsightFaceProtocol().evaluate(pairs))
        #expect(report.bestAccuracy == curve.bestAccuracy)
        #expect(report.roc?.auc == curve.auc)
        #expect((report.roc?.points.count ?? 0) <= 50)
        #expect(report.operatingPoints.map(\.targetFAR) == VerificationReport.defaultFARs)
        #expect(
            try report.operatingPoints
                == VerificationReport.defaultFARs.map { try curve.operatingPoint(atFAR: $0) })
        #expect(try report.histogram == ScoreHistogram(of: pairs))
    }

    @Test func survivesJSON() throws {
        for golden in GoldenCase.all {
            let report = try VerificationReport(
                of: golden.pairs, rule: InsightFaceProtocol(folds: .contiguous(golden.folds)))
            let data = try JSONEncoder().encode(report)
            #expect(try JSONDecoder().decode(VerificationReport.self, from: data) == report)
        }
    }

    @Test func startsFromEmbeddingsToo() throws {
        var generator = SplitMix64(seed: 37)
        let original = try generator.table(count: 40, dimension: 8)
        let mirrored = try generator.table(count: 40, dimension: 8)
        let pairs = (0..<20).map {
            VerificationPair(first: 2 * $0, second: 2 * $0 + 1, same: $0 % 2 == 0, fold: $0 / 2)
        }
        let report = try VerificationReport(original: original, mirrored: mirrored, pairs: pairs)
        let scores = try original.normalizedSum(with: mirrored).scores(of: pairs)
        let norm = try EmbeddingTable.meanNorm(of: [original, mirrored])
        #expect(try report == VerificationReport(of: scores, meanNorm: norm))
    }

    @Test func warnsOfTooFewNegatives() throws {
        let pairs = (0..<60).map {
            ScoredPair(distance: Float($0) / 20, same: $0 % 2 == 0, fold: 0)
        }
        let few = try #require(ScoreWarnings.tooFewPairs(60))
        let report = try VerificationReport(of: pairs, fars: [0.5, 0.1, 0.01, 0.001])
        #expect(
            report.warnings == [
                few,
                "30 pairs of different people are too few for TAR at FAR 0.01, 0.001: "
                    + "0.01 alone takes 100.",
            ])
        #expect(try VerificationReport(of: pairs, fars: [0.1]).warnings == [few])
        let many = (0..<400).map {
            ScoredPair(distance: Float($0) / 200, same: $0 % 2 == 0, fold: 0)
        }
        #expect(try VerificationReport(of: many, fars: [0.1]).warnings.isEmpty)
    }

    @Test func tellsOnePairInTheSingular() throws {
        let pair = ScoredPair(distance: 1, same: true, fold: 0)
        let rule = InsightFaceProtocol(folds: .contiguous(1))
        let warnings = try VerificationReport(of: [pair], rule: rule).warnings
        #expect(warnings.first?.hasPrefix("1 pair is too few to say how accurate") == true)
        #expect(warnings.last?.hasPrefix("The only pair shows the same person: ") == true)
        let two = [pair, ScoredPair(distance: 2, same: false, fold: 0)]
        let few = try VerificationReport(of: two, rule: rule, fars: [0.0001]).warnings.last
        #expect(
            few
                == "1 pair of different people is too few for TAR at FAR 0.0001: 0.0001 alone takes "
                + "10,000.")
    }

    @Test func warnsOfEmbeddingsThatAreAllTheSame() throws {
        func report(spread: Float, norm: Double? = nil) throws -> [String] {
            let pairs = (0..<400).map {
                ScoredPair(distance: 1 + spread * Float($0) / 400, same: $0 % 2 == 0, fold: 0)
            }
            return try VerificationReport(of: pairs, meanNorm: norm, fars: [0.1]).warnings
        }
        #expect(
            try report(spread: 0.005).map { $0.prefix(29) } == ["The embeddings have collapsed"])
        #expect(try report(spread: 0.02, norm: 10).isEmpty)
        #expect(try report(spread: 1, norm: 0).first?.contains("their mean norm is 0.0") == true)
    }

    @Test(arguments: [(true, "the same person"), (false, "different people")])
    func onePairKindLeavesNilsAndAWarning(same: Bool, kind: String) throws {
        let pairs = (0..<10).map { ScoredPair(distance: Float($0) / 4, same: same, fold: 0) }
        let report = try VerificationReport(of: pairs)
        #expect(report.roc == nil)
        #expect(report.bestAccuracy == nil)
        #expect(report.operatingPoints.isEmpty)
        #expect(report.insightFace.accuracy.isFinite)
        #expect(
            report.warnings == [
                "10 pairs are too few to say how accurate a model is: use at least 200, and "
                    + "thousands to distinguish good models.",
                "All 10 pairs show \(kind): accuracy can be had by always giving one answer, "
                    + "and ROC, AUC, EER and TAR at FAR are not defined.",
            ])
    }
}
