/// Independent values of one quantity, e.g. one a seed, with Student's interval of their mean.
public struct Sample: Sendable, Hashable {
    /// The values, at least two.
    public let values: [Double]
    /// Their mean.
    public let mean: Double
    /// Their variance, divided by count − 1.
    public let variance: Double

    /// Summarises values, or gives `nil` for fewer than two: one value tells nothing of the spread.
    public init?(_ values: [Double]) {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.values = values
        self.mean = mean
        variance =
            values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    /// Standard deviation, divided by count − 1.
    public var standardDeviation: Double { variance.squareRoot() }
    /// Standard error of the mean.
    public var standardError: Double { (variance / Double(values.count)).squareRoot() }
    /// Student's distribution of the mean.
    public var distribution: StudentDistribution {
        StudentDistribution(degreesOfFreedom: Double(values.count - 1))
    }

    /// Variance below which values differ by rounding alone: fractions of fewer than a hundred
    /// million pairs lie farther apart.
    static let minVariance = 1e-18
    /// Whether the values differ by more than rounding; others give an interval without width, which
    /// says nothing.
    public var hasSpread: Bool { variance > Self.minVariance }

    /// Student's interval of the mean. It holds the mean with the confidence given if the values
    /// are near normal.
    public func interval(level: Double = Interval.defaultLevel) -> Interval {
        Interval(around: mean, reach: distribution.quantile(twoSided: 1 - level) * standardError)
    }

    /// Two-sided probability of a mean at least as far from zero where the truth is zero; 1 where
    /// all values are zero.
    public var pValue: Double {
        guard standardError > 0 else { return mean == 0 ? 1 : 0 }
        return distribution.twoSidedPValue(mean / standardError)
    }
}
