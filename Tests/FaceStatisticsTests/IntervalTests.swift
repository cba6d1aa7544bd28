import FaceStatistics
import SeededRandom
import Testing

@Suite("Intervals, against SciPy and naive loops")
struct IntervalTests {
    let golden: Golden

    init() throws {
        golden = try Golden.read()
    }

    private func expectClose(_ interval: Interval?, _ ends: [Double], _ bound: Double) throws {
        let interval = try #require(interval)
        #expect(abs(interval.lower - ends[0]) < bound, "\(interval) \(ends)")
        #expect(abs(interval.upper - ends[1]) < bound, "\(interval) \(ends)")
    }

    @Test("Student's interval over the seeds")
    func student() throws {
        for row in golden.tests.samples {
            let summary = try #require(Summary(row.values))
            try expectClose(summary.interval(), row.interval, 1e-10)
            #expect(error(try #require(summary.pValue), try #require(row.p)) < 1e-10)
        }
        let one = try #require(Summary([1]))
        #expect(one.interval() == nil && one.pValue == nil && !one.hasSpread)
        #expect(Summary([0, 0])?.pValue == 1)
        #expect(Summary([2, 2])?.pValue == 0)
    }

    @Test("The BCa bootstrap")
    func bca() throws {
        for row in golden.tests.bca {
            var stream = SeededRandom(seed: 5, "resampling")
            let interval = SeedBootstrap.interval(
                of: row.values, resamples: 10_000, stream: &stream)
            let spread = try #require(Summary(row.values)?.standardError)
            try expectClose(interval, row.interval, 0.1 * spread)
        }
        var stream = SeededRandom(seed: 1, "resampling")
        #expect(SeedBootstrap.interval(of: [], stream: &stream) == nil)
        #expect(SeedBootstrap.interval(of: [2, 2], stream: &stream) == Interval(2, 2))
    }

    private func design() throws -> PairDesign {
        let scores = golden.scores
        return try PairDesign(
            folds: scores.folds, people: Array(zip(scores.first, scores.second)))
    }

