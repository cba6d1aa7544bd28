import FaceConfiguration
import FaceEvaluation
import FaceReport
import FaceRuns
import FaceStatistics
import Foundation
import Testing

@Suite("Whether something was learned")
struct NothingLearnedTests {
    /// A run of 10 identities with 20 images each, on 400 pairs.
    private struct Run {
        var identities = 10
        var images = 200
        /// Images of an epoch, if they are not all.
        var drawn: Int?
        var trainAccuracy = 0.9
        var accuracy = 0.9
        var pairs = 400
        var norm: Double? = 20
        var sampler = "shuffle"
        var losses: [Double] = [3, 1]
        var distances: [Float] = [0.2, 0.8, 1.4, 2]

        var judged: NothingLearned? {
            let description = RunDescription(
                identity: RunIdentity(
                    trainSet: "t", backbone: "b", loss: "l", sampler: sampler, seed: 1),
                lossTitle: "l",
                backbone: BackboneFacts(
                    title: "B", parameters: 1, multiplyAdds: 1, embeddingSize: 1, inputSize: 1),
                train: TrainSetFacts(
                    name: "t", images: images, identities: identities, contentHash: ""),
                tests: [], epochs: 1, batchSize: 1, configuration: .null, command: "c")
            let epochs = losses.enumerated().map { index, loss in
                EpochRecord(
                    epoch: index + 1, step: index, images: (drawn ?? images) * (index + 1),
                    learningRate: 1,
                    loss: loss, trainAccuracy: 1, trainAccuracyWithMargin: 1, lossState: [:],
                    tests: [], imagesPerSecond: 1, trainSeconds: 1, evaluationSeconds: 1)
            }
            let result = TestResult(
                name: "v", pairs: pairs, accuracy: accuracy, standardDeviation: 0, threshold: 1,
                tarAtFar1e3: nil, auc: nil, eer: nil, meanNorm: norm, bestEpoch: 1,
                bestAccuracy: accuracy, epochWithin95Percent: 1)
            return NothingLearned(
                description, epochs: epochs, trainAccuracy: trainAccuracy, result: result,
                distances: distances)
        }
    }

    @Test("A run that learned something")
    func learned() {
        #expect(Run().judged == nil)
        #expect(Run(identities: 2, trainAccuracy: 0.9).judged == nil)
        // Far from guessing on either side, each alone is enough to be believed.
        #expect(Run(trainAccuracy: 0.12, accuracy: 0.9, pairs: 400).judged?.reason == .training)
        #expect(Run(trainAccuracy: 0.9, accuracy: 0.52).judged?.reason == .test)
        // Wilson's interval of 0.19 begins at 0.14, and guessing is 0.1.
        #expect(Run(trainAccuracy: 0.19).judged == nil)
    }

    @Test("The reason that is most certain is given")
    func reasons() {
        #expect(Run(identities: 1).judged?.reason == .oneIdentity)
        // Also of few images, which alone say nothing.
        #expect(Run(identities: 1, images: 5).judged?.reason == .oneIdentity)
        #expect(Run(norm: 1e-9).judged?.reason == .collapsed)
        #expect(Run(norm: 1e-9, distances: [1, 1.001, 1]).judged?.reason == .collapsed)
        #expect(Run(distances: [1, 1.001, 1.002]).judged?.reason == .collapsed)
        #expect(Run(distances: [1, 1.5, 1.002]).judged == nil)
        #expect(Run(norm: 2e6, distances: [1, 1, 1]).judged?.reason == .diverged)
        #expect(Run(norm: 2e6).judged == nil)
        #expect(Run(norm: 5e5, distances: [1, 1, 1]).judged?.reason == .collapsed)
        #expect(Run(norm: 1e6, distances: [1, 1, 1]).judged?.reason == .collapsed)
        // Two identities can be told apart, and guessing one of them is right half of the time.
        #expect(Run(identities: 2, trainAccuracy: 0.9, accuracy: 0.5).judged?.reason == .test)
        #expect(Run(identities: 2, trainAccuracy: 0.5).judged?.reason == .training)
        let pairs = Run(
            identities: 200, images: 200, trainAccuracy: 0, accuracy: 0.5, sampler: "pk:4x2")
        #expect(pairs.judged?.reason == .noPairs)
        var shuffled = pairs
        shuffled.sampler = "shuffle"
        #expect(shuffled.judged?.reason == .training)
    }

