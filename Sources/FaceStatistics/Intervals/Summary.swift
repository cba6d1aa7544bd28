import SafeNumbers

/// The values of one quantity, e.g. one per seed or one per pair of images, with their mean, standard
/// deviation and quantiles, and Student's interval of the mean for independent values.
public struct Summary: Sendable, Hashable {
    /// The values in the order given; at least one.
    public let values: [Double]
    /// Mean of the values.
    public let mean: Double
    /// Sum of their squared distances from the mean.
    private let squares: Double

    /// Summarises values; `nil` without any.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.values = values
        self.mean = mean
        squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }

    /// Number of values.
    public var count: Int { values.count }

    /// Sample variance (divisor: count − 1); `nil` for a single value, which
    /// says nothing about it.
    public var variance: Double? { count > 1 ? squares / Double(count - 1) : nil }

    /// Sample standard deviation: the square root of ``variance``.
    public var standardDeviation: Double? { variance?.squareRoot() }

    /// Population standard deviation (divisor: count); 0 for a single value.
    public var populationStandardDeviation: Double { (squares / Double(count)).squareRoot() }

    /// Standard error of the mean; `nil` for a single value.
    public var standardError: Double? { variance.map { ($0 / Double(count)).squareRoot() } }
}

extension Summary {
    /// The default levels of ``quantiles(_:)``.
    public static let quantileLevels = [0.05, 0.25, 0.5, 0.75, 0.95]

    /// Quantiles at levels of 0...1, linear between neighbouring values (NumPy's default).
    public func quantiles(_ levels: [Double] = quantileLevels) -> [Double] {
        let sorted = values.sorted()
        return levels.map { Self.quantile($0, ofSorted: sorted) }
    }

    /// The quantile of values in ascending order; at least one.
    static func quantile(_ level: Double, ofSorted values: [Double]) -> Double {
        let position = min(max(level, 0), 1) * Double(values.count - 1)
        let low = Int(saturating: position)
        let high = min(low + 1, values.count - 1)
        return values[low] + (position - Double(low)) * (values[high] - values[low])
    }
}

extension Summary {
    /// Variance below which values differ only by rounding: fractions of fewer than a hundred
    /// million pairs are farther apart.
    static let minVariance = 1e-18

    /// Whether the values differ by more than rounding; others give an interval of zero width, which
    /// is meaningless.
    public var hasSpread: Bool { variance.map { $0 > Self.minVariance } ?? false }

    /// Student's interval of the mean; `nil` for a single value. It covers the mean with the
    /// given confidence if the values are independent and nearly normal.
    public func interval(level: Double = Interval.defaultLevel) -> Interval? {
        standardError.map { error in
            Interval(
                around: mean, reach: distribution.critical(twoSided: 1 - level) * error)
        }
    }

    /// Two-sided p-value of the mean's difference from zero; 1 if
    /// all values are zero, `nil` for a single value.
    public var pValue: Double? {
        standardError.map { error in
            guard error > 0 else { return mean == 0 ? 1 : 0 }
            return distribution.twoSided(mean / error)
        }
    }

    private var distribution: StudentDistribution {
        StudentDistribution(degreesOfFreedom: Double(count - 1))
    }
}
