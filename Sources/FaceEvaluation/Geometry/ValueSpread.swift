import SafeNumbers

/// How a quantity is spread over the values it took.
public struct ValueSpread: Hashable, Sendable {
    /// The levels of ``quantiles``.
    public static let levels = [0.05, 0.25, 0.5, 0.75, 0.95]

    /// How many values there are; at least 1.
    public let count: Int
    /// Their mean.
    public let mean: Double
    /// Their population standard deviation.
    public let standardDeviation: Double
    /// The quantiles at ``levels``, between two values in proportion (NumPy's `linear`).
    public let quantiles: [Double]

    /// Describes values, or gives `nil` where there are none.
    public init?(of values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        count = values.count
        self.mean = mean
        standardDeviation = (squares / Double(values.count)).squareRoot()
        quantiles = Self.levels.map { level in
            let position = level * Double(sorted.count - 1)
            let below = Int(saturating: position)
            let above = min(below + 1, sorted.count - 1)
            return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
        }
    }
}
