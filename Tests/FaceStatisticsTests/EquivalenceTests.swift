import FaceStatistics
import Foundation
import Testing
import SeededRandom

/// `Fixtures/equivalence.json`, which `make_equivalence.py` made with baycomp and NumPy.
private struct EquivalenceGolden: Decodable {
    struct Case: Decodable {
        let differences: [Double]
        let folds: Int
        let rope: Double
        let probabilities: [Double]
    }

    struct Region: Decodable {
        let rope: Double
        let probabilities: [Double]
    }

    struct Best: Decodable {
        let scores: [Double]
        let means: [Double]
        let deviations: [Double]
    }

    let correlated: [Case]
    let twoWay: [Region]
    let seedsAlone: [Case]
    let best: [Best]

    static func read() throws -> EquivalenceGolden {
        guard
            let url = Bundle.module.url(
                forResource: "equivalence", withExtension: "json", subdirectory: "Fixtures")
        else { throw CocoaError(.fileNoSuchFile) }
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}

@Suite("Better, equal or worse, against baycomp and NumPy")
struct EquivalenceTests {
    private let golden: EquivalenceGolden

    init() throws {
        golden = try EquivalenceGolden.read()
    }

    private func expect(
        _ found: EquivalenceProbabilities, _ wanted: [Double], within bound: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let values = [found.worse, found.equal, found.better]
        #expect(
            zip(values, wanted).allSatisfy { abs($0 - $1) < bound }, "\(values) \(wanted)",
            sourceLocation: sourceLocation)
        #expect(abs(values.reduce(0, +) - 1) < 1e-12, sourceLocation: sourceLocation)
    }

    @Test("The posterior of a correlated t test over folds")
    func correlated() throws {
        for row in golden.correlated {
            let summary = try #require(Summary(row.differences))
            // Nadeau and Bengio (2003): what the folds' training sets have in common counts once.
            let share = 1 / Double(summary.count) + 1 / Double(row.folds - 1)
            let posterior = DifferencePosterior(
                mean: summary.mean, variance: try #require(summary.variance) * share,
                distribution: StudentDistribution(degreesOfFreedom: Double(summary.count - 1)))
            expect(posterior.probabilities(rope: row.rope), row.probabilities, within: 1e-9)
        }
    }

    @Test("The two-way model of seeds and pairs")
    func twoWay() throws {
        let scores = try Golden.read().scores
        let design = try PairDesign(
            folds: scores.folds, people: Array(zip(scores.first, scores.second)))
        let estimate = try SeedPairEstimate(scores.differences, design)
        let posterior = try #require(estimate.posterior)
        for row in golden.twoWay {
            expect(posterior.probabilities(rope: row.rope), row.probabilities, within: 1e-9)
        }
    }

    @Test("Seeds that move all pairs alike are folds without correlation")
    func seedsAlone() throws {
        let pairs = 20_000
        let people = (0..<pairs).map { pair in
            ("\(pair)", pair % 2 == 0 ? "\(pair)" : "other \(pair)")
        }
        let design = try PairDesign(folds: (0..<pairs).map { $0 * 10 / pairs }, people: people)
        for row in golden.seedsAlone {
            let values = row.differences.map { Array(repeating: $0, count: pairs) }
            let posterior = try #require(try SeedPairEstimate(values, design).posterior)
            // The least variance of pairs that hardly differ is still counted.
            expect(posterior.probabilities(rope: row.rope), row.probabilities, within: 1e-3)
        }
    }

    @Test("One seed tells nothing of other seeds")
    func oneSeed() throws {
        let design = try PairDesign(
            folds: [0, 0, 1, 1], people: [("a", "a"), ("a", "b"), ("c", "c"), ("c", "d")])
        #expect(try SeedPairEstimate([[1, 0, 0, 0]], design).posterior == nil)
    }

    @Test("Without spread the probabilities are certain")
    func withoutSpread() {
        func probabilities(_ mean: Double, rope: Double) -> EquivalenceProbabilities {
            DifferencePosterior(
                mean: mean, variance: 0, distribution: StudentDistribution(degreesOfFreedom: 4)
            ).probabilities(rope: rope)
        }
        expect(probabilities(0.01, rope: 0.002), [0, 0, 1], within: 1e-15)
        expect(probabilities(0.002, rope: 0.002), [0, 1, 0], within: 1e-15)
        expect(probabilities(-0.01, rope: 0), [1, 0, 0], within: 1e-15)
        expect(probabilities(0, rope: 0), [0.5, 0, 0.5], within: 1e-15)
    }

    @Test("The central interval and the probabilities say the same")
    func interval() throws {
        var stream = SeededRandom(seed: 3, "resampling")
        var study = SimulatedStudy()
        study.skills = [1.2, 1]
        let outcome = try study.run(&stream)
        let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
        let (interval, posterior) = (estimate.interval(level: 0.9), estimate.posterior)
        let end = try #require(interval?.lower)
        #expect(end > 0)
        let found = try #require(posterior).probabilities(rope: end)
        #expect(abs(found.better - 0.95) < 1e-9)
        #expect(try #require(estimate.pValue) / 2 < found.worse + found.equal)
    }

    @Test("A verdict is what is probable enough")
    func verdicts() {
        let likely = EquivalenceProbabilities(better: 0.96, equal: 0.03, worse: 0.01)
        #expect(likely.verdict() == .better && likely.swapped.verdict() == .worse)
        #expect(likely.verdict(level: 0.97) == nil)
        let equal = EquivalenceProbabilities(better: 0.02, equal: 0.95, worse: 0.03)
        #expect(equal.verdict() == .equal && equal.swapped.verdict() == .equal)
    }

    @Test("The expected best score of n tries is that of all draws of n tries")
    func expectedBest() throws {
        for row in golden.best {
            let curve = try #require(ExpectedBest(row.scores))
            #expect(curve.points.map(\.tries) == Array(1...row.scores.count))
            for (point, (mean, deviation)) in zip(curve.points, zip(row.means, row.deviations)) {
                #expect(abs(point.mean - mean) < 1e-12)
                #expect(abs(point.standardDeviation - deviation) < 1e-12)
                #expect(point.band.contains(point.mean))
                #expect(point.band.upper <= row.scores.max() ?? 0)
                #expect(point.band.lower >= row.scores.min() ?? 0)
            }
        }
        #expect(ExpectedBest([]) == nil)
    }
}
