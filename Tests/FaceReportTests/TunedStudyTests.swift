import Charts
import FaceRuns
import FaceStatistics
import Foundation
import Testing

@testable import FaceReport

/// What a report takes from the record of a tuning.
@Suite("Losses that were tuned")
struct TunedStudyTests {
    @Test("The curve of the expected best is not computed of implausibly many tries")
    func many() {
        func loss(_ tries: Int) -> TunedLoss {
            let cell = TuningCell(
                trainSet: "t", backbone: "b", loss: "l", resolvedLoss: "l", lossTitle: "L",
                sampler: "shuffle", space: [], fixed: [],
                budget: TuningBudget(tries: tries, epochs: 1, imagesEach: 1, rungs: []),
                validation: TuningValidation(identities: 1, pairs: 1, standardError: 0),
                tries: (0..<tries).map {
                    var item = TuningTry(
                        index: $0, rung: 0, values: [:], loss: "l", learningRate: 0.1,
                        weightDecay: 0, seed: 1, epochs: 1, folder: "")
                    item.state = .failed
                    return item
                })
            return TunedLoss(cell, StudyResults(runs: []), style: SeriesStyle(slot: 0))
        }
        #expect(loss(2000).scores.count == 2000 && loss(2000).expected != nil)
        #expect(loss(2001).expected == nil && loss(0).expected == nil)
    }

    private func tuned(
        _ edit: @escaping (inout TuningRecord) -> Void = { _ in }
    ) throws -> TunedStudy {
        try inTemporaryFolder { folder throws in
            try TunedSample(seeds: [101, 102], pairs: 200, edit: edit).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            return try #require(TunedStudy(results, rope: 0.01))
        }
    }

    private func loss(_ name: String, _ study: TunedStudy) throws -> TunedLoss {
        try #require(study.losses.first { $0.cell.loss == name })
    }

    @Test("The answer is of chosen values, and of the default where it was chosen")
    func answer() throws {
        let study = try tuned()
        #expect(
            study.losses.map(\.cell.loss) == [
                "softmax", "asoftmax", "amsoftmax", "arcface", "marginal",
            ])
        let runs = try #require(study.results).runs
        #expect(runs.count == 10)
        for run in runs {
            #expect(
                (run.description.identity.tuned == nil) == (run.description.lossName == "marginal"))
        }
        #expect(study.test == "lfw" && study.configurations.count == 1)
        #expect(study.losses(study.configurations[0]).count == 5)
        #expect(study.title(study.configurations[0]) == "MobileNetV1 on casia")
        #expect(
            study.title(Configuration(backbone: "b", trainSet: "t")) == "b on t")
        for loss in study.losses {
            #expect(loss.keepsDefault == (loss.cell.loss == "marginal"))
            #expect((loss.gain == nil) == loss.keepsDefault)
            #expect(loss.standard.runs.count == 2 && loss.tuned.runs.count == 2)
            #expect(loss.standard.runs.allSatisfy { $0.description.identity.tuned == nil })
            #expect(loss.adjusted >= (loss.gain?.pValue ?? 1) && loss.adjusted <= 1)
        }
        // Tuned minus default.
        let arcface = try loss("arcface", study)
        let means = try [arcface.standard, arcface.tuned].map {
            try #require($0.testAccuracy).mean
        }
        #expect(abs((arcface.gain?.mean ?? 0) - (means[1] - means[0])) < 1e-9)
        #expect(study.answer != nil)
        // Holm's first factor is the number of losses, and a loss that kept its default is one of them.
        let pValues = study.losses.compactMap { $0.gain?.pValue }
        let least = try #require(pValues.min())
        let adjusted = try #require(study.losses.map(\.adjusted).min())
        #expect(abs(adjusted - min(1, 5 * least)) < 1e-12)
    }

    @Test("A loss of which every try failed has its default alone, which is its answer")
    func allFailed() throws {
        let study = try tuned { record in
            guard let index = record.cells.firstIndex(where: { $0.loss == "marginal" }) else {
                return
            }
            record.cells[index].chosen = nil
            for place in record.cells[index].tries.indices {
                record.cells[index].tries[place].state = .failed
                record.cells[index].tries[place].accuracy = nil
            }
        }
        let marginal = try loss("marginal", study)
        #expect(marginal.cell.isComplete && !marginal.keepsDefault && marginal.gain == nil)
        #expect(marginal.failed.count == 16 && marginal.scores.allSatisfy { $0 == 0.5 })
        let runs = try #require(study.results).runs
        #expect(runs.count == 10)
        #expect(runs.count { $0.description.lossName == "marginal" } == 2)
    }

    @Test("While a loss has tries to come its default is not an answer")
    func open() throws {
        let study = try tuned { record in
            guard let index = record.cells.firstIndex(where: { $0.loss == "marginal" }) else {
                return
            }
            record.cells[index].isComplete = false
            record.cells[index].chosen = nil
        }
        #expect(study.results?.runs.count == 8 && !study.record.isComplete)
        #expect(try !loss("marginal", study).keepsDefault)
    }

    @Test("Scores are those of the first rung that have ended; a failed try counts as guessing")
    func scores() throws {
        let study = try tuned { record in
            guard let index = record.cells.firstIndex(where: { $0.loss == "arcface" }) else {
                return
            }
            var tries = Array(record.cells[index].tries.prefix(6))
            for (place, accuracy) in [0.9, 0.895, 0.8, nil, nil, 0.99].enumerated() {
                tries[place].accuracy = accuracy
                tries[place].state = place == 3 ? .failed : place == 4 ? .pending : .finished
                tries[place].rung = place == 5 ? 1 : 0
            }
            record.cells[index].tries = tries
            record.cells[index].chosen = 5
        }
        let arcface = try loss("arcface", study)
        #expect(arcface.scores == [0.9, 0.895, 0.8, 0.5] && arcface.firstRung.count == 5)
        #expect(arcface.fraction(within: 0) == 0.25 && arcface.fraction(within: 0.005) == 0.5)
        #expect(arcface.fraction(within: 0.1) == 0.75 && arcface.failed.map(\.index) == [3])
        #expect(arcface.expected != nil)
    }

    @Test("Without a try that has ended there is nothing to share or expect")
    func pending() throws {
        let study = try tuned { record in
            for index in record.cells.indices {
                record.cells[index].isComplete = false
                record.cells[index].chosen = nil
                for place in record.cells[index].tries.indices {
                    record.cells[index].tries[place].state = .pending
                    record.cells[index].tries[place].accuracy = nil
                }
            }
        }
        let softmax = try loss("softmax", study)
        #expect(softmax.scores.isEmpty && softmax.fraction(within: 1) == nil)
        #expect(softmax.expected == nil && softmax.failed.isEmpty)
    }

    @Test("Losses of the paper come first and keep their styles, with parameters, tuned or not")
    func known() {
        #expect(
            ["softmax", "arcface:m=0.4", "amsoftmax (tuned)", "marginal@quarter", "circle"].map(
                KnownLoss.rank) == [0, 3, 2, 4, 5])
    }
}
