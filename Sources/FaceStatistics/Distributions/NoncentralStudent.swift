import Foundation

/// The noncentral t distribution: what a t statistic is like when there is a difference.
package struct NoncentralStudent: Sendable {
    /// Degrees of freedom, at least 0.5.
    package let degreesOfFreedom: Double
    /// The difference in standard errors.
    package let shift: Double

    /// The distribution of a statistic of so many degrees of freedom and such a shift.
    package init(degreesOfFreedom: Double, shift: Double) {
        self.degreesOfFreedom = degreesOfFreedom
        self.shift = shift
    }

    /// Probability of a value below `t`: the normal probability averaged over the distribution of
    /// the estimated spread, by Gauss and Legendre's rule. The absolute error is below 1e-10 for
    /// at least 1 degree of freedom.
    package func cdf(_ t: Double) -> Double {
        let freedom = degreesOfFreedom
        guard freedom < 1e6 else { return NormalDistribution.cdf(t - shift) }
        let spread = 1 / (2 * freedom).squareRoot()
        let range = max(0, 1 - 12 * spread)...(1 + 14 * spread)
        let constant =
            log(2) + freedom / 2 * log(freedom / 2) - GammaFunctions.logGamma(freedom / 2)
        return GaussLegendre.integral(over: range, panels: 48) { s in
            let density = exp(constant + (freedom - 1) * log(s) - freedom * s * s / 2)
            return density * NormalDistribution.cdf(t * s - shift)
        }
    }

    /// Probability of a value farther from zero than `t`.
    package func twoSidedPValue(_ t: Double) -> Double { 1 - cdf(t) + cdf(-t) }
}

/// Gauss and Legendre's rule of 16 points.
enum GaussLegendre {
    private static let rule: [(node: Double, weight: Double)] = {
        let count = 16
        return (0..<count).map { index in
            var x = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 1.0
            for _ in 0..<20 {
                var (previous, value) = (1.0, x)
                for n in 2...count {
                    let next =
                        (Double(2 * n - 1) * x * value - Double(n - 1) * previous) / Double(n)
                    (previous, value) = (value, next)
                }
                slope = Double(count) * (x * value - previous) / (x * x - 1)
                x -= value / slope
            }
            return (x, 2 / ((1 - x * x) * slope * slope))
        }
    }()

    /// The integral over a range cut into equal panels.
    static func integral(
        over range: ClosedRange<Double>, panels: Int, _ function: (Double) -> Double
    ) -> Double {
        let half = (range.upperBound - range.lowerBound) / Double(2 * panels)
        return (0..<panels).reduce(0) { sum, panel in
            let middle = range.lowerBound + half * Double(2 * panel + 1)
            return sum
                + rule.reduce(0) { $0 + half * $1.weight * function(middle + half * $1.node) }
        }
    }
}
