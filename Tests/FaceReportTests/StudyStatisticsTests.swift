import FaceRuns
import FaceStatistics
import Testing

@testable import FaceReport

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

    @Test("Of lists of pairs that equally many runs have, the first run's is compared")
    func equallyFrequentPairs() throws {
        try inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            try PlainRun(loss: "softmax", seed: 1, pairs: 400).write(wrong: [1, 2], to: study)
            try PlainRun(loss: "arcface", seed: 1, pairs: 200).write(wrong: [3], to: study)
            let results = try StudyResults(reading: study)
            let statistics = StudyStatistics(results)
            let configuration = results.configurations[0]
            let estimates = results.losses.map {
                statistics.estimate(configuration, $0, test: "v")
            }
            #expect(results.losses.map(\.loss) == ["softmax", "arcface"])
            #expect(estimates[0]?.pairs == 400 && estimates[1] == nil)
            #expect(statistics.comparisons.isEmpty && statistics.problems.isEmpty)
        }
    }

    @Test("Student's interval of the folds, whose accuracies are means over the seeds")
    func foldInterval() throws {
        // Fold f has 40 pairs: f of them wrong with one seed, and two with the other.
        let first = (0..<10).flatMap { fold in (0..<fold).map { 40 * fold + $0 } }
        let second = (0..<10).flatMap { fold in (0..<2).map { 40 * fold + $0 } }
        let results = try results([("softmax", [first, second])])
        let interval = try #require(
            StudyStatistics(results).foldInterval(
                results.configurations[0], results.losses[0], test: "v"))
        // The standard deviation of 0...9 is √(55 / 6), and Student's quantile for nine degrees of freedom
        // is 2.2621571627982.
        let reach = 2.262_157_162_798_2 * (55.0 / 6).squareRoot() / 80 / 10.0.squareRoot()
        #expect(abs((interval.lower + interval.upper) / 2 - (1 - 6.5 / 80)) < 1e-12)
        #expect(abs(interval.reach - reach) < 1e-9)
    }

    /// Three losses of three seeds on 400 pairs: the number of errors varies with the seed, or only which
    /// pairs are wrong, or nothing.
    private func varied() throws -> (StudyResults, StudyStatistics) {
        let results = try results([
            ("softmax", [40, 60, 80].map { spread($0, from: 0) }),
            ("arcface", [10, 10, 10].map { spread($0, from: 0) }),
            ("marginal", [3, 100, 200].map { spread(30, from: $0) }),
        ])
        return (results, StudyStatistics(results, rope: 0.01))
    }

    @Test("One comparison says the opposite of either loss")
    func eitherLoss() throws {
        let (results, statistics) = try varied()
        let (softmax, arcface) = (results.losses[0], results.losses[1])
        let comparison = try #require(
            statistics.comparison(softmax, arcface, results.configurations[0], test: "v"))
        #expect(comparison.better == arcface && comparison.worse == softmax)
        let (ahead, behind) = (comparison.lead(of: arcface), comparison.lead(of: softmax))
        #expect(abs(ahead.mean - 50.0 / 400) < 1e-12 && behind.mean == -ahead.mean)
        #expect(ahead.interval == comparison.interval && ahead.interval.contains(ahead.mean))
        #expect(behind.interval.lower == -ahead.interval.upper)
        #expect(behind.interval.upper == -ahead.interval.lower)
        let (better, worse) = (
            try #require(comparison.equivalence(of: arcface)),
            try #require(comparison.equivalence(of: softmax))
        )
        #expect(better.better > 0.5 && better.better == worse.worse)
        #expect(better.worse == worse.better && better.equal == worse.equal)
    }

    @Test("Power is that of the seeds' variance, or of the pairs' part of it where that is larger")
    func power() throws {
        let (results, statistics) = try varied()
        let losses = results.losses
        func comparison(_ first: Int, _ second: Int) throws -> LossComparison {
            try #require(
                statistics.comparison(
                    losses[first], losses[second], results.configurations[0], test: "v"))
        }
        // Differences of 30, 50 and 70 pairs of 400: their variance is that of one seed.
        let unsteady = try comparison(0, 1)
        let power = try #require(unsteady.power)
        #expect(abs(power.seedVariance - 0.05 * 0.05) < 1e-12)
        #expect(power.pairVariance == unsteady.difference.floorVariance)
        // 20 pairs of 400 with each seed, but not the same ones.
        let steady = try comparison(1, 2)
        let (bySeed, rest) = (
            try #require(steady.difference.seedVariance), steady.difference.residualVariance
        )
        #expect(losses[2].loss == "marginal" && bySeed < 1e-15 && rest > 1e-6)
        #expect(try #require(steady.power).seedVariance == 3 * rest)
    }

    @Test("The bootstrap draws people, of whom each pair has its own")
    func bootstrap() throws {
        let (results, statistics) = try varied()
        let comparison = try #require(
            statistics.comparison(
                results.losses[0], results.losses[1], results.configurations[0], test: "v"))
        let design = try PairDesign(
            folds: (0..<400).map { $0 / 40 },
            people: (0..<400).map { ("p\($0)", $0 % 2 == 0 ? "p\($0)" : "q\($0)") })
        let errors = [40, 60, 80].map { Set(spread($0, from: 0)) }
        let fewer = Set(spread(10, from: 0))
        let average = (0..<400).map { pair in
            Double(errors.count { $0.contains(pair) }) / 3 - (fewer.contains(pair) ? 1 : 0)
        }
        let expected = PairBootstrap(design, unit: .people, resamples: 999).interval(of: average)
        let interval = try #require(comparison.bootstrap)
        #expect(abs(interval.lower - expected.lower) < 1e-12)
        #expect(abs(interval.upper - expected.upper) < 1e-12)
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
