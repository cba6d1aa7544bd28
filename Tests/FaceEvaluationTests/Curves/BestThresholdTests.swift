import FaceEvaluation
import Testing

@Suite struct BestThresholdTests {
    @Test func agreesWithTheReference() throws {
        let golden = try #require(SystemsGolden.content).threshold
        let found = try BestThreshold(of: golden.train)
        #expect(isClose(found.best.squaredDistance, golden.best))
        #expect(try found.accuracy == ROCCurve(of: golden.train).bestAccuracy.accuracy)
        // Two bootstraps with other random numbers: 2,000 draws know a quantile to about this.
        #expect(isClose(found.lowest.squaredDistance, golden.interval[0], within: 0.03))
        #expect(isClose(found.highest.squaredDistance, golden.interval[1], within: 0.03))
    }

    @Test func isTheBestPointOfTheCurve() throws {
        var generator = SplitMix64(seed: 71)
        for lattice in [0.001, 0.1, 0.5] {
            let pairs = generator.pairs(count: 150, lattice: lattice)
            let curve = try ROCCurve(of: pairs).bestAccuracy
            let found = try BestThreshold(of: pairs, resamples: 1)
            #expect(found.best.squaredDistance == curve.threshold)
            #expect(isClose(found.accuracy, curve.accuracy))
        }
    }

    @Test func bothScalesAreTheSameThreshold() throws {
        let golden = try #require(SystemsGolden.content).threshold
        let found = try BestThreshold(of: golden.train, resamples: 200)
        for value in [found.best, found.lowest, found.highest] {
            #expect(isClose(value.cosine, 1 - value.squaredDistance / 2))
        }
        #expect(found.lowest.squaredDistance <= found.best.squaredDistance)
        #expect(found.best.squaredDistance <= found.highest.squaredDistance)
        #expect(found.lowest.cosine >= found.highest.cosine)
    }

    @Test func aSeedDecides() throws {
        let golden = try #require(SystemsGolden.content).threshold
        let found = try (0..<3).map {
            try BestThreshold(of: golden.train, resamples: 100, seed: UInt64($0 / 2))
        }
        #expect(found[0] == found[1])
        #expect(found[1] != found[2])
    }

    @Test func aWiderLevelIsAWiderInterval() throws {
        let golden = try #require(SystemsGolden.content).threshold
        let widths = try [0.5, 0.9, 0.99].map { level in
            let found = try BestThreshold(of: golden.train, resamples: 500, level: level)
            return found.highest.squaredDistance - found.lowest.squaredDistance
        }
        #expect(widths == widths.sorted())
        #expect(widths[0] < widths[2])
    }

    /// Uniform distances whose best threshold is known: where the densities cross.
    @Test func coversTheTruth() throws {
        var generator = SplitMix64(seed: 73)
        var covered = 0
        let trials = 60
        for trial in 0..<trials {
            // Triangular densities with peaks at 1 and 2 cross at 1.5.
            let pairs = (0..<200).map { index in
                let same = index % 2 == 0
                let sum =
                    Double.random(in: 0...1, using: &generator)
                    + Double.random(in: 0...1, using: &generator)
                return ScoredPair(
                    distance: Float(sum + (same ? 0 : 1)), same: same, fold: 0)
            }
            let found = try BestThreshold(of: pairs, resamples: 200, seed: UInt64(trial))
            if (found.lowest.squaredDistance...found.highest.squaredDistance).contains(1.5) {
                covered += 1
            }
        }
        // 95 % of 60 are 57; fewer than 50 would be a chance below 0.001.
        #expect(covered >= 50)
    }

    @Test func badInputIsNamed() {
        let pair = ScoredPair(distance: 1, same: true, fold: 0)
        #expect(throws: FaceEvaluationError.noPairs) { try BestThreshold(of: []) }
        #expect(throws: FaceEvaluationError.oneKindOnly(same: true)) {
            try BestThreshold(of: [pair])
        }
        #expect(throws: FaceEvaluationError.self) { try BestThreshold(of: [pair], level: 1) }
    }
}
