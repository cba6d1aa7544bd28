/// Where a quantity lies with a given confidence.
public struct Interval: Sendable, Hashable {
    /// Confidence that the reports of this package use.
    public static let defaultLevel = 0.95

    /// Lower end.
    public let lower: Double
    /// Upper end.
    public let upper: Double

    /// An interval between two ends, the lower first.
    public init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// The interval around a value that reaches as far to both sides.
    public init(around value: Double, reach: Double) {
        self.init(value - reach, value + reach)
    }

    /// Whether it holds a value, its ends included.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// Half its length.
    public var reach: Double { (upper - lower) / 2 }
}
