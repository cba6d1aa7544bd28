import Foundation

/// The range of independent standard normal values: the studentized range with infinitely many
/// degrees of freedom, which ranks have (Nemenyi 1963).
public struct StudentizedRange: Sendable, Hashable {
    /// Number of values, at least 2.
    public let count: Int

    /// The range of so many values, at least 2.
    public init(count: Int) {
        self.count = count
    }

    /// Probability of a range above `q`: 1 − k ∫ φ(z) (Φ(z) − Φ(z − q))^(k−1) dz. The absolute
    /// error is below 1e-12.
    public func survival(_ q: Double) -> Double {
        guard q > 0 else { return 1 }
        let integral = GaussLegendre.integral(over: -9...9, panels: 40) { z in
            let between = NormalDistribution.cdf(z) - NormalDistribution.cdf(z - q)
            return NormalDistribution.density(z) * pow(between, Double(count - 1))
        }
        return min(1, max(0, 1 - Double(count) * integral))
    }

    /// The range that is exceeded with a probability; strictly between 0 and 1. The absolute error
    /// is below 1e-9 for probabilities from 1e-3 up.
    public func quantile(upperTail fraction: Double) -> Double {
        RootSearch.crossing(of: -fraction, from: 0, to: 20, precision: 1e-12) { -survival($0) }
    }
}
