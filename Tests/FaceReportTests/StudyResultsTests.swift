import FaceStatistics
import Charts
import FaceReport
import FaceRuns
import Foundation
import SafeFiles
import Testing

@Suite struct StudyResultsTests {
    private func results(
        _ sample: SampleStudy, _ change: (StudyFolder) throws -> Void = { _ in }
    ) throws -> StudyResults {
        try inTemporaryFolder { folder throws in
            try sample.write(to: folder)
            try change(StudyFolder(folder))
            return try StudyResults(reading: StudyFolder(folder))
        }
    }

    @Test func ordersLossesAsThePaperAndBackbonesBySize() throws {
        let results = try results(SampleStudy(pairs: 40, epochs: 2))
        #expect(
            results.losses.map(\.title) == [
                "Cross-entropy", "A-Softmax", "AM-Softmax", "ArcFace", "Marginal Loss",
            ])
        #expect(results.losses.map(\.style.slot) == [0, 1, 2, 3, 4])
        #expect(results.backbones == ["resnet50", "mobilenetv1"])
        #expect(results.trainSets == ["casia", "ms1m"])
        #expect(
            results.configurations.map(results.title) == [
                "ResNet50 on casia", "ResNet50 on ms1m", "MobileNetV1 on casia",
                "MobileNetV1 on ms1m",
            ])
        #expect(results.runs.count == 20)
        #expect(results.seeds == 1)
    }

    @Test func countsSeedsACell() throws {
        let sample = SampleStudy(
            seeds: [7, 5, 6], pairs: 40, epochs: 2, failed: ["resnet50 casia arcface 6"],
            unfinished: ["resnet50 casia arcface 7": 1], absent: ["resnet50 ms1m softmax 5"])
        let results = try results(sample)
        let cell = results.cell("resnet50", "casia", results.losses[3])
        #expect(cell.runs.map(\.seed) == [5, 6, 7])
        #expect(cell.runs.map(\.status) == [.finished, .failed, .unfinished])
        #expect(cell.testAccuracy?.count == 1)
        #expect(results.cell("resnet50", "ms1m", results.losses[0]).finished.count == 2)
        #expect(results.seeds == 3)
        #expect(results.count(.finished) == 57)
    }

    @Test func tellsSeriesOfOneTitleApart() throws {
        var sample = SampleStudy(pairs: 40, epochs: 2)
        sample.edit = { description in
            guard description.identity.trainSet == "ms1m" else { return }
            if description.identity.loss == "arcface" {
                description.identity.loss = "arcface:m=0.4"
            }
            if description.identity.loss == "softmax" { description.identity.sampler = "pk:2x2" }
        }
        let titles = try results(sample).losses.map(\.title)
        #expect(
            titles == [
                "Cross-entropy (softmax, pk:2x2)", "Cross-entropy (softmax, shuffle)", "A-Softmax",
                "AM-Softmax", "ArcFace (arcface)", "ArcFace (arcface:m=0.4)", "Marginal Loss",
            ])
    }

    @Test func ordersTrainingSetsByTheirMostImages() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            for (seed, set, each) in [(1, "a", 10), (2, "a", 30), (3, "b", 20), (4, "c", 30)] {
                var run = PlainRun(loss: "softmax", seed: UInt64(seed), pairs: 40)
                (run.trainSet, run.imagesEach) = (set, each)
                try run.write(accuracy: 0.9, to: study)
            }
            var other = PlainRun(loss: "arcface", seed: 5, pairs: 40)
            (other.trainSet, other.imagesEach) = ("d", 40)
            try other.write(accuracy: 0.9, to: study)
            let results = try StudyResults(reading: study)
            #expect(results.trainSets == ["b", "a", "c", "d"])
            // Facts are the first run's.
            #expect(results.facts(ofTrainSet: "a")?.images == 100)
            let run = try #require(results.runs.first { $0.configuration.trainSet == "d" })
            #expect(results.losses.map(\.loss) == ["softmax", "arcface"])
            #expect(results.loss(of: run)?.loss == "arcface")
        }
    }

    @Test func goesOnWithoutDamagedFiles() throws {
        let results = try results(SampleStudy(pairs: 40, epochs: 2)) { study in
            let runs = try study.runs()
            try AtomicFile.write("{}", to: runs[0].descriptionURL)
            try AtomicFile.write("{}", to: runs[1].resultURL)
            try AtomicFile.write("{}\n", to: runs[2].metricsURL)
            try AtomicFile.write("x", to: runs[3].scoresURL(test: "lfw"))
        }
        #expect(results.runs.count == 19)
        #expect(results.damages.count == 4)
        #expect(results.count(.damaged) == 1)
        #expect(results.count(.finished) == 18)
    }

    @Test func hasNothingOfNoRuns() {
        let results = StudyResults(runs: [])
        #expect(results.seeds == 0 && results.count(.finished) == 0)
        #expect(results.losses.isEmpty && results.configurations.isEmpty)
        #expect(results.testSets.isEmpty && results.tunedCells.isEmpty)
        #expect(results.title(ofBackbone: "resnet50") == "resnet50")
        #expect(StudyStatistics(results).rope == Report.defaultRope / 100)
    }

    @Test func saysWhenThereIsNothing() throws {
        try inTemporaryFolder { folder throws in
            #expect(throws: FaceReportError.noRuns(study: folder.path, damaged: 0)) {
                try StudyResults(reading: StudyFolder(folder))
            }
            let absent = folder.appendingPathComponent("nosuch")
            #expect(throws: FaceReportError.noFolder(path: absent.path)) {
                try StudyResults(reading: StudyFolder(absent))
            }
            let run = StudyFolder(folder).run(named: "a")
            try AtomicFile.write("{}", to: run.descriptionURL)
            #expect(throws: FaceReportError.noRuns(study: folder.path, damaged: 1)) {
                try StudyResults(reading: StudyFolder(folder))
            }
        }
    }
}
