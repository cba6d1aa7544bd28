import FaceStatistics
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
                    try PlainRun(loss: loss, seed: UInt64(seed), pairs: 1000)
                        .write(accuracy: accuracy, to: StudyFolder(folder))
                }
            }
            let results = try StudyResults(reading: StudyFolder(folder))
            return Verdict(results, results.settings[0])
        }
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
        let turned = try #require(try self.verdict([0.7, 0.8, 0.9], [0.9, 0.8, 0.7]))
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
            try PlainRun(loss: "softmax", seed: 1, pairs: 1000).write(accuracy: 0.90, to: study)
            try PlainRun(loss: "softmax", seed: 2, pairs: 1000).write(accuracy: 0.92, to: study)
            try PlainRun(loss: "arcface", seed: 2, pairs: 1000).write(accuracy: 0.95, to: study)
            try PlainRun(loss: "arcface", seed: 3, pairs: 1000).write(accuracy: 0.99, to: study)
            let results = try StudyResults(reading: study)
            let cells = results.losses.map { results.cell(results.settings[0], $0) }
            let difference = try #require(Difference(from: cells[0], to: cells[1]))
            #expect(difference.summary.count == 1)
            #expect(abs(difference.summary.mean - 0.03) < 1e-12)
        }
    }
}