    @Test("Few images or pairs say nothing alone")
    func few() {
        // Nine images an identity: training accuracy counts only beside a guessing test accuracy.
        #expect(Run(images: 90, trainAccuracy: 0.1).judged == nil)
        #expect(Run(images: 100, trainAccuracy: 0.1).judged?.reason == .training)
        #expect(Run(images: 99, trainAccuracy: 0.1, losses: [3]).judged == nil)
        #expect(Run(images: 100, trainAccuracy: 0.1, losses: [3]).judged?.reason == .training)
        // Those of the last of several epochs.
        #expect(Run(images: 90, trainAccuracy: 0.1, losses: [3, 2, 1]).judged == nil)
        #expect(Run(images: 100, trainAccuracy: 0.1, losses: [3, 2, 1]).judged != nil)
        #expect(Run(images: 90, trainAccuracy: 0.1, accuracy: 0.5).judged?.reason == .training)
        // Those of an epoch count, which may be fewer than the set has.
        for drawn in [1, 50] {
            #expect(Run(drawn: drawn, trainAccuracy: 0.1).judged == nil)
            #expect(Run(drawn: drawn, trainAccuracy: 0.1, losses: [3]).judged == nil)
        }
        #expect(Run(accuracy: 0.5, pairs: 199).judged == nil)
        #expect(Run(accuracy: 0.5, pairs: 200).judged?.reason == .test)
    }

    @Test("What is reported beside the reason")
    func facts() throws {
        let log = log(10.0)
        let high = try #require(Run(accuracy: 0.5, losses: [log + 0.1, log]).judged)
        #expect(high.neverBelowGuessing && high.accuracy == 0.5 && high.trainAccuracy == 0.9)
        #expect(high.identities == 10 && high.meanNorm == 20)
        let low = try #require(Run(accuracy: 0.5, losses: [log + 0.1, log - 0.1]).judged)
        #expect(!low.neverBelowGuessing)
        let none = try #require(Run(accuracy: 0.5, losses: []).judged)
        #expect(!none.neverBelowGuessing)
    }

    @Test("Reasons are ordered, the most certain first")
    func order() {
        #expect(NothingLearned.Reason.oneIdentity < .diverged)
        #expect(NothingLearned.Reason.training < .test)
        #expect(!(NothingLearned.Reason.test < .training))
    }
}

@Suite("Misclassified pairs")
struct SettingErrorsTests {
    /// 40 pairs, of one person where even; a run has some of them wrong by given distances.
    private func write(
        _ loss: String, _ wrong: [Int: Float], seed: UInt64 = 1, to study: StudyFolder
    ) throws {
        let run = PlainRun(loss: loss, seed: seed, pairs: 40)
        let scores = (0..<40).map { pair in
            let same = pair % 2 == 0
            return ScoreRecord(
                ScoredPair(
                    distance: wrong[pair] ?? (same ? 0.5 : 2), same: same, fold: pair / 4),
                first: "p\(pair)/1.jpg", second: same ? "p\(pair)/2.jpg" : "q\(pair)/1.jpg")
        }
        try run.writeDescription(to: study)
        try run.writeResult(
            accuracy: try InsightFaceProtocol().accuracy(of: scores.map(\.pair)).mean,
            scores: scores.map(\.pair), to: study)
        try run.folder(in: study).write(scores, test: "v")
    }

