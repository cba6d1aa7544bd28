/// The posterior of a measured difference: Student's distribution, shifted to the
/// mean and scaled by the standard error, as in the Bayesian correlated t test of Corani and
/// Benavoli ("A Bayesian approach for comparing cross-validated algorithms on multiple data sets",
/// Machine Learning 100, 2015, equation 8).
///
/// It is the posterior under the flat prior of the mean and of the logarithm of the spread.
/// Its central 95 % are then the 95 % interval of the same model.
public struct DifferencePosterior: Sendable, Hashable {
    /// The middle of the distribution: the measured difference.
    public let mean: Double
    /// Square of the scale: the variance of the measured difference; at least 0.
    public let variance: Double
    /// Student's distribution before it is shifted and scaled.
    public let distribution: StudentDistribution

    /// The distribution of a difference.
    ///
    /// - Parameters:
    ///   - mean: The measured difference.
    ///   - variance: Its variance, at least 0.
    ///   - distribution: Student's distribution of its degrees of freedom.
    public init(mean: Double, variance: Double, distribution: StudentDistribution) {
        self.mean = mean
        self.variance = variance
        self.distribution = distribution
    }

    /// How probable it is that the difference is above, within and below the region of practical
    /// equivalence.
    ///
    /// - Parameter rope: Half the region's width, at least 0, in the difference's unit: differences
    ///   from `-rope` to `rope` count as none. With 0 no difference is too small to count.
    public func probabilities(rope: Double) -> EquivalenceProbabilities {
        let better = survival(rope)
        let worse = cdf(-rope)
        // Two complementary tails add up to one except for rounding.
        return EquivalenceProbabilities(
            better: better, equal: rope > 0 ? max(0, 1 - better - worse) : 0, worse: worse)
    }

    private func survival(_ value: Double) -> Double {
        guard variance > 0 else { return mean > value ? 1 : mean == value ? tie(value) : 0 }
        return distribution.survival((value - mean) / variance.squareRoot())
    }

    private func cdf(_ value: Double) -> Double {
        guard variance > 0 else { return mean < value ? 1 : mean == value ? tie(value) : 0 }
        return distribution.cdf((value - mean) / variance.squareRoot())
    }

    /// Without spread, a difference at the region's end is within it; without a region, at zero, it
    /// is as much better as worse.
    private func tie(_ value: Double) -> Double { value == 0 ? 0.5 : 0 }
}

/// The probabilities that one alternative is better than another by a practically relevant amount,
/// that they are practically equal, and that it is worse by more; they add up to 1.
public struct EquivalenceProbabilities: Sendable, Hashable {
    /// Of a difference above the region of practical equivalence; 0...1.
    public let better: Double
    /// Of a difference within it; 0 if the region is empty.
    public let equal: Double
    /// Of a difference below it; 0...1.
    public let worse: Double

    /// A statement about two alternatives.
    public enum Verdict: String, Sendable, Hashable, CaseIterable {
        /// The first is better by more than the region's half width.
        case better
        /// Neither is better by more than that.
        case equal
        /// The first is worse by more than that.
        case worse
    }

    /// Creates probabilities, which add up to 1.
    public init(better: Double, equal: Double, worse: Double) {
        self.better = better
        self.equal = equal
        self.worse = worse
    }

    /// The same with the two alternatives exchanged.
    public var swapped: EquivalenceProbabilities {
        EquivalenceProbabilities(better: worse, equal: equal, worse: better)
    }

    /// The probability of a verdict.
    public func probability(of verdict: Verdict) -> Double {
        switch verdict {
        case .better: better
        case .equal: equal
        case .worse: worse
        }
    }

    /// The verdict that is at least as probable as `level`, above 0.5; `nil` if none is.
    public func verdict(level: Double = Interval.defaultLevel) -> Verdict? {
        Verdict.allCases.first { probability(of: $0) >= level }
    }
}

extension SeedPairEstimate {
    /// The posterior of the quantity over other seeds and other pairs; `nil` for one seed, which
    /// does not show how much seeds matter. For a ``Quantity/difference``.
    public var posterior: DifferencePosterior? {
        guard let variance, let distribution else { return nil }
        return DifferencePosterior(mean: mean, variance: variance, distribution: distribution)
    }
}
