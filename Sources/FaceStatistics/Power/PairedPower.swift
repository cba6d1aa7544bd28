import SafeNumbers

/// Power of a study to detect a difference of two losses, and the size that a study needs.
///
/// A difference is detected when it is significant at a level; the power is that of the noncentral t
/// distribution.
public struct PairedPower: Sendable, Hashable {
    /// Variance of the difference from one seed to another on the same pairs.
    public let seedVariance: Double
    /// Variance of the mean difference that remains with any number of seeds: that of the pairs.
    public let pairVariance: Double
    /// Level of the test; strictly between 0 and 1.
    public let level: Double

    /// Largest number of seeds that is considered.
    public static let maxSeeds = 10_000
    /// The power at which a difference counts as detectable; 0...1.
    public static let defaultPower = 0.8

    /// Creates an estimate from variances of the difference, none below 0.
    ///
    /// - Throws: ``FaceStatisticsError/notAFraction(name:value:)`` for a level outside.
    public init(
        seedVariance: Double, pairVariance: Double, level: Double = 0.05
    ) throws(FaceStatisticsError) {
        guard level > 0, level < 1 else { throw .notAFraction(name: "the level", value: level) }
        self.seedVariance = seedVariance
        self.pairVariance = pairVariance
        self.level = level
    }

    /// The power to detect a difference with `seeds` seeds, at least two; 0...1.
    public func power(toFind difference: Double, seeds: Int) -> Double {
        guard seeds > 1 else { return 0 }
        let fromSeeds = seedVariance / Double(seeds)
        let variance = fromSeeds + pairVariance
        guard variance > 0 else { return difference == 0 ? level : 1 }
        let ratio = fromSeeds > 0 ? variance / fromSeeds : .infinity
        let freedom = min(Double(seeds - 1) * ratio * ratio, 1e12)
        let bound = StudentDistribution(degreesOfFreedom: freedom).critical(twoSided: level)
        return NoncentralT(
            degreesOfFreedom: freedom, noncentrality: abs(difference) / variance.squareRoot()
        ).twoSided(bound)
    }

    /// The smallest number of seeds that detects a difference with a given power, or `nil` if not even
    /// ``maxSeeds`` does: then the test set is too small.
    public func seeds(toFind difference: Double, power: Double = defaultPower) -> Int? {
        guard self.power(toFind: difference, seeds: Self.maxSeeds) >= power else { return nil }
        return (2..<Self.maxSeeds).partitioningIndex {
            self.power(toFind: difference, seeds: $0) >= power
        }
    }

    /// The smallest difference that `seeds` seeds detect with a given power; `nil` for fewer than two.
    public func difference(foundBy seeds: Int, power: Double = defaultPower) -> Double? {
        guard seeds > 1 else { return nil }
        let error = (seedVariance / Double(seeds) + pairVariance).squareRoot()
        guard error > 0 else { return 0 }
        var high = error
        while self.power(toFind: high, seeds: seeds) < power, high < error * 1e6 { high *= 2 }
        return RootSearch.crossing(of: power, from: 0, to: high, precision: error * 1e-6) {
            self.power(toFind: $0, seeds: seeds)
        }
    }

    /// Factor by which the test set would have to grow for a difference to be detectable with any
    /// number of seeds; at most 1 if it is large enough.
    public func pairFactor(toFind difference: Double, power: Double = defaultPower) -> Double {
        let reach =
            -NormalDistribution.quantile(level / 2) + NormalDistribution.quantile(power)
        return pairVariance * reach * reach / (difference * difference)
    }
}