    private func expect(
        _ values: [[Double]], _ wanted: Golden.Estimate,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let design = try design()
        let estimate = try SeedPairEstimate(values, design)
        let close = { (a: Double?, b: Double) in a.map { error($0, b) < 1e-9 } ?? false }
        #expect(
            zip(estimate.seedMeans, wanted.means).allSatisfy { abs($0 - $1) < 1e-12 },
            sourceLocation: sourceLocation)
        #expect(close(estimate.pairVariance, wanted.pairVariances[1]))
        #expect(close(estimate.residualVariance, wanted.rest))
        let average = values[0].indices.map { pair in
            values.reduce(0) { $0 + $1[pair] } / Double(values.count)
        }
        #expect(close(try PairVariance(average, design).independent, wanted.pairVariances[0]))
        try expectClose(estimate.seedInterval(), wanted.seedInterval, 1e-10)
        try expectClose(estimate.interval(), wanted.interval, 1e-9)
        #expect(close(estimate.pValue, wanted.p), sourceLocation: sourceLocation)
    }

    @Test("Seeds and pairs together, of an accuracy and of a difference")
    func seedsAndPairs() throws {
        try expect(golden.scores.values[0], golden.scores.accuracy)
        try expect(golden.scores.differences, golden.scores.difference)
    }

    @Test("Seeds that agree by chance are not taken for certain")
    func agreeingSeeds() throws {
        let design = try design()
        let seeds = [50, 100].map { start in
            (0..<design.count).map {
                $0 == start ? -1.0 : $0 == start + 1 || $0 == start + 3 ? 1 : 0
            }
        }
        let estimate = try SeedPairEstimate(seeds, design)
        #expect(estimate.seedVariance ?? 1 < 1e-30)
        #expect(try #require(estimate.pValue) > 0.05)
        #expect(try #require(estimate.variance) >= estimate.pairVariance * (1 - 1e-12))
    }

    @Test("No interval is without width: a fraction's is Wilson's")
    func neverCertain() throws {
        let design = try design()
        let right = [Double](repeating: 1, count: design.count)
        for seeds in [1, 3] {
            let estimate = try SeedPairEstimate(
                Array(repeating: right, count: seeds), design, of: .fraction)
            let wilson = BinomialInterval.wilson(fraction: 1, of: design.count)
            #expect(abs(estimate.pairInterval().lower - wilson.lower) < 1e-9)
            #expect(estimate.pairInterval().upper == 1)
            #expect((estimate.interval() == nil) == (seeds == 1))
            if let both = estimate.interval() { #expect(both.reach > wilson.reach * 0.9) }
        }
        let alike = try SeedPairEstimate(
            Array(repeating: right.map { _ in 0 }, count: 3), design)
        // About four pairs to each side; the rule of three gives three.
        let reach = alike.pairInterval().reach * Double(design.count)
        #expect((3.5...4.2).contains(reach), "\(reach)")
        #expect(alike.pValue == 1 && alike.seedInterval() == nil)
    }

    @Test("Where pairs differ as usual, Wilson's interval is the normal one")
    func usualFraction() throws {
        let values = golden.scores.values[0]
        let (fraction, plain) = (
            try SeedPairEstimate(values, design(), of: .fraction),
            try SeedPairEstimate(values, design())
        )
        #expect(abs(fraction.pairInterval().reach / plain.pairInterval().reach - 1) < 0.03)
        #expect(fraction.interval()?.upper ?? 2 <= 1)
    }

    @Test("One seed says nothing of seeds")
    func oneSeed() throws {
        let estimate = try SeedPairEstimate([golden.scores.values[0][0]], design())
        #expect(estimate.seedVariance == nil && estimate.interval() == nil)
        #expect(estimate.seedInterval() == nil && estimate.pValue == nil)
        #expect(estimate.pairInterval().contains(estimate.mean))
        #expect(estimate.pairInterval().reach > 0)
    }

    @Test("The bootstrap's spread is that of folds, people and pairs")
    func bootstrap() throws {
        let design = try design()
        let values = golden.scores.differences[0]
        let expected: [(PairBootstrap.Unit, Double, Double)] = [
            (.folds, golden.scores.foldError, 0.05), (.people, golden.scores.peopleError, 0.05),
            (.pairs, try PairVariance(values, design).independent.squareRoot(), 0.05),
        ]
        for (unit, error, tolerance) in expected {
            let bootstrap = PairBootstrap(design, unit: unit, resamples: 3000, seed: 3)
            let standardDeviation = try #require(
                Summary(bootstrap.replicates(of: values))?.standardDeviation)
            #expect(abs(standardDeviation / error - 1) < tolerance, "\(unit)")
            #expect(bootstrap.interval(of: values).contains(design.mean(values)))
            let again = PairBootstrap(design, unit: unit, resamples: 3000, seed: 3)
            #expect(again.interval(of: values) == bootstrap.interval(of: values))
        }
    }

    @Test("The quantity is the mean of the folds' means")
    func quantity() throws {
        let design = try PairDesign(
            folds: [7, 7, 7, 9], people: Array(repeating: ("a", "b"), count: 4))
        #expect(design.foldMeans([1, 0, 0.5, 1]) == [0.5, 1])
        #expect(abs(design.mean([1, 0, 0.5, 1]) - 0.75) < 1e-15)
    }

    @Test("Wilson's interval, of Newcombe's examples (1998, table I)")
    func wilson() {
        for (hits, count, lower, upper) in [
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = BinomialInterval.wilson(
                fraction: Double(hits) / Double(count), of: count)
            #expect(abs(interval.lower - lower) < 5e-5, "\(hits) of \(count)")
            #expect(abs(interval.upper - upper) < 5e-5, "\(hits) of \(count)")
        }
        #expect(BinomialInterval.wilson(fraction: 0, of: 0) == Interval(0, 1))
    }

    @Test("What does not fit together is refused")
    func refuses() throws {
        #expect(throws: FaceStatisticsError.tooFew(what: "pairs", found: 0, needed: 1)) {
            try PairDesign(folds: [], people: [])
        }
        #expect(throws: FaceStatisticsError.differentCounts(expected: 2, found: 1)) {
            try PairDesign(folds: [0, 1], people: [("a", "b")])
        }
        let design = try PairDesign(folds: [0], people: [("a", "b")])
        #expect(throws: FaceStatisticsError.differentCounts(expected: 1, found: 2)) {
            try SeedPairEstimate([[1], [1, 0]], design)
        }
        #expect(throws: FaceStatisticsError.tooFew(what: "seeds", found: 0, needed: 1)) {
            try SeedPairEstimate([], design)
        }
        #expect(
            "\(FaceStatisticsError.notAFraction(name: "the level", value: 2))"
                == "the level is 2.0 but must be strictly between 0 and 1")
    }
}
