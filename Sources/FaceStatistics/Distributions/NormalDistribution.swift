import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    /// Probability of a value below `z`; relative error below 1e-14 in both tails, for it is the
    /// C library's `erfc`.
    public static func cdf(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// Density at `z`.
    public static func density(_ z: Double) -> Double {
        exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
    }

    /// The value that is exceeded with probability 1 − `fraction`; −∞ at 0 and ∞ at 1.
    ///
    /// Found from ``cdf(_:)`` by halving and Newton's method; the absolute error is below 1e-13.
    public static func quantile(_ fraction: Double) -> Double {
        guard fraction > 0 else { return -.infinity }
        guard fraction < 1 else { return .infinity }
        guard fraction <= 0.5 else { return -lower(1 - fraction) }
        return lower(fraction)
    }

    /// The quantile of a fraction up to 1/2.
    private static func lower(_ fraction: Double) -> Double {
        var z = RootSearch.crossing(of: fraction, from: -38.5, to: 0, precision: 1e-4, cdf)
        for _ in 0..<4 {
            let step = (cdf(z) - fraction) / density(z)
            // Halley's correction keeps the steps right far out, where the density falls fast.
            z -= step / (1 + 0.5 * z * step)
        }
        return z
    }
}

/// Where a function that rises crosses a value.
enum RootSearch {
    /// Halves an interval until it is shorter than `precision`, or holds no number in between.
    static func crossing(
        of value: Double, from low: Double, to high: Double, precision: Double = 0,
        _ function: (Double) -> Double
    ) -> Double {
        var (low, high) = (low, high)
        while high - low > precision {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { break }
            if function(middle) < value { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }
}
