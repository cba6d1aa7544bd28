/// An interval that covers a quantity with a given confidence.
public struct Interval: Sendable, Hashable {
    /// Confidence level that the reports of this package use.
    public static let defaultLevel = 0.95

    /// Lower end, included.
    public let lower: Double
    /// Upper end, included.
    public let upper: Double

    /// An interval between two ends, the lower first.
    public init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// The symmetric interval around a value; `reach` is its half length.
    public init(around value: Double, reach: Double) {
        self.init(value - reach, value + reach)
    }

    /// Whether a value is within the interval, ends included.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// Half its length.
    public var reach: Double { (upper - lower) / 2 }
}

/// Confidence intervals of a counted fraction.
public enum BinomialInterval {
    /// Wilson's interval (1927), which stays within 0...1 and has approximately nominal coverage
    /// also for small counts.
    ///
    /// - Parameters:
    ///   - fraction: Counted fraction; 0...1.
    ///   - count: Number of independent trials; 0 gives 0...1.
    public static func wilson(
        fraction: Double, of count: Int, level: Double = Interval.defaultLevel
    ) -> Interval {
        wilson(
            fraction: fraction, of: Double(count),
            bound: -NormalDistribution.quantile((1 - level) / 2))
    }

    /// Wilson's interval for an effective number of trials, as Korn and Graubard (1998) do for
    /// trials that are not independent.
    ///
    /// - Parameters:
    ///   - fraction: Counted fraction; 0...1.
    ///   - count: Effective number of independent trials, whole or not; 0 gives 0...1.
    ///   - z: Quantile of the distribution, e.g. 1.96.
    static func wilson(fraction: Double, of count: Double, bound z: Double) -> Interval {
        guard count > 0 else { return Interval(0, 1) }
        let n = count
        let middle = (fraction + z * z / (2 * n)) / (1 + z * z / n)
        let spread = fraction * (1 - fraction) / n + z * z / (4 * n * n)
        let reach = z / (1 + z * z / n) * spread.squareRoot()
        return Interval(max(0, middle - reach), min(1, middle + reach))
    }

    /// Clopper and Pearson's interval (1934), which has at least nominal coverage, whatever
    /// the fraction and however small the count.
    ///
    /// - Parameters:
    ///   - hits: Trials that succeeded; 0...count.
    ///   - count: Number of independent trials; 0 gives 0...1.
    public static func clopperPearson(
        _ hits: Int, of count: Int, level: Double = Interval.defaultLevel
    ) -> Interval {
        guard count > 0 else { return Interval(0, 1) }
        let tail = (1 - level) / 2
        let (hits, misses) = (Double(hits), Double(count - hits))
        // Without hits or misses an end is known, and its beta distribution has no parameters.
        let lower =
            hits == 0
            ? 0
            : RootSearch.crossing(of: tail, from: 0, to: 1) {
                BetaFunctions.incomplete($0, 1 - $0, hits, misses + 1).lower
            }
        let upper =
            misses == 0
            ? 1
            : RootSearch.crossing(of: -tail, from: 0, to: 1) {
                -BetaFunctions.incomplete($0, 1 - $0, hits + 1, misses).upper
            }
        return Interval(lower, upper)
    }
}