    private func errors(
        _ runs: [(String, [Int: Float])]
    ) throws -> (errors: ConfigurationErrors, losses: [LossSeries]) {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            for (loss, wrong) in runs { try write(loss, wrong, to: study) }
            let results = try StudyResults(reading: study)
            // The runs have no epochs.
            #expect(results.damages.allSatisfy { $0.contains("metrics.jsonl") })
            let configuration = try #require(results.configurations.first)
            return (
                try #require(ConfigurationErrors(results, configuration, test: "v")), results.losses
            )
        }
    }

    @Test("The worst come first, and pairs that all get wrong are hard")
    func orders() throws {
        let (errors, losses) = try errors([
            ("softmax", [2: 2.5, 10: 3, 5: 0.3, 7: 0.1, 9: 0.3]), ("arcface", [2: 2.2, 7: 0.4]),
        ])
        let (softmax, arcface) = (losses[0], losses[1])
        #expect(errors.wrong(of: softmax) == [2, 5, 7, 9, 10])
        #expect(errors.falseAccepts(of: softmax) == [7, 5, 9])
        #expect(errors.falseRejects(of: softmax) == [10, 2])
        #expect(errors.hard == [2, 7])
        #expect(errors.leader == arcface)
        #expect(errors.pairs.count == 40 && errors.test == "v")
        #expect(errors.classified(correctlyBy: softmax, incorrectlyBy: arcface) == [])
        // The farther both are from their thresholds, the clearer: 10 by 3 and 0.5, 5 and 9 alike.
        #expect(errors.classified(correctlyBy: arcface, incorrectlyBy: softmax) == [10, 5, 9])
    }

    @Test("People taken for two are ordered by their distance, and equal ones as in the list")
    func rejects() throws {
        let (errors, losses) = try errors([
            ("softmax", [2: 2.5, 4: 2.75, 6: 3, 8: 2.75, 10: 2.25])
        ])
        #expect(errors.falseRejects(of: losses[0]) == [6, 4, 8, 2, 10])
        let (others, names) = try self.errors([("softmax", [1: 0.4, 3: 0.1, 5: 0.2, 7: 0.1])])
        #expect(others.falseAccepts(of: names[0]) == [3, 7, 5, 1])
    }

    @Test("Losses with other pairs than the first one's are left out")
    func otherPairs() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try write("softmax", [2: 2.5], to: study)
            try PlainRun(loss: "arcface", seed: 1, pairs: 60).write(wrong: [4], to: study)
            let results = try StudyResults(reading: study)
            let configuration = try #require(results.configurations.first)
            let errors = try #require(ConfigurationErrors(results, configuration, test: "v"))
            #expect(errors.losses.map(\.loss) == ["softmax"] && errors.pairs.count == 40)
        }
    }

    @Test("Of several seeds the first one's model counts, or the first that has scores")
    func seeds() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            let wrong: [UInt64: [Int: Float]] = [4: [2: 2.5], 5: [4: 2.5], 6: [6: 2.5]]
            for (seed, pairs) in wrong { try write("softmax", pairs, seed: seed, to: study) }
            func found() throws -> [Int]? {
                let results = try StudyResults(reading: study)
                let configuration = try #require(results.configurations.first)
                return ConfigurationErrors(results, configuration, test: "v")?
                    .wrong(of: results.losses[0])
            }
            #expect(try found() == [2])
            let first = PlainRun(loss: "softmax", seed: 4, pairs: 40).folder(in: study)
            try FileManager.default.removeItem(at: first.scoresURL(test: "v"))
            #expect(try found() == [4])
        }
    }

    @Test("Cosines of a pair and of its fold's threshold")
    func cosines() throws {
        let (errors, losses) = try errors([("softmax", [2: 2.5])])
        let (value, limit) = errors.cosine(of: 2, by: losses[0])
        #expect(value == -0.25)
        // The first threshold above 0.5 that is of the grid.
        let threshold = 2 - 2 * limit
        #expect(threshold > 0.5 && threshold <= 0.52)
    }

    @Test("People are folders; where those do not tell two apart, images stand for them")
    func people() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try write("softmax", [:], to: study)
            let run = try #require(try StudyResults(reading: study).runs.first)
            let outcome = try #require(run.outcomes["v"])
            #expect(outcome.isCorrect.allSatisfy { $0 } && outcome.thresholds.count == 40)
            #expect(outcome.pairs.same == (0..<40).map { $0 % 2 == 0 })
            #expect(outcome.pairs.folds == (0..<40).map { $0 / 4 })
            #expect(outcome.distances[0] == 0.5 && outcome.distances[1] == 2)
        }
    }
}

