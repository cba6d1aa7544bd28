import FaceData
import FaceStatistics
import Foundation
import SeededRandom
import Testing

@testable import FaceEvaluation

/// Intervals and p-values on simulated people, of whom the truth is known.
@Suite struct PeopleIntervalTests {
    /// Templates of people who are unlike one another in how hard they are.
    private static func people(
        _ count: Int, _ stream: inout SeededRandom
    ) throws -> (pairs: TemplatePairs, people: [Int], table: EmbeddingTable) {
        let (each, size) = (3, 6)
        var values: [Float] = []
        for _ in 0..<count {
            let centre = (0..<size).map { _ in Float(stream.bell()) }
            let spread: Float = stream.chance(0.5) ? 0.35 : 1
            for _ in 0..<each {
                values += centre.map { $0 + spread * Float(stream.bell()) }
            }
        }
        let owners = (0..<count * each).map { $0 / each }
        var pairs = TemplatePairs()
        for first in owners.indices {
            for second in owners.indices where second > first {
                pairs.append(first, second, same: owners[first] == owners[second])
            }
        }
        let table = try EmbeddingTable(count: owners.count, dimension: size, values: values)
        return (pairs, owners, try table.normalized())
    }

    @Test func tarIsCoveredAsOftenAsItSays() throws {
        var stream = SeededRandom(seed: 11, "people")
        let many = try Self.people(700, &stream)
        let truth = try TemplateScores(of: many.pairs, many.table).tar(atFAR: 0.05)
        #expect((0.3...0.9).contains(truth))
        var covered = 0
        let studies = 100
        for study in 0..<studies {
            let some = try Self.people(40, &stream)
            let found = try TemplateVerification(
                of: some.pairs, people: some.people, some.table, rates: [0.05], draws: 100,
                seed: UInt64(study))
            if try #require(found.replicates[0]).interval().contains(truth) { covered += 1 }
        }
        #expect((88...100).contains(covered), "\(covered) of \(studies)")
    }

    /// Scores of two losses with several seeds on the same people; `gain` is the truth of the second
    /// less the first.
    private static func losses(
        gain: Double, _ stream: inout SeededRandom, seed: UInt64
    ) throws -> SeedPeopleEstimate {
        let (people, seeds) = (50, 4)
        func normal(_ deviation: Double) -> Double { stream.bell() * deviation }
        let shared = (0..<people).map { _ in normal(0.15) }
        let draws = PeopleDraws(people: people, count: 100, seed: seed)
        let weights = (0..<100).map { draws.weights($0) }
        let losses = [0, gain].map { gain -> [PeopleReplicates] in
            let own = (0..<people).map { _ in normal(0.08) }
            return (0..<seeds).map { _ in
                let seedEffect = normal(0.01)
                let scores = (0..<people).map {
                    0.6 + gain + shared[$0] + own[$0] + seedEffect + normal(0.05)
                }
                func mean(_ weights: [Float]) -> Double {
                    let sum = zip(scores, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
                    return sum / weights.reduce(0) { $0 + Double($1) }
                }
                return PeopleReplicates(
                    estimate: mean([Float](repeating: 1, count: people)),
                    draws: weights.map(mean), people: people)
            }
        }
        return try #require(SeedPeopleEstimate.difference(losses[1], losses[0]))
    }

    /// Wilson's upper end of 0 of n is z² / (n + z²).
    @Test func ratesOfZeroAreNotCertain() {
        let upper = 1.959964 * 1.959964 / (50 + 1.959964 * 1.959964)
        // All draws agree, or all but one of a hundred, which no percentile sees.
        for highest in [0, 0.02] {
            let draws = [highest] + [Double](repeating: 0, count: 99)
            let rate = PeopleReplicates(estimate: 0, draws: draws, people: 50)
            #expect(rate.interval().lower == 0)
            #expect(abs(rate.interval().upper - upper) < 1e-6)
            let mean = SeedPeopleEstimate([rate, rate])?.interval()
            #expect(mean == rate.interval())
        }
    }

    @Test func equalRatesMayDifferInBothDirections() throws {
        let rate = PeopleReplicates(
            estimate: 0.3, draws: (0..<100).map { 0.25 + Double($0) / 1000 }, people: 50)
        let upper = 1.959964 * 1.959964 / (50 + 1.959964 * 1.959964)
        let single = try #require(rate.minus(rate)).interval()
        let seeds = try #require(
            SeedPeopleEstimate.difference([rate, rate], [rate, rate])
        ).interval()
        for interval in [single, seeds] {
            #expect(abs(interval.lower + upper) < 1e-6 && abs(interval.upper - upper) < 1e-6)
        }
    }

    @Test func lossesThatDoNotDifferAreSeldomSaidTo() throws {
        var stream = SeededRandom(seed: 12, "losses")
        let studies = 400
        var (said, covered) = (0, 0)
        for study in 0..<studies {
            let found = try Self.losses(gain: 0, &stream, seed: UInt64(study))
            if found.pValue < 0.05 { said += 1 }
            if found.interval().contains(0) { covered += 1 }
        }
        #expect((4...36).contains(said), "\(said) of \(studies)")
        #expect((364...399).contains(covered), "\(covered) of \(studies)")
    }

    @Test func lossesThatDifferAreFound() throws {
        var stream = SeededRandom(seed: 13, "losses")
        var said = 0
        for study in 0..<100 {
            let found = try Self.losses(gain: 0.06, &stream, seed: UInt64(study))
            if found.pValue < 0.05, found.mean > 0 { said += 1 }
        }
        #expect((80...100).contains(said), "\(said) of 100")
    }
}

extension SeededRandom {
    /// A number of the standard normal distribution (Box and Muller 1958).
    fileprivate mutating func bell() -> Double {
        let (radius, angle) = ((-2 * log(1 - unit())).squareRoot(), 2 * Double.pi * unit())
        return radius * cos(angle)
    }
}
