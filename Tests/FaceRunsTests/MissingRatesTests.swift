import FaceRuns
import Foundation
import Testing

/// What a run folder says where a test set has pairs of one kind only, and so no ROC curve.
@Suite struct MissingRatesTests {
    private func result(_ auc: Double?, _ eer: Double?, _ tar: Double?) -> RunResult {
        RunResult(
            status: .finished, epochs: 1, trainAccuracy: 1,
            tests: [
                TestResult(
                    name: "v", pairs: 4, accuracy: 1, standardDeviation: 0, threshold: 1,
                    tarAtFar1e3: tar, auc: auc, eer: eer, meanNorm: nil, bestEpoch: 1,
                    bestAccuracy: 1, epochWithin95Percent: 1)
            ], imagesPerSecond: 1, seconds: 1)
    }

    private func reread(_ result: RunResult) throws -> (text: String, test: TestResult?) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-rates-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = RunFolder(folder)
        try run.write(result)
        return (
            try String(contentsOf: run.resultURL, encoding: .utf8),
            try run.readResult()?.tests.first
        )
    }

    @Test("They are left out, and are no zeros when read back")
    func leftOut() throws {
        let (text, test) = try reread(result(nil, nil, nil))
        for key in ["eer", "auc", "tarAtFar1e3", "meanNorm"] {
            #expect(!text.contains("\"\(key)\""))
        }
        #expect(test?.eer == nil && test?.auc == nil && test?.tarAtFar1e3 == nil)
        #expect(test?.meanNorm == nil)
    }

    @Test("Zeros of former versions, which no curve has together, are missing values")
    func formerVersions() throws {
        let old = try reread(result(0, 0, 0)).test
        #expect(old != nil && old?.eer == nil && old?.auc == nil && old?.tarAtFar1e3 == nil)
        let perfect = try reread(result(1, 0, 0.5)).test
        #expect(perfect?.eer == 0 && perfect?.auc == 1 && perfect?.tarAtFar1e3 == 0.5)
        let reversed = try reread(result(0, 1, 0)).test
        #expect(reversed?.eer == 1 && reversed?.auc == 0 && reversed?.tarAtFar1e3 == 0)
    }
}