@Suite("What a report knows of a run")
struct ReportedRunTests {
    private func run(
        accuracy: Double = 0.9, _ change: (StudyFolder, PlainRun) throws -> Void = { _, _ in }
    ) throws -> ReportedRun {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            let plain = PlainRun(loss: "softmax", seed: 3, pairs: 400)
            try plain.write(accuracy: accuracy, to: study)
            try change(study, plain)
            return try #require(try StudyResults(reading: study).runs.first)
        }
    }

    private func epoch(_ number: Int, accuracy: Double, pairs: Int) -> EpochRecord {
        EpochRecord(
            epoch: number, step: number, images: 300 * number, learningRate: 1, loss: 1,
            trainAccuracy: 1, trainAccuracyWithMargin: 1, lossState: [:],
            tests: [EpochTest(name: "v", accuracy: accuracy, standardDeviation: 0, pairs: pairs)],
            imagesPerSecond: 1, trainSeconds: 2, evaluationSeconds: 1)
    }

    @Test("Numbers of a finished run")
    func finished() throws {
        let run = try run { study, plain in
            try plain.folder(in: study).append(epoch(1, accuracy: 0.9, pairs: 100))
        }
        #expect(run.status == .finished && run.seed == 3 && run.completedEpochs == 1)
        #expect(run.primaryResult?.accuracy == 0.9 && run.trainAccuracy == 1)
        #expect(run.imagesPerSecond == 1)
        // The best epoch's accuracy was measured on a part of the pairs.
        #expect(run.bestPairs == 100)
        #expect(run.epochs.first.flatMap(run.testAccuracy) == 0.9)
        #expect(run.supportedTAR == nil && run.collapse == nil)
        #expect(run.convergence?.best.accuracy == 0.9)
    }

    @Test(
        "Whether something was learned is judged by the first test set",
        arguments: [(0.9, 0.5), (0.5, 0.9)])
    func firstTestSet(accuracy: Double, further: Double) throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try PlainRun(loss: "softmax", seed: 3, pairs: 400, further: ["w": further])
                .write(accuracy: accuracy, to: study)
            let run = try #require(try StudyResults(reading: study).runs.first)
            #expect(run.nothingLearned?.reason == (accuracy == 0.5 ? .test : nil))
            #expect(run.primaryResult?.accuracy == accuracy)
        }
    }

    @Test("Epochs beyond those of the result, of a training that goes on, contradict nothing")
    func continued() throws {
        let run = try run { study, plain in
            let folder = plain.folder(in: study)
            try folder.append(epoch(1, accuracy: 0.9, pairs: 400))
            try folder.append(epoch(2, accuracy: 0.95, pairs: 400))
        }
        #expect(run.status == .finished && run.epochs.count == 2)
        #expect(run.damages.allSatisfy { !$0.contains("damaged") }, "\(run.damages)")
    }

    @Test("Numbers of a run in progress")
    func unfinished() throws {
        let run = try run { study, plain in
            let folder = plain.folder(in: study)
            try FileManager.default.removeItem(at: folder.resultURL)
            try FileManager.default.removeItem(at: folder.modelURL)
            for number in 1...2 {
                try folder.append(epoch(number, accuracy: 0.8, pairs: 100))
            }
        }
        #expect(run.status == .unfinished && run.completedEpochs == 2 && run.damages == [])
        #expect(run.primaryResult == nil && run.trainAccuracy == nil && run.bestPairs == nil)
        #expect(run.convergence == nil && run.nothingLearned == nil)
        // 600 images in 4 seconds.
        #expect(run.imagesPerSecond == 150)
    }

    @Test("A rate counts with enough pairs of two people only")
    func supportedTAR() throws {
        for (pairs, isSupported) in [(1980, false), (2000, true)] {
            try inTemporaryFolder { folder throws in
                let study = StudyFolder(folder)
                try PlainRun(loss: "softmax", seed: 1, pairs: pairs).write(wrong: [0], to: study)
                let run = try #require(try StudyResults(reading: study).runs.first)
                #expect(run.damages.allSatisfy { $0.contains("metrics.jsonl") })
                #expect((run.supportedTAR != nil) == isSupported)
                #expect(run.supportedTAR == (isSupported ? run.primaryResult?.tarAtFar1e3 : nil))
            }
        }
    }
}

@Suite("Cells and what they are compared by")
struct CellTests {
    private func study<Result>(
        _ runs: [PlainRun], wrong: (PlainRun) -> Set<Int>, _ body: (StudyResults) throws -> Result
    ) throws -> Result {
        try inTemporaryFolder { folder throws in
            for run in runs { try run.write(wrong: wrong(run), to: StudyFolder(folder)) }
            return try body(StudyResults(reading: StudyFolder(folder)))
        }
    }

