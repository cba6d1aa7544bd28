import Foundation

/// Student's t distribution.
public struct StudentDistribution: Sendable, Hashable {
    /// Degrees of freedom, above 0; need not be whole. ∞ is the normal distribution.
    public let degreesOfFreedom: Double

    /// The distribution of so many degrees of freedom, above 0.
    public init(degreesOfFreedom: Double) {
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Probability of a value farther from zero than `t`, on both sides; relative error below
    /// 1e-10 up to 1e5 degrees of freedom.
    public func twoSidedPValue(_ t: Double) -> Double {
        // The beta integral needs more and more terms; the normal is exact to 1e-9 from here on.
        guard degreesOfFreedom < 1e8 else { return 2 * NormalDistribution.cdf(-abs(t)) }
        guard t.isFinite else { return t.isNaN ? .nan : 0 }
        let (square, sum) = (t * t, degreesOfFreedom + t * t)
        return BetaFunctions.incomplete(
            degreesOfFreedom / sum, square / sum, degreesOfFreedom / 2, 0.5
        ).lower
    }

    /// Probability of a value below `t`.
    public func cdf(_ t: Double) -> Double {
        t < 0 ? twoSidedPValue(t) / 2 : 1 - twoSidedPValue(t) / 2
    }

    /// The `t` that ``twoSidedPValue(_:)`` gives this probability for; 0...1. The relative error is
    /// below 1e-10.
    public func quantile(twoSided fraction: Double) -> Double {
        guard fraction > 0 else { return .infinity }
        guard fraction < 1 else { return 0 }
        if degreesOfFreedom >= 1e8 { return -NormalDistribution.quantile(fraction / 2) }
        var high = 1.0
        while twoSidedPValue(high) > fraction, high < 1e300 { high *= 2 }
        return RootSearch.crossing(of: -fraction, from: 0, to: high) { -twoSidedPValue($0) }
    }
}
