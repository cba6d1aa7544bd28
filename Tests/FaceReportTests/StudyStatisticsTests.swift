import FaceReport
import FaceRuns
import FaceStatistics
import Testing

@Suite struct StudyStatisticsTests {
    /// A study of 400 pairs whose losses get the first `right` pairs of each seed right, in a place
    /// of their own.
    private func results(
        _ losses: [(name: String, right: [[Int]])], pairs: Int = 400
    ) throws -> StudyResults {
        try inTemporaryFolder { folder throws in
            for loss in losses {
                for (index, wrong) in loss.right.enumerated() {
                    try write(
                        loss.name, UInt64(index + 1), wrong: Set(wrong), pairs: pairs,
                        to: StudyFolder(folder))
                }
            }
            return try StudyResults(reading: StudyFolder(folder))
        }
    }

    private func write(
        _ loss: String, _ seed: UInt64, wrong: Set<Int>, pairs: Int, to study: StudyFolder
    ) throws {
        let run = study.run(named: "\(loss)-\(seed)")
        let test = TestSetFacts(name: "v", pairs: pairs, folds: 10, pairsEachEpoch: pairs)
        try run.write(
            RunDescription(
                identity: RunIdentity(
                    trainSet: "t", backbone: "b", loss: loss, sampler: "shuffle", seed: seed),
                lossTitle: loss,
                backbone: BackboneFacts(
                    title: "B", parameters: 1, multiplyAdds: 1, embeddingSize: 1, inputSize: 1),
                train: TrainSetFacts(name: "t", images: 1, identities: 1, contentHash: ""),
                tests: [test], epochs: 1, batchSize: 1, configuration: .null, command: "c"))
        try run.write(
            (0..<pairs).map { pair in
                let same = pair % 2 == 0
                let isNear = same != wrong.contains(pair)
                return PairScore(
                    fold: pair * 10 / pairs, same: same, distance: isNear ? 0.5 : 2,
                    first: "p\(pair)/1.jpg", second: same ? "p\(pair)/2.jpg" : "q\(pair)/1.jpg")
            }, test: "v")
        let accuracy = 1 - Double(wrong.count) / Double(pairs)
        try run.write(
            RunResult(
                status: .finished, epochs: 1, trainAccuracy: 1,
                tests: [
                    TestResult(
                        name: "v", pairs: pairs, accuracy: accuracy, standardDeviation: 0,
                        threshold: 1, tarAtFar1e3: 0, auc: 1, eer: 0, meanNorm: 1, bestEpoch: 1,
                        bestAccuracy: accuracy, epochWithin95Percent: 1)
                ], imagesPerSecond: 1, seconds: 1))
    }

    private func spread(_ count: Int, from start: Int) -> [Int] {
        (0..<count).map { (start + 7 * $0) % 400 }
    }

    // MARK: Small sets

    @Test("No interval is without width where all pairs are right")
    func allRight() throws {
        let results = try results([("softmax", [[], []]), ("arcface", [[], []])], pairs: 20)
        let statistics = StudyStatistics(results)
        let (setting, loss) = (results.settings[0], results.losses[0])
        let estimate = try #require(statistics.estimate(setting, loss, test: "v"))
        let wilson = BinomialInterval.wilson(share: 1, of: 20)
        #expect(abs(estimate.pairInterval().lower - wilson.lower) < 1e-12)
        #expect(try #require(estimate.interval()).lower < 0.85)
        #expect(estimate.seedInterval() == nil)
        #expect(statistics.foldInterval(setting, loss, test: "v") == nil)
        let comparison = try #require(statistics.comparisons.first)
        #expect(comparison.interval.reach > 0.1 && comparison.bootstrap == nil)
        #expect(comparison.pValue == 1 && !comparison.isSignificant)
    }

    @Test("A report of a small set says so, and states no rate that the set cannot support")
    func smallSet() throws {
        for (pairs, isSmall) in [(20, true), (2000, false)] {
            let report = try inTemporaryFolder { folder throws in
                try write("softmax", 1, wrong: [], pairs: pairs, to: StudyFolder(folder))
                try write("arcface", 1, wrong: [], pairs: pairs, to: StudyFolder(folder))
                return try Report(study: folder).render()
            }
            #expect(report.markdown.contains("**Too few pairs.** v: 20 pairs") == isSmall)
            #expect(!report.markdown.contains("100.00 to 100.00"))
            #expect(!report.markdown.contains("| 0.00 to 0.00 |"))
            let rows = try CSVTable.rows(report.csv.utf8).map(\.fields)
            let column = try #require(rows[0].firstIndex(of: "tar_at_far_1e-3"))
            #expect((rows[1][column] == "") == isSmall)
        }
    }

