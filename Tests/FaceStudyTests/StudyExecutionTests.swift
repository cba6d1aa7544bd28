import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Testing
import Torch

@testable import FaceStudy

/// Studies that are run to their end, stopped, repeated and refused, by what is in their folders.
@Suite("A study that is run", .serialized)
struct StudyExecutionTests {
    private func folder(_ study: TinyStudy, _ index: Int = 0) throws -> RunFolder {
        let runs = try Study(study.configuration, folder: study.output)
        return runs.folder.run(named: runs.plan.runs[index].folderName)
    }

    /// AUC by counting: how often a pair of one person is nearer than one of two, half for ties.
    private func auc(_ scores: [ScoredPair]) -> Double {
        let (same, other) = (scores.filter(\.same), scores.filter { !$0.same })
        let wins = same.reduce(0.0) { sum, pair in
            sum
                + other.reduce(0.0) {
                    $0 + (pair.distance < $1.distance ? 1 : pair.distance == $1.distance ? 0.5 : 0)
                }
        }
        return wins / Double(same.count * other.count)
    }

    @Test("that is stopped while a model is tested records no epoch, and tests it again")
    func stoppedInATest() throws {
        try TinyStudy.with { study in
            var isStopped = false
            let control = StudyControl(
                shouldStop: { isStopped },
                listener: { if case .evaluating = $0 { isStopped = true } })
            #expect(throws: FaceStudyError.interrupted) {
                try Study(study.configuration, folder: study.output).run(control)
            }
            let run = try folder(study)
            #expect(try run.readEpochs().isEmpty && run.readResult() == nil)
            // The epoch's four steps were saved before the test.
            let trace = try study.run()
            #expect(trace.steps == 8 && trace.epochs == [1, 2, 3])
        }
    }

    @Test("writes what its scores, epochs and steps say, each number where it belongs")
    func records() throws {
        try TinyStudy.with { study in
            study.configuration.losses = ["arcface", "softmax"]
            study.configuration.evaluation.pairsEachEpoch = 4
            let trace = try study.run()
            #expect(trace.outcome == Study.Outcome(finished: 2, failed: []))
            #expect(trace.started == [1, 2] && trace.steps == 24)
            #expect(trace.epochs == [1, 2, 3, 1, 2, 3])
            var areas: [Bool] = []
            for index in 0..<2 {
                let run = try folder(study, index)
                let scores = try #require(try run.readScores(test: "pairs"))
                let epochs = try run.readEpochs()
                let result = try #require(try run.readResult())
                let test = try #require(result.tests.first)
                let scored = scores.map(\.pair)
                let expected = try InsightFaceProtocol(folds: .contiguous(2)).evaluate(scored)
                #expect(scores.count == 12 && test.pairs == 12 && test.name == "pairs")
                #expect(scores.map(\.pair.same) == (0..<12).map { $0 % 6 < 3 })
                #expect(scores[0].first.hasSuffix("p0_0001.jpg"))
                #expect(scores[0].second.hasSuffix("p0_0002.jpg"))
                let curve = try ROCCurve(of: scored)
                let area = try #require(test.auc)
                #expect(abs(area - auc(scored)) < 1e-12)
                #expect(test.eer == curve.equalErrorRate)
                areas.append(test.eer != test.auc)
                #expect(test.accuracy == expected.accuracy)
                #expect(test.standardDeviation == expected.standardDeviation)
                #expect(test.threshold == expected.threshold && test.tarAtFar1e3 == expected.tar)
                #expect(epochs.map { $0.tests[0].pairs } == [4, 4, 12])
                #expect(epochs.map(\.step) == [4, 8, 12] && epochs.map(\.images) == [32, 64, 96])
                #expect(epochs[2].tests[0].accuracy == test.accuracy)
                #expect(result.trainAccuracy == epochs[2].trainAccuracy && result.epochs == 3)
                let accuracies = epochs.map { $0.tests[0].accuracy }
                #expect(test.bestAccuracy == accuracies.max())
                #expect(
                    test.bestEpoch == accuracies.firstIndex(of: test.bestAccuracy).map { $0 + 1 })
                #expect((epochs[2].lossState["scale"] != nil) == (index == 0))
                #expect((test.meanNorm ?? 0) > 0)
            }
            // Of few pairs both may be the same number once, and then exchanged without a trace.
            #expect(areas.contains(true))
        }
    }

    @Test("writes no rate where pairs of one kind have none, instead of a perfect one")
    func oneKind() throws {
        try TinyStudy.with { study in
            // A plain list of pairs, which needs no pairs of two people.
            let list = (0..<3).map { "p\($0)/p\($0)_0001.jpg p\($0)/p\($0)_0002.jpg 1" }
            try list.joined(separator: "\n")
                .write(to: study.file("same.txt"), atomically: true, encoding: .utf8)
            study.configuration.test[0].pairs = study.file("same.txt").path
            try study.run()
            let run = try folder(study)
            let test = try #require(try run.readResult()?.tests.first)
            #expect(test.eer == nil && test.auc == nil && test.pairs == 3)
            let written = try String(contentsOf: run.resultURL, encoding: .utf8)
            #expect(!written.contains("\"eer\"") && !written.contains("\"auc\""))
        }
    }

    @Test(
        "stopped after any step and run again, is what it is in one go", arguments: [1, 4, 6, 11])
    func resumed(_ stop: Int) throws {
        let whole = try TinyStudy.with { study in
            try study.run()
            return try TinyStudy.content(folder(study))
        }
        try TinyStudy.with { study in
            let first = try study.run(stopAfter: stop)
            #expect(first.isInterrupted && first.steps == stop)
            #expect(try folder(study).readResult() == nil)
            let rest = try study.run()
            #expect(rest.steps == 12 - stop && rest.outcome.finished == 1)
            #expect(try TinyStudy.content(folder(study)) == whole)
        }
    }

    @Test("is not trained again when it is finished, and refused for another configuration")
    func repeated() throws {
        try TinyStudy.with { study in
            try study.run()
            let again = try study.run()
            #expect(again.skipped == 1 && again.steps == 0 && again.outcome.finished == 1)
            study.configuration.training.schedule.peak = 0.05
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            guard case .impossible(let reasons)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reasons.count == 1 && reasons[0].contains("peak was 0.1, now 0.05"))
        }
    }

    @Test("continues with the next run when one fails, and records why")
    func failing() throws {
        try TinyStudy.with { study in
            study.configuration.losses = ["softmax", "arcface"]
            study.configuration.training.schedule = LearningRateSchedule(
                shape: .constant, peak: 1e30, warmup: 0)
            study.configuration.training.gradientClip = 0
            let trace = try study.run()
            #expect(trace.outcome.finished == 0 && trace.outcome.failed.count == 2)
            #expect(trace.started == [1, 2] && trace.failed == trace.outcome.failed)
            let result = try #require(try folder(study).readResult())
            #expect(result.status == .failed && result.message.contains("became NaN or infinite"))
            #expect(result.tests.isEmpty)
            let bundle = try FailureBundle(
                reading: try folder(study).url.appendingPathComponent("failure"))
            #expect(bundle.failure.batch.count == 8 && bundle.failure.learningRate == 1e30)
            // A run that failed is tried again, and its record replaced.
            study.configuration.losses = ["softmax"]
            #expect(try study.run().started == [1])
        }
    }

    @Test("a set too small for a batch is refused before anything is trained")
    func impossible() throws {
        try TinyStudy.with { study in
            study.configuration.training.batchSize = 64
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            guard case .impossible(let reasons)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reasons.first?.contains("32 training images do not fill a batch of 64") == true)
            let run = try folder(study)
            #expect(!FileManager.default.fileExists(atPath: run.url.path))
        }
    }

    @Test("Made again, a run is the same; with other images it is refused")
    func reproduced() throws {
        try TinyStudy.with { study in
            try study.run()
            let copy = study.root.appendingPathComponent("copy")
            let result = try Reproduction(of: folder(study), in: copy).run(StudyControl())
            #expect(result.isSame && result.environment.isEmpty)
            let picture = study.file("train/p0/p0_0001.jpg")
            try Data(contentsOf: study.file("train/p1/p1_0001.jpg")).write(to: picture)
            let other = study.root.appendingPathComponent("other")
            let error = #expect(throws: FaceStudyError.self) {
                try Reproduction(of: folder(study), in: other).run(StudyControl())
            }
            guard case .notReproduced(let reason)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(
                reason.contains("the images of 'few' differ from those of the run to reproduce"))
        }
    }

    @Test("Held-out identities are tested in each epoch and are not trained on")
    func validation() throws {
        try TinyStudy.with { study in
            try study.draw(people: 8, pictures: 4, seed: 3, into: "train")
            study.configuration.validation.identities = 0.5
            try study.run()
            let run = try folder(study)
            let epochs = try run.readEpochs()
            #expect(epochs.allSatisfy { ($0.validation?.pairs ?? 0) > 0 })
            let train = try run.readDescription().train
            #expect(train.identities == 4 && train.images < 48)
            let model = try Safetensors.read(run.headURL)
            #expect(model.tensors["weight"]?.shape.first == 4)
        }
    }
}
