/// A quantity over the seeds of a cell.
package struct Spread: Hashable, Sendable {
    /// The values, in the order of the seeds; at least one.
    package let values: [Double]
    /// Their mean.
    package let mean: Double
    /// Their sample standard deviation (divided by count − 1), or `nil` for a single value.
    package let standardDeviation: Double?

    /// Summarises values, or gives `nil` where there are none.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.values = values
        self.mean = mean
        if values.count > 1 {
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            standardDeviation = (squares / Double(values.count - 1)).squareRoot()
        } else {
            standardDeviation = nil
        }
    }

    /// Number of seeds.
    package var count: Int { values.count }
}
