/// A quantity measured with several seeds on the same pairs, and its uncertainty due to either
/// source and to both.
///
/// The value of seed s on pair p is modelled as mean + seed + pair + rest, the two-way random-effects
/// model that radiology uses for readers and cases (Dorfman, Berbaum and Metz 1992). The variance
/// of the mean over both is
///
///     V = max(V(seeds), V(rest)) + max(0, V(pairs) − V(rest))
///
/// where V(seeds) is the variance of the seeds' means over their number, V(pairs) that of the
/// values averaged over the seeds, accounting for shared people, and V(rest) the part that both include.
/// Few seeds may be close together by chance; since V(rest) is a part of what V(seeds) estimates,
/// and many pairs determine it well, V(seeds) is at least that. Student's distribution has the
/// degrees of freedom of Hillis (2007), (S − 1) V² / V(seeds)².
///
/// Values are 1 (correct) or 0 (wrong), or differences of two losses' values seed by seed. Neither
/// has an interval of zero width, because a test set on which two models agree is small, not perfect: a
/// fraction has Wilson's interval, and the pairs' variance of a difference is never below that of two pairs of
/// each kind, one to each side (Bonett and Price 2012, for no discordant pair).
public struct SeedPairEstimate: Sendable, Hashable {
    /// The estimated quantity, and its range.
    public enum Quantity: Sendable, Hashable {
        /// The difference of two fractions; −1...1.
        case difference
        /// A fraction of pairs, e.g. an accuracy; 0...1.
        case fraction
    }

    /// The estimated quantity.
    public let quantity: Quantity
    /// Number of pairs.
    public let pairs: Int
    /// The quantity of each seed.
    public let seedMeans: [Double]
    /// The quantity: the mean over the seeds.
    public let mean: Double
    /// Variance of the mean due to the seeds; `nil` for one seed, which says nothing about it.
    public let seedVariance: Double?
    /// Variance of the mean due to the pairs, for these models.
    public let pairVariance: Double
    /// Part of ``pairVariance`` that other seeds would change, and which is not counted twice; 0 for
    /// one seed.
    public let residualVariance: Double

    /// Estimates a quantity.
    ///
    /// - Parameters:
    ///   - values: For each seed one value per pair.
    ///   - design: The pairs.
    ///   - quantity: Kind of the values.
    /// - Throws: ``FaceStatisticsError/tooFew(what:found:needed:)`` without seeds,
    ///   ``FaceStatisticsError/differentCounts(expected:found:)`` for a wrong number of values.
    public init(
        _ values: [[Double]], _ design: PairDesign, of quantity: Quantity = .difference
    ) throws(FaceStatisticsError) {
        guard !values.isEmpty else { throw .tooFew(what: "seeds", found: 0, needed: 1) }
        for seed in values where seed.count != design.count {
            throw .differentCounts(expected: design.count, found: seed.count)
        }
        seedMeans = values.map(design.mean)
        mean = seedMeans.reduce(0, +) / Double(values.count)
        seedVariance = Summary(seedMeans)?.variance.map { $0 / Double(values.count) }
        let average = Self.average(values)
        let sharing = try PairVariance(average, design).sharingPeople
        pairVariance =
            quantity == .difference ? max(sharing, Self.minVariance(design)) : sharing
        self.quantity = quantity
        pairs = design.count
        residualVariance = try Self.residualVariance(values, average, design)
    }

    /// Variance of a difference that two more pairs of each kind, one to each side, would give where
    /// no other pair differs.
    private static func minVariance(_ design: PairDesign) -> Double {
        [true, false].reduce(0) { sum, isSame in
            let kind = design.people.indices.filter { design.people[$0].isSame == isSame }
            let weight = kind.reduce(0) { $0 + design.weights[$1] }
            let count = Double(kind.count + 2)
            return sum + weight * weight * 2 / (count * count)
        }
    }

    private static func average(_ values: [[Double]]) -> [Double] {
        var sums = values[0]
        for seed in values.dropFirst() {
            for index in sums.indices { sums[index] += seed[index] }
        }
        return sums.map { $0 / Double(values.count) }
    }

    /// The mean over the seeds of the residual variances, divided by the number of seeds.
    private static func residualVariance(
        _ values: [[Double]], _ average: [Double], _ design: PairDesign
    ) throws(FaceStatisticsError) -> Double {
        guard values.count > 1 else { return 0 }
        var sum = 0.0
        for seed in values {
            let rest = zip(seed, average).map { $0 - $1 }
            sum += try PairVariance(rest, design).sharingPeople
        }
        return sum / Double(values.count - 1) / Double(values.count)
    }

    /// Number of seeds.
    public var seeds: Int { seedMeans.count }

    /// Variance of the mean that remains with any number of seeds: that of the pairs.
    public var floorVariance: Double { max(0, pairVariance - residualVariance) }

    /// Variance of the mean over other seeds and other pairs; `nil` for one seed.
    public var variance: Double? { seedVariance.map { max($0, residualVariance) + floorVariance } }

    /// Student's distribution of the mean over both; `nil` for one seed.
    public var distribution: StudentDistribution? {
        guard let variance, let seedVariance else { return nil }
        guard seedVariance > 0 else { return StudentDistribution(degreesOfFreedom: .infinity) }
        let ratio = variance / seedVariance
        return StudentDistribution(degreesOfFreedom: Double(seeds - 1) * ratio * ratio)
    }

    /// Interval for other seeds on the same pairs; `nil` for one seed, and for seeds that do not
    /// differ, which say nothing about the spread either.
    public func seedInterval(level: Double = Interval.defaultLevel) -> Interval? {
        Summary(seedMeans).flatMap { $0.hasSpread ? $0.interval(level: level) : nil }
    }

    /// Interval for the same models on other pairs of other people.
    public func pairInterval(level: Double = Interval.defaultLevel) -> Interval {
        interval(pairVariance, bound: -NormalDistribution.quantile((1 - level) / 2))
    }

    /// Interval for other seeds on other pairs; `nil` for one seed.
    public func interval(level: Double = Interval.defaultLevel) -> Interval? {
        guard let variance, let distribution else { return nil }
        return interval(variance, bound: distribution.critical(twoSided: 1 - level))
    }

    private func interval(_ variance: Double, bound: Double) -> Interval {
        guard quantity == .fraction else {
            let reach = bound * variance.squareRoot()
            return Interval(max(-1, mean - reach), min(1, mean + reach))
        }
        // The number of independent pairs with this variance; without any spread, all pairs.
        let spread = mean * (1 - mean)
        let isKnown = variance > Summary.minVariance && spread > 1e-12
        let trials = isKnown ? spread / variance : Double(pairs)
        return BinomialInterval.wilson(fraction: mean, of: trials, bound: bound)
    }

    /// Two-sided p-value, over other seeds and other pairs, of a mean at least as far from zero
    /// where the truth is zero; `nil` for one seed.
    public var pValue: Double? {
        guard let variance, let distribution else { return nil }
        guard variance > 0 else { return mean == 0 ? 1 : 0 }
        return distribution.twoSided(mean / variance.squareRoot())
    }
}
