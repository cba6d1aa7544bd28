import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct VerdictTests {
    /// A study of two losses whose accuracies on 1,000 pairs are given, a value a seed.
    private func verdict(_ softmax: [Double], _ arcface: [Double]) throws -> Verdict? {
        try inTemporaryFolder { folder throws in
            for (loss, accuracies) in [("softmax", softmax), ("arcface", arcface)] {
                for (seed, accuracy) in accuracies.enumerated() {
                    try writeRun(loss, UInt64(seed), accuracy, to: StudyFolder(folder))
                }
            }
            let results = try StudyResults(reading: StudyFolder(folder))
            return Verdict(results, results.settings[0])
        }
    }

    private func writeRun(
        _ loss: String, _ seed: UInt64, _ accuracy: Double, to study: StudyFolder
    ) throws {
        let run = study.run(named: "\(loss)-\(seed)")
        try run.write(
            RunDescription(
                identity: RunIdentity(
                    trainSet: "t", backbone: "b", loss: loss, sampler: "shuffle", seed: seed),
                lossTitle: loss,
                backbone: BackboneFacts(
                    title: "B", parameters: 1, multiplyAdds: 1, embeddingSize: 1, inputSize: 1),
                train: TrainSetFacts(name: "t", images: 1, identities: 1, contentHash: ""),
                tests: [TestSetFacts(name: "v", pairs: 1000, folds: 10, pairsEachEpoch: 1000)],
                epochs: 1, batchSize: 1, configuration: .null, command: "c"))
        try run.write(
            RunResult(
                status: .finished, epochs: 1, trainAccuracy: 1,
                tests: [
                    TestResult(
                        name: "v", pairs: 1000, accuracy: accuracy, standardDeviation: 0,
                        threshold: 1, tarAtFar1e3: 0, auc: 1, eer: 0, meanNorm: 1, bestEpoch: 1,
                        bestAccuracy: accuracy, epochWithin95Percent: 1)
                ], imagesPerSecond: 1, seconds: 1))
    }

    @Test func ranksByTheMeanOverTheSeeds() throws {
        let verdict = try #require(try self.verdict([0.9, 0.9], [0.87, 0.95]))
        #expect(verdict.leader.loss.loss == "arcface")
        #expect(verdict.runnerUp?.loss.loss == "softmax")
        #expect(abs((verdict.lead ?? 0) - 0.01) < 1e-12)
        let level = try #require(try self.verdict([0.9], [0.9]))
        #expect(level.ranking.map(\.loss.loss) == ["softmax", "arcface"])
        #expect(level.leaders.count == 2 && level.runnerUp == nil)
        // The means of the same counts in another order differ in the last bit.
        let turned = try #require(try self.verdict([0.1, 0.2, 0.3], [0.3, 0.2, 0.1]))
        #expect(turned.leaders.count == 2)
    }

    @Test func hasNoRunnerUpAlone() throws {
        let verdict = try #require(try verdict([0.9], []))
        #expect(verdict.runnerUp == nil)
        #expect(verdict.lead == nil)
    }

    @Test func comparesSeedBySeed() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try writeRun("softmax", 1, 0.90, to: study)
            try writeRun("softmax", 2, 0.92, to: study)
            try writeRun("arcface", 2, 0.95, to: study)
            try writeRun("arcface", 3, 0.99, to: study)
            let results = try StudyResults(reading: study)
            let cells = results.losses.map { results.cell(results.settings[0], $0) }
            let difference = try #require(Difference(from: cells[0], to: cells[1]))
            #expect(difference.spread.count == 1)
            #expect(abs(difference.spread.mean - 0.03) < 1e-12)
        }
    }
}
