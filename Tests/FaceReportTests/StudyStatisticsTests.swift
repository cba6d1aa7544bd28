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
                    try PlainRun(loss: loss.name, seed: UInt64(index + 1), pairs: pairs)
                        .write(wrong: Set(wrong), to: StudyFolder(folder))
                }
            }
            return try StudyResults(reading: StudyFolder(folder))
        }
    }

    private func spread(_ count: Int, from start: Int) -> [Int] {
        (0..<count).map { (start + 7 * $0) % 400 }
    }

    // MARK: Small sets

    @Test("No interval is without width where all pairs are right")
    func allRight() throws {
        let results = try results([("softmax", [[], []]), ("arcface", [[], []])], pairs: 20)
        let statistics = StudyStatistics(results)
        let (configuration, loss) = (results.configurations[0], results.losses[0])
        let estimate = try #require(statistics.estimate(configuration, loss, test: "v"))
        let wilson = BinomialInterval.wilson(fraction: 1, of: 20)
        #expect(abs(estimate.pairInterval().lower - wilson.lower) < 1e-12)
        #expect(try #require(estimate.interval()).lower < 0.85)
        #expect(estimate.seedInterval() == nil)
        #expect(statistics.foldInterval(configuration, loss, test: "v") == nil)
        let comparison = try #require(statistics.comparisons.first)
        #expect(comparison.interval.reach > 0.1 && comparison.bootstrap == nil)
        #expect(comparison.pValue == 1 && !comparison.isSignificant)
    }

    @Test("A report of a small set says so, and states no rate that the set cannot support")
    func smallSet() throws {
        for (pairs, isSmall) in [(20, true), (2000, false)] {
            let report = try inTemporaryFolder { folder throws in
                try PlainRun(loss: "softmax", seed: 1, pairs: pairs).write(
                    wrong: [], to: StudyFolder(folder))
                try PlainRun(loss: "arcface", seed: 1, pairs: pairs).write(
                    wrong: [], to: StudyFolder(folder))
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
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(
                wrong: Set((0..<400).filter { $0 % 2 == 1 }), to: StudyFolder(folder))
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
        let configuration = results.configurations[0]
        let (softmax, margin, arc) = (results.losses[0], results.losses[1], results.losses[2])
        let clear = try #require(statistics.comparison(arc, softmax, configuration, test: "v"))
        #expect(clear.seeds == 2 && clear.better == arc)
        #expect(clear.sign.positive == 2 && clear.sign.negative == 0)
        let close = try #require(statistics.comparison(margin, arc, configuration, test: "v"))
        #expect(!close.isSignificant)
        #expect(close.power != nil)
        let adjusted = HolmCorrection.adjusted(statistics.comparisons.map(\.pValue))
        #expect(statistics.comparisons.map(\.adjusted) == adjusted)
        let estimate = try #require(statistics.estimate(configuration, softmax, test: "v"))
        #expect(estimate.seeds == 3)
        #expect(statistics.foldInterval(configuration, softmax, test: "v") != nil)
        #expect(statistics.estimate(configuration, softmax, test: "other") == nil)
    }

    @Test func leavesOutRunsOnOtherPairs() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(wrong: [1, 2], to: study)
            try PlainRun(loss: "arcface", seed: 1, pairs: 400).write(wrong: [3], to: study)
            try PlainRun(loss: "marginal", seed: 1, pairs: 200).write(wrong: [3], to: study)
            let statistics = StudyStatistics(try StudyResults(reading: study))
            #expect(statistics.comparisons.count == 1)
        }
    }

    @Test func saysInWordsWhatIsKnown() throws {
        let wrong = { (count: Int, seed: Int) in spread(count, from: 11 * seed) }
        let text = try inTemporaryFolder { folder throws in
            for seed in 1...4 {
                for (loss, count) in [
                    ("softmax", 90 + seed), ("arcface", 12 + seed % 2), ("amsoftmax", 13),
                ] {
                    try PlainRun(loss: loss, seed: UInt64(seed), pairs: 400)
                        .write(wrong: Set(wrong(count, seed)), to: StudyFolder(folder))
                }
            }
            return try Report(study: folder).render().markdown
        }
        #expect(text.contains("**arcface** is better than softmax by"), "\(text)")
        #expect(text.contains("**amsoftmax** is better than softmax by"))
        #expect(text.contains("arcface and amsoftmax cannot be told apart"))
        #expect(
            text.contains(
                "no number of seeds would suffice on these pairs; about 159 times as many"))
        #expect(text.contains("Its lead over amsoftmax, the next loss, is not significant"))
        #expect(text.contains("It is significantly better than softmax."))
    }

    @Test func saysWithOneSeedWhatIsNotKnown() throws {
        let text = try inTemporaryFolder { folder throws in
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(
                wrong: Set(spread(90, from: 0)), to: StudyFolder(folder))
            try PlainRun(loss: "arcface", seed: 1, pairs: 400).write(
                wrong: Set(spread(9, from: 0)), to: StudyFolder(folder))
            return try Report(study: folder).render().markdown
        }
        #expect(text.contains("whether another seed would show the same is unknown"))
        #expect(text.contains("how much results vary with the seed is unknown"))
    }
}
