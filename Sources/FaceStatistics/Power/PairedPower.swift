/// How likely a study finds a difference of two losses, and how large a study would have to be.
///
/// A difference is found when it is significant at a level; the chance is the noncentral t
/// distribution's.
public struct PairedPower: Sendable, Hashable {
    /// Variance of the difference from one seed to another on the same pairs.
    public let seedVariance: Double
    /// Variance of the mean difference that remains with any number of seeds: that of the pairs.
    public let pairVariance: Double
    /// Level of the test; strictly between 0 and 1.
    public let level: Double

    /// The most seeds that are considered.
    public static let maxSeeds = 10_000
    /// The chance at which a difference counts as one that a study can find.
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

    /// The chance to find a difference with so many seeds, at least two; 0...1.
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

    /// The fewest seeds that find a difference with a chance, or `nil` where not even
    /// ``maxSeeds`` do: then the test set is too small.
    public func seeds(toFind difference: Double, power: Double = defaultPower) -> Int? {
        guard self.power(toFind: difference, seeds: Self.maxSeeds) >= power else { return nil }
        var (low, high) = (1, Self.maxSeeds)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.power(toFind: difference, seeds: middle) >= power {
                high = middle
            } else {
                low = middle
            }
        }
        return high
    }

    /// The smallest difference that so many seeds find with a chance; `nil` for fewer than two.
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

    /// How many times as many pairs the test set would need for a difference to be found with any
    /// number of seeds at all; 1 or less where it has enough.
    public func pairFactor(toFind difference: Double, power: Double = defaultPower) -> Double {
        let reach =
            -NormalDistribution.quantile(level / 2) + NormalDistribution.quantile(power)
        return pairVariance * reach * reach / (difference * difference)
    }
}
