import FaceRuns
import FaceStatistics
import Foundation
import Testing

@testable import FaceReport

/// What a report takes from runs whose values were tuned, where no record of tries is there.
@Suite("Runs with values that were tuned elsewhere")
struct ForeignTuningTests {
    /// Writes a run with tuned values of a loss, with some of 400 pairs misclassified.
    private func write(
        _ loss: String, seed: UInt64, wrong: Int, origin: TunedOrigin, title: String,
        to study: StudyFolder
    ) throws {
        let run = PlainRun(loss: "\(loss)-tuned", seed: seed, pairs: 400)
        try run.write(wrong: Self.wrong(wrong, seed), to: study)
        try run.writeDescription(to: study) { description in
            description.identity.loss = loss
            description.identity.tuned = origin
            description.requestedLoss = origin.name
            description.lossTitle = title
        }
    }

    private static func wrong(_ count: Int, _ seed: UInt64) -> Set<Int> {
        Set((0..<count).map { (Int(seed) + 7 * $0) % 400 })
    }

    @Test("They are compared with the default of their loss, corrected for all such losses")
    func foreign() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            for seed in [1, 2] as [UInt64] {
                try PlainRun(loss: "softmax", seed: seed, pairs: 400).write(
                    wrong: Self.wrong(40, seed), to: study)
                // Two studies of one name, or one that was tuned again: the first seed's is shown.
                let backbone = seed == 1 ? "small" : "large"
                for loss in ["softmax", "arcface"] {
                    try write(
                        loss, seed: seed, wrong: 20,
                        origin: TunedOrigin(
                            loss: loss, trainSet: "s", backbone: backbone, study: "quarter"),
                        title: "\(loss) (tuned in quarter)", to: study)
                }
            }
            let results = try StudyResults(reading: study)
            #expect(results.tunedCells.isEmpty && TunedStudy(results, rope: 0.01) == nil)
            let tuning = try #require(ForeignTuning(results, rope: 0.01))
            #expect(tuning.test == "v" && tuning.rope == 0.01 && tuning.losses.count == 2)
            let (softmax, arcface) = (tuning.losses[0], tuning.losses[1])
            #expect(softmax.title == "softmax" && softmax.role == nil)
            #expect(softmax.origin.backbone == "small" && softmax.origin.study == "quarter")
            #expect(softmax.standard.runs.map(\.name) == ["softmax-1", "softmax-2"])
            #expect(softmax.tuned.runs.map(\.name) == ["softmax-tuned-1", "softmax-tuned-2"])
            let gain = try #require(softmax.gain)
            #expect(gain.seeds == 2 && abs(gain.mean - 20.0 / 400) < 1e-12)
            // The default of the other loss is not there.
            #expect(arcface.title == "arcface" && arcface.standard.runs.isEmpty)
            #expect(arcface.gain == nil && arcface.adjusted == 1)
            let pValue = try #require(gain.pValue)
            #expect(abs(softmax.adjusted - min(1, 2 * pValue)) < 1e-12)
        }
    }

    @Test("A study without such runs has none")
    func none() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(wrong: [1], to: study)
            #expect(ForeignTuning(try StudyResults(reading: study), rope: 0.01) == nil)
        }
    }

    @Test("A loss whose default and record are gone is called as its first tuned run is")
    func recovered() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            for (seed, title) in [(1, "ArcFace (tuned)"), (2, "ArcFace (m=0.41) (tuned)")] {
                try write(
                    "arcface", seed: UInt64(seed), wrong: 20,
                    origin: TunedOrigin(loss: "arcface", trainSet: "t", backbone: "b"),
                    title: title, to: study)
            }
            let results = try StudyResults(reading: study)
            let cell = try #require(results.tunedCells.first)
            #expect(results.tunedCells.count == 1 && cell.lossTitle == "ArcFace")
            #expect(cell.loss == "arcface" && cell.resolvedLoss == "arcface")
            #expect(cell.chosen == 1 && cell.isComplete && cell.budget.tries == 0)
            #expect(cell.tries.map(\.index) == [0, 1] && cell.sampler == "shuffle")
            let damage = try #require(results.damages.first { $0.contains("tuning.json") })
            #expect(damage.contains("is missing, although ArcFace was tuned"))
        }
    }
}