    @Test("Embeddings that are all the same are a warning")
    func collapsed() throws {
        let text = try inTemporaryFolder { folder throws in
            try write(
                "softmax", 1, wrong: Set((0..<400).filter { $0 % 2 == 1 }), pairs: 400,
                to: StudyFolder(folder))
            return try Report(study: folder).render().markdown
        }
        #expect(text.contains("**Collapse.** `softmax-1`: The embeddings have collapsed"))
    }

    @Test func comparesTwoModelsOfOneSeed() throws {
        let results = try results([
            ("softmax", [spread(40, from: 0)]), ("arcface", [spread(10, from: 0)]),
        ])
        let comparison = try #require(StudyStatistics(results).comparisons.first)
        #expect(comparison.better.loss == "arcface" && comparison.worse.loss == "softmax")
        #expect(abs(comparison.difference.mean - 30.0 / 400) < 1e-12)
        #expect(comparison.mcNemar == [McNemarTest(firstOnly: 30, secondOnly: 0)])
        #expect(comparison.pValue == McNemarTest(firstOnly: 30, secondOnly: 0).pValue)
        #expect(comparison.isSignificant)
        #expect(comparison.power == nil)
        #expect(comparison.interval.contains(30.0 / 400) && !comparison.interval.contains(0))
    }

    @Test func comparesOverTheSeedsThatBothHave() throws {
        let wrong = { (count: Int, seed: Int) in spread(count, from: 11 * seed) }
        let results = try results([
            ("softmax", [wrong(40, 1), wrong(44, 2), wrong(41, 3)]),
            ("arcface", [wrong(11, 1), wrong(12, 2)]),
            ("amsoftmax", [wrong(12, 3), wrong(13, 4)]),
        ])
        let statistics = StudyStatistics(results)
        #expect(statistics.comparisons.count == 3)
        let setting = results.settings[0]
        let (softmax, margin, arc) = (results.losses[0], results.losses[1], results.losses[2])
        let clear = try #require(statistics.comparison(arc, softmax, setting, test: "v"))
        #expect(clear.seeds == 2 && clear.better == arc)
        #expect(clear.sign.positive == 2 && clear.sign.negative == 0)
        let close = try #require(statistics.comparison(margin, arc, setting, test: "v"))
        #expect(!close.isSignificant)
        #expect(close.power != nil)
        let adjusted = HolmCorrection.adjusted(statistics.comparisons.map(\.pValue))
        #expect(statistics.comparisons.map(\.adjusted) == adjusted)
        let estimate = try #require(statistics.estimate(setting, softmax, test: "v"))
        #expect(estimate.seeds == 3)
        #expect(statistics.foldInterval(setting, softmax, test: "v") != nil)
        #expect(statistics.estimate(setting, softmax, test: "other") == nil)
    }

    @Test func leavesOutRunsOnOtherPairs() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try write("softmax", 1, wrong: [1, 2], pairs: 400, to: study)
            try write("arcface", 1, wrong: [3], pairs: 400, to: study)
            try write("marginal", 1, wrong: [3], pairs: 200, to: study)
            let statistics = StudyStatistics(try StudyResults(reading: study))
            #expect(statistics.comparisons.count == 1)
        }
    }

    @Test func saysInWordsWhatIsKnown() throws {
        let wrong = { (count: Int, seed: Int) in spread(count, from: 11 * seed) }
        let text = try inTemporaryFolder { folder throws in
            for seed in 1...4 {
                try write(
                    "softmax", UInt64(seed), wrong: Set(wrong(90 + seed, seed)), pairs: 400,
                    to: StudyFolder(folder))
                try write(
                    "arcface", UInt64(seed), wrong: Set(wrong(12 + seed % 2, seed)), pairs: 400,
                    to: StudyFolder(folder))
                try write(
                    "amsoftmax", UInt64(seed), wrong: Set(wrong(13, seed)), pairs: 400,
                    to: StudyFolder(folder))
            }
            return try Report(study: folder).render().markdown
        }
        #expect(text.contains("**arcface** is better than softmax by"), "\(text)")
        #expect(text.contains("**amsoftmax** is better than softmax by"))
        #expect(text.contains("arcface and amsoftmax cannot be told apart"))
        #expect(text.contains("would be needed"))
        #expect(text.contains("Its lead over amsoftmax, the next loss, is no evidence"))
        #expect(text.contains("It is significantly better than softmax."))
    }

    @Test func saysWithOneSeedWhatIsNotKnown() throws {
        let text = try inTemporaryFolder { folder throws in
            try write(
                "softmax", 1, wrong: Set(spread(90, from: 0)), pairs: 400,
                to: StudyFolder(folder))
            try write(
                "arcface", 1, wrong: Set(spread(9, from: 0)), pairs: 400,
                to: StudyFolder(folder))
            return try Report(study: folder).render().markdown
        }
        #expect(text.contains("whether another seed would show the same is not known"))
        #expect(text.contains("how much another would change is not known"))
    }
}
