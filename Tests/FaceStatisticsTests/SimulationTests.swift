import FaceStatistics
import SeededRandom
import Testing

/// Studies of known truth at a reduced size; `Benchmarks/statistics` has them in full.
///
/// The streams are fixed, so that a test gives the same number every time; the bounds are two to
/// four binomial standard errors from what the full simulation measured.
@Suite("Simulated studies")
struct SimulationTests {
    private func rate(
        _ study: SimulatedStudy, studies: Int = 200, seed: UInt64,
        _ hit: (SimulatedStudy.Outcome) throws -> Bool
    ) throws -> Double {
        var stream = SeededRandom(seed: seed, "resampling")
        var hits = 0
        for _ in 0..<studies where try hit(study.run(&stream)) { hits += 1 }
        return Double(hits) / Double(studies)
    }

    private func small() -> SimulatedStudy {
        var study = SimulatedStudy()
        study.pairsOfFold = 16
        study.peopleOfFold = 24
        study.seeds = 4
        return study
    }

    @Test("The interval over seeds and pairs holds the truth at its level")
    func coverage() throws {
        let study = small()
        let covered = try rate(study, seed: 11) { outcome in
            let estimate = try SeedPairEstimate(outcome.values[0], outcome.design, of: .fraction)
            return estimate.interval()?.contains(study.truth(0)) ?? false
        }
        #expect((0.90...0.995).contains(covered), "\(covered)")
    }

    @Test("Without a difference the test rejects at its level")
    func level() throws {
        let rejected = try rate(small(), seed: 12) { outcome in
            let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
            return estimate.pValue ?? 1 < 0.05
        }
        #expect((0.005...0.10).contains(rejected), "\(rejected)")
    }

    @Test("A difference is found as often as the power says")
    func power() throws {
        var study = small()
        study.skills = [1.35, 0.95]
        var sums = (seed: 0.0, pair: 0.0)
        let found = try rate(study, seed: 13) { outcome in
            let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
            sums.seed += (estimate.seedVariance ?? 0) * Double(study.seeds) / 200
            sums.pair += estimate.floorVariance / 200
            return estimate.pValue ?? 1 < 0.05
        }
        let predicted = try PairedPower(seedVariance: sums.seed, pairVariance: sums.pair)
            .power(toFind: study.truth(0) - study.truth(1), seeds: study.seeds)
        #expect(abs(found - predicted) < 0.12, "\(found) \(predicted)")
        #expect(found > 0.5)
    }

    @Test("The interval of the pairs alone misses what seeds do, and says so")
    func seedsMatter() throws {
        var study = small()
        study.seedSpread = 0.5
        study.personSpread = 0.1
        let covered = try rate(study, seed: 14) { outcome in
            let estimate = try SeedPairEstimate(outcome.values[0], outcome.design, of: .fraction)
            return estimate.pairInterval().contains(study.truth(0))
        }
        #expect(covered < 0.6, "\(covered)")
    }

    @Test("What is called 95 % sure is right at least 95 times of 100")
    func equivalence() throws {
        var stream = SeededRandom(seed: 15, "resampling")
        var (sure, right) = (0, 0)
        for index in 0..<300 {
            // True differences from −12 to 12 points, about evenly, with seeds as many as studies have.
            let truth = Double(index * 37 % 300) / 300 * 0.24 - 0.12
            var study = small()
            study.seeds = 3 + index % 8
            study.skills = [NormalDistribution.quantile(0.84 + truth / 2), 0]
            study.skills[1] = NormalDistribution.quantile(0.84 - truth / 2)
            let outcome = try study.run(&stream)
            let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
            let found = try #require(estimate.posterior).probabilities(rope: 0.02)
            guard let said = found.verdict() else { continue }
            sure += 1
            let isRight =
                switch said {
                case .better: truth > 0.02
                case .equal: abs(truth) <= 0.02
                case .worse: truth < -0.02
                }
            right += isRight ? 1 : 0
        }
        #expect(sure > 60, "\(sure)")
        #expect(Double(right) >= 0.95 * Double(sure), "\(right) of \(sure)")
    }

    @Test("At the region's end, a difference is seldom called larger")
    func border() throws {
        var study = small()
        study.skills = [NormalDistribution.quantile(0.85), NormalDistribution.quantile(0.83)]
        let claimed = try rate(study, seed: 16) { outcome in
            let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
            let found = estimate.posterior?.probabilities(rope: 0.02)
            return found?.verdict() == .better
        }
        #expect(claimed < 0.09, "\(claimed)")
    }

    @Test("The choice among more values is no lead on fresh seeds, though it is one on the tries")
    func tuning() throws {
        var (stream, lead, rejected) = (SeededRandom(seed: 17, "resampling"), 0.0, 0)
        for _ in 0..<150 {
            // Sixteen values of one loss and one of the other, all equally good, with one seed each.
            var tries = small()
            tries.seeds = 1
            tries.skills = Array(repeating: 1, count: 17)
            let scored = try tries.run(&stream)
            let scores = scored.values.map { scored.design.mean($0[0]) }
            lead += (scores.prefix(16).max() ?? 0) - scores[16]
            let fresh = try small().run(&stream)
            let estimate = try SeedPairEstimate(fresh.differences, fresh.design)
            rejected += estimate.pValue ?? 1 < 0.05 ? 1 : 0
        }
        #expect(lead / 150 > 0.03)
        #expect(rejected <= 14, "\(rejected)")
    }
}
