import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    /// Probability of a value of at most `z`; relative error below 1e-14 in both tails, because it is
    /// the C library's `erfc`.
    public static func cdf(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// Probability of a value above `z`, with the same relative error.
    public static func survival(_ z: Double) -> Double { cdf(-z) }

    /// Density of the standard normal distribution at `z`.
    public static func density(_ z: Double) -> Double {
        exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
    }

    /// The value whose ``cdf(_:)`` is `probability`; −∞ at 0 and ∞ at 1.
    ///
    /// Found by bisection and Halley's method; the absolute error is below 1e-13.
    public static func quantile(_ probability: Double) -> Double {
        guard probability > 0 else { return -.infinity }
        guard probability < 1 else { return .infinity }
        guard probability <= 0.5 else { return -lower(1 - probability) }
        return lower(probability)
    }

    /// The quantile of a probability up to 1/2.
    private static func lower(_ probability: Double) -> Double {
        var z = RootSearch.crossing(of: probability, from: -38.5, to: 0, precision: 1e-4, cdf)
        for _ in 0..<4 {
            let step = (cdf(z) - probability) / density(z)
            // Halley's correction keeps the steps accurate in the tails, where the density falls fast.
            z -= step / (1 + 0.5 * z * step)
        }
        return z
    }
}
