import FaceStatistics
import FaceReport
import FaceRuns
import Foundation
import Testing

@Suite struct RunConvergenceTests {
    private func epochs(
        _ accuracies: [Double], validation: [Double?] = [], pairs: Int = 1000
    ) -> [EpochRecord] {
        accuracies.enumerated().map { index, accuracy in
            var record = EpochRecord(
                epoch: index + 1, step: index, images: 100 * (index + 1), learningRate: 1, loss: 1,
                trainAccuracy: 1, trainAccuracyWithMargin: 1, lossState: [:],
                tests: [
                    EpochTest(
                        name: "lfw", accuracy: accuracy, standardDeviation: 0, pairs: pairs)
                ],
                imagesPerSecond: 1, trainSeconds: 1, evaluationSeconds: 1)
            record.validation = (index < validation.count ? validation[index] : nil).map {
                EpochTest(name: "validation", accuracy: $0, standardDeviation: 0, pairs: 10)
            }
            return record
        }
    }

    @Test func findsEveryEpoch() throws {
        // Wilson's interval of 0.91 on 1,000 pairs begins at 0.8906 (statsmodels).
        let curve = [0.7, 0.890, 0.891, 0.9, 0.91, 0.905]
        let validation = [0.6, 0.7, 0.8, 0.95, 0.94, 0.95]
        let run = try #require(
            RunConvergence(epochs(curve, validation: validation), test: "lfw"))
        #expect(run.best.epoch == 5 && run.best.images == 500 && run.best.accuracy == 0.91)
        #expect(run.withinBand.epoch == 3 && run.withinBand.accuracy == 0.891)
        #expect(run.validated?.epoch == 4 && run.validated?.accuracy == 0.9)
        #expect(run.last.epoch == 6 && run.last.accuracy == 0.905)
        let area = (0.7 / 2 + 0.890 + 0.891 + 0.9 + 0.91 + 0.905 / 2) / 5
        #expect(abs(run.area - area) < 1e-12)
    }

    @Test func readsHeldOutIdentities() throws {
        let records = epochs([0.5, 0.5, 0.5], validation: [0.6, 0.95, 0.9])
        let run = try #require(RunConvergence(validationOf: records))
        #expect(run.best.epoch == 2 && run.best.images == 200 && run.best.accuracy == 0.95)
        #expect(run.last.epoch == 3 && run.last.accuracy == 0.9)
        #expect(RunConvergence(validationOf: epochs([0.5])) == nil)
    }

    @Test("A study without test sets is reported on held-out identities, and no other is")
    func studiesWithoutTests() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            let plain = PlainRun(loss: "softmax", seed: 1, pairs: 400)
            let run = plain.folder(in: study)
            try plain.writeDescription(to: study) {
                $0.tests = []
                $0.epochs = 3
            }
            for var record in epochs([0.5, 0.5, 0.5], validation: [0.6, 0.95, 0.9]) {
                record.tests = []
                try run.append(record)
            }
            try SampleRun.writeModel(to: run)
            try run.write(
                RunResult(
                    status: .finished, epochs: 3, trainAccuracy: 1, tests: [], imagesPerSecond: 1,
                    seconds: 1))
            let results = try StudyResults(reading: study)
            let found = try #require(results.runs.first?.validationConvergence)
            #expect(found.best.epoch == 2 && found.best.accuracy == 0.95)
            #expect(results.runs.first?.convergence == nil && results.damages.isEmpty)
            let rendered = try Report(study: folder).render()
            #expect(rendered.markdown.contains("Convergence on held-out identities"))
        }
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 40, epochs: 2).write(to: folder)
            let results = try StudyResults(reading: StudyFolder(folder))
            #expect(results.runs.allSatisfy { $0.validationConvergence == nil })
            #expect(results.runs.contains { $0.convergence != nil })
        }
    }

    @Test func knowsWhatIsNotThere() throws {
        let run = try #require(RunConvergence(epochs([0.8]), test: "lfw"))
        #expect(run.validated == nil)
        #expect(run.area == 0.8 && run.best == run.last)
        #expect(RunConvergence([], test: "lfw") == nil)
        #expect(RunConvergence(epochs([0.8]), test: "cfp") == nil)
    }
}