    @Test("A difference is second minus first, over the seeds that both have")
    func difference() throws {
        let runs = [
            PlainRun(loss: "softmax", seed: 1, pairs: 400),
            PlainRun(loss: "softmax", seed: 2, pairs: 400),
            PlainRun(loss: "arcface", seed: 2, pairs: 400),
            PlainRun(loss: "arcface", seed: 3, pairs: 400),
        ]
        let wrong = { (run: PlainRun) in
            Set((0..<(run.loss == "softmax" ? 40 : 10)).map { $0 * 7 % 400 })
        }
        try study(runs, wrong: wrong) { results in
            let cells = results.losses.map { results.cell(results.configurations[0], $0) }
            let estimate = try #require(Cell.difference(from: cells[0], to: cells[1], on: "v"))
            #expect(estimate.seeds == 1 && abs(estimate.mean - 30.0 / 400) < 1e-12)
            #expect(Cell.difference(from: cells[0], to: cells[1], on: "w") == nil)
            let difference = try #require(Difference(from: cells[0], to: cells[1]))
            #expect(abs(difference.summary.mean - 30.0 / 400) < 1e-12)
            #expect(difference.interval == estimate.pairInterval())
            let accuracy = try #require(cells[0].testAccuracy)
            #expect(accuracy.count == 2 && abs(accuracy.mean - 0.9) < 1e-12)
            #expect(cells[0].accuracy(on: "v") == accuracy && cells[0].accuracy(on: "w") == nil)
            #expect(cells[0].bestAccuracy?.mean == accuracy.mean)
            #expect(cells[0].bestEpoch?.mean == 1 && cells[0].nearlyBestEpoch?.mean == 1)
            #expect(cells[0].hasLearned && cells[0].mark == "")
            let best = try #require(cells[0].bestInterval)
            let wilson = BinomialInterval.wilson(fraction: accuracy.mean, of: 400)
            #expect(best == wilson)
        }
    }

    @Test("Runs in which nothing was learned do not count beside those in which something was")
    func nothingLearned() throws {
        let runs = (1...2).map { PlainRun(loss: "softmax", seed: $0, pairs: 400) }
        let guessing = Set((0..<400).filter { $0 % 4 < 2 })
        try study(runs, wrong: { $0.seed == 1 ? guessing : [0] }) { results in
            let cell = results.cell(results.configurations[0], results.losses[0])
            #expect(cell.runs.count == 2 && cell.finished.map(\.seed) == [2])
            #expect(cell.hasLearned && cell.mark == "")
            #expect(results.runs.map { $0.nothingLearned == nil } == [false, true])
        }
        try study([runs[0]], wrong: { _ in guessing }) { results in
            let cell = results.cell(results.configurations[0], results.losses[0])
            #expect(cell.finished.count == 1 && !cell.hasLearned)
            #expect(cell.mark == Cell.nothingLearnedMark)
            #expect(Difference(from: cell, to: cell) == nil)
        }
    }

    @Test("Two studies' cells: differences, and values of other seeds pooled")
    func comparison() throws {
        let first = [1, 2].map { PlainRun(loss: "softmax", seed: $0, pairs: 400) }
        let second = [2, 3].map { PlainRun(loss: "softmax", seed: $0, pairs: 400) }
        let comparison = try study(first, wrong: { _ in Set(0..<40) }) { mine in
            try study(second, wrong: { _ in Set(0..<20) }) { theirs in
                try #require(CellComparison.all(mine, theirs).first)
            }
        }
        #expect(comparison.test == "v" && comparison.loss == "softmax" && comparison.isTested)
        #expect(comparison.first.count == 2 && abs(comparison.first.mean - 0.9) < 1e-12)
        #expect(abs(comparison.second.mean - 0.95) < 1e-12)
        #expect(comparison.difference?.seeds == 1)
        #expect(abs((comparison.difference?.mean ?? 0) - 0.05) < 1e-12)
        // Seeds 1 and 2 of the first and seed 3 of the second.
        #expect(comparison.pooled?.count == 3)
        #expect(abs((comparison.pooled?.mean ?? 0) - (0.9 + 0.9 + 0.95) / 3) < 1e-12)
        #expect(comparison.marks == ("", ""))
    }

    @Test("How far two distributions lie apart")
    func separation() {
        func spread(_ mean: Double, _ standardDeviation: Double) -> SummaryRecord {
            SummaryRecord(
                count: 9, mean: mean, standardDeviation: standardDeviation,
                quantiles: [mean, mean, mean, mean, mean])
        }
        func set(_ within: SummaryRecord?, _ between: SummaryRecord?) -> SetGeometry {
            SetGeometry(name: "s", images: 9, norm: nil, within: within, between: between)
        }
        let apart = set(spread(50, 6), spread(90, 8)).separation
        #expect(abs((apart ?? 0) - 40 / 50.0.squareRoot()) < 1e-12)
        #expect(set(nil, spread(90, 8)).separation == nil)
        #expect(set(spread(50, 6), nil).separation == nil)
        #expect(set(spread(50, 0), spread(90, 0)).separation == nil)
    }
}
