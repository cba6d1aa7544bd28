import Foundation
import SeededRandom

/// The bootstrap over the pairs of a test set: the distribution of the quantity over other pairs.
///
/// The draws depend only on the design and the seed, so all models are evaluated on the same draws, and
/// the difference of two models' replicates is the replicate of their difference: the bootstrap is
/// paired.
public struct PairBootstrap: Sendable {
    /// The unit that replicates are drawn from, with replacement.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Whole folds. There are few, so the interval is widened (Hesterberg 2015).
        case folds
        /// People, each with the pairs among those drawn. Pairs of two people get the product of
        /// their counts, which makes the interval too wide (McCullagh 2000).
        case people
        /// Single pairs, those of each kind apart.
        case pairs
    }

    /// The unit of the replicates.
    public let unit: Unit
    private let design: PairDesign
    /// For each replicate the weight of each pair; they add up to the design's within each kind.
    private let replicates: [[Float]]

    /// Draws weights.
    ///
    /// - Parameters:
    ///   - design: The pairs.
    ///   - unit: The unit that is drawn.
    ///   - resamples: Number of replicates; at least 100.
    ///   - seed: Determines the draws.
    public init(_ design: PairDesign, unit: Unit, resamples: Int = 1999, seed: UInt64 = 1) {
        self.unit = unit
        self.design = design
        var stream = SeededRandom(seed: seed, "resampling")
        replicates = (0..<max(resamples, 100)).map { _ in
            let counts: [Double] =
                switch unit {
                case .folds: Self.drawFolds(design, &stream)
                case .people: Self.drawPeople(design, &stream)
                case .pairs: Self.drawPairs(design, &stream)
                }
            return Self.weights(counts, design)
        }
    }

    /// The quantity on each drawn test set.
    public func replicates(of values: [Double]) -> [Double] {
        // Most values of a difference are zero: only the others are summed.
        let positions = values.indices.filter { values[$0] != 0 }
        let kept = positions.map { values[$0] }
        return replicates.map { weights in
            weights.withUnsafeBufferPointer { weights in
                var sum = 0.0
                for (position, value) in zip(positions, kept) {
                    sum += Double(weights[position]) * value
                }
                return sum
            }
        }
    }

    /// The percentile interval of the quantity, widened for the number of units drawn from: the
    /// ends are where Student's distribution would put them, so that few folds do not count as
    /// many (Hesterberg 2015, the expanded percentile interval).
    public func interval(
        of values: [Double], level: Double = Interval.defaultLevel
    ) -> Interval {
        let units = Double(
            unit == .folds
                ? design.foldCount : unit == .people ? design.peopleCount : design.count)
        guard units > 1 else { return Interval(-.infinity, .infinity) }
        let sorted = replicates(of: values).sorted()
        let t = StudentDistribution(degreesOfFreedom: units - 1).critical(twoSided: 1 - level)
        let fraction = NormalDistribution.cdf(-t * (units / (units - 1)).squareRoot())
        return Interval(
            Summary.quantile(fraction, ofSorted: sorted),
            Summary.quantile(1 - fraction, ofSorted: sorted))
    }
}

extension PairBootstrap {
    private static func drawFolds(
        _ design: PairDesign, _ stream: inout SeededRandom
    ) -> [Double] {
        var drawn = [Double](repeating: 0, count: design.foldCount)
        for _ in 0..<design.foldCount { drawn[stream.below(design.foldCount)] += 1 }
        return design.folds.map { drawn[$0] }
    }

    private static func drawPeople(
        _ design: PairDesign, _ stream: inout SeededRandom
    ) -> [Double] {
        var drawn = [Double](repeating: 0, count: design.peopleCount)
        for _ in 0..<design.peopleCount { drawn[stream.below(design.peopleCount)] += 1 }
        return design.people.map { pair in
            pair.isSame ? drawn[pair.first] : drawn[pair.first] * drawn[pair.second]
        }
    }

    private static func drawPairs(
        _ design: PairDesign, _ stream: inout SeededRandom
    ) -> [Double] {
        var drawn = [Double](repeating: 0, count: design.count)
        for isSame in [true, false] {
            let members = design.people.indices.filter { design.people[$0].isSame == isSame }
            for _ in members { drawn[members[stream.below(members.count)]] += 1 }
        }
        return drawn
    }

    /// Weights in proportion to counts that add up, within each kind, to what the design's do; a
    /// kind without any draw keeps the design's.
    private static func weights(_ counts: [Double], _ design: PairDesign) -> [Float] {
        var totals = [0.0, 0]
        var drawn = [0.0, 0]
        for (index, pair) in design.people.enumerated() {
            let kind = pair.isSame ? 1 : 0
            totals[kind] += design.weights[index]
            drawn[kind] += design.weights[index] * counts[index]
        }
        return design.people.indices.map { index in
            let kind = design.people[index].isSame ? 1 : 0
            guard drawn[kind] > 0 else { return Float(design.weights[index]) }
            return Float(design.weights[index] * counts[index] * totals[kind] / drawn[kind])
        }
    }
}
