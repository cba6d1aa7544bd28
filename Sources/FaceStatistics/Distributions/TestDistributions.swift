import Foundation

// The distributions of test statistics. Each has the cumulative distribution function (`cdf`), its
// complement (`survival`, accurate in the tail), and the inverse (`quantile`).

/// Student's t distribution.
public struct StudentDistribution: Sendable, Hashable {
    /// Degrees of freedom, above 0, not necessarily whole. ∞ is the normal distribution.
    public let degreesOfFreedom: Double

    /// The distribution of that many degrees of freedom, above 0.
    public init(degreesOfFreedom: Double) {
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Probability of a value of at most `t`.
    public func cdf(_ t: Double) -> Double { t < 0 ? tail(t) : 1 - tail(t) }

    /// Probability of a value above `t`; relative error below 1e-10 for `t` ≥ 0, up to 1e5 degrees
    /// of freedom.
    public func survival(_ t: Double) -> Double { t < 0 ? 1 - tail(t) : tail(t) }

    /// Probability of a value at least as far from zero as `t`, on either side.
    public func twoSided(_ t: Double) -> Double { 2 * tail(t) }

    /// The value whose ``cdf(_:)`` is `probability`; −∞ at 0 and ∞ at 1. The relative error is below
    /// 1e-10.
    public func quantile(_ probability: Double) -> Double {
        probability < 0.5
            ? -critical(twoSided: 2 * probability) : critical(twoSided: 2 * (1 - probability))
    }

    /// The `t` ≥ 0 whose ``twoSided(_:)`` probability is `level`, 0...1: the critical value of a
    /// test. The relative error is below 1e-10 however small the level is.
    public func critical(twoSided level: Double) -> Double {
        guard level > 0 else { return .infinity }
        guard level < 1 else { return 0 }
        if degreesOfFreedom >= 1e8 { return -NormalDistribution.quantile(level / 2) }
        var high = 1.0
        while twoSided(high) > level, high < 1e300 { high *= 2 }
        return RootSearch.crossing(of: -level, from: 0, to: high) { -twoSided($0) }
    }

    /// Probability of a value above |t|, one tail.
    private func tail(_ t: Double) -> Double {
        // The beta integral needs more and more terms; the normal is exact to 1e-9 from here on.
        guard degreesOfFreedom < 1e8 else { return NormalDistribution.survival(abs(t)) }
        guard t.isFinite else { return t.isNaN ? .nan : 0 }
        let (square, sum) = (t * t, degreesOfFreedom + t * t)
        return BetaFunctions.incomplete(
            degreesOfFreedom / sum, square / sum, degreesOfFreedom / 2, 0.5
        ).lower / 2
    }
}

/// The noncentral t distribution: that of a t statistic when there is a true difference.
public struct NoncentralT: Sendable, Hashable {
    /// Degrees of freedom, at least 0.5.
    public let degreesOfFreedom: Double
    /// The noncentrality parameter: the difference in standard errors.
    public let noncentrality: Double

    /// The distribution of a statistic of that many degrees of freedom and such a noncentrality.
    public init(degreesOfFreedom: Double, noncentrality: Double) {
        self.degreesOfFreedom = degreesOfFreedom
        self.noncentrality = noncentrality
    }

    /// Probability of a value of at most `t`: the normal probability averaged over the distribution
    /// of the estimated standard deviation, by Gauss-Legendre quadrature. The absolute error is
    /// below 1e-10 for at least 1 degree of freedom.
    public func cdf(_ t: Double) -> Double {
        let freedom = degreesOfFreedom
        guard freedom < 1e6 else { return NormalDistribution.cdf(t - noncentrality) }
        let spread = 1 / (2 * freedom).squareRoot()
        let range = max(0, 1 - 12 * spread)...(1 + 14 * spread)
        let constant =
            log(2) + freedom / 2 * log(freedom / 2) - GammaFunctions.logGamma(freedom / 2)
        return GaussLegendre.integral(over: range, panels: 48) { s in
            let density = exp(constant + (freedom - 1) * log(s) - freedom * s * s / 2)
            return density * NormalDistribution.cdf(t * s - noncentrality)
        }
    }

    /// Probability of a value above `t`; the absolute error is that of ``cdf(_:)``.
    public func survival(_ t: Double) -> Double { 1 - cdf(t) }

    /// Probability of a value at least as far from zero as `t`, on either side.
    public func twoSided(_ t: Double) -> Double { survival(t) + cdf(-t) }

    /// The value whose ``cdf(_:)`` is `probability`, strictly between 0 and 1.
    public func quantile(_ probability: Double) -> Double {
        var reach = abs(noncentrality) + 1
        while cdf(reach) < probability || cdf(-reach) > probability, reach < 1e12 { reach *= 2 }
        return RootSearch.crossing(
            of: probability, from: -reach, to: reach, precision: 1e-10 * reach, cdf)
    }
}

/// The chi-square distribution.
public struct ChiSquareDistribution: Sendable, Hashable {
    /// Degrees of freedom, above 0.
    public let degreesOfFreedom: Double

    /// The distribution of that many degrees of freedom, above 0.
    public init(degreesOfFreedom: Double) {
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Probability of a value of at most `x`.
    public func cdf(_ x: Double) -> Double { integrals(x).lower }

    /// Probability of a value above `x`; relative error below 1e-12 where it is below 1/2.
    public func survival(_ x: Double) -> Double { integrals(x).upper }

    /// The value whose ``cdf(_:)`` is `probability`; 0 at 0 and ∞ at 1.
    public func quantile(_ probability: Double) -> Double {
        guard probability > 0 else { return 0 }
        guard probability < 1 else { return .infinity }
        var high = degreesOfFreedom + 1
        while survival(high) > 1 - probability { high *= 2 }
        return RootSearch.crossing(of: probability, from: 0, to: high, cdf)
    }

    private func integrals(_ x: Double) -> (lower: Double, upper: Double) {
        GammaFunctions.incomplete(degreesOfFreedom / 2, max(0, x) / 2)
    }
}

/// The range of independent standard normal values: the studentized range with infinitely many
/// degrees of freedom, which ranks have (Nemenyi 1963).
public struct StudentizedRange: Sendable, Hashable {
    /// Number of values, at least 2.
    public let count: Int

    /// The range of that many values, at least 2.
    public init(count: Int) {
        self.count = count
    }

    /// Probability of a range of at most `q`: k ∫ φ(z) (Φ(z) − Φ(z − q))^(k−1) dz. The absolute
    /// error is below 1e-12.
    public func cdf(_ q: Double) -> Double {
        guard q > 0 else { return 0 }
        let integral = GaussLegendre.integral(over: -9...9, panels: 40) { z in
            let between = NormalDistribution.cdf(z) - NormalDistribution.cdf(z - q)
            return NormalDistribution.density(z) * pow(between, Double(count - 1))
        }
        return min(1, max(0, Double(count) * integral))
    }

    /// Probability of a range above `q`; the absolute error is that of ``cdf(_:)``.
    public func survival(_ q: Double) -> Double { 1 - cdf(q) }

    /// The range whose ``cdf(_:)`` is `probability`, strictly between 0 and 1. The absolute error is
    /// below 1e-9 for probabilities up to 0.999.
    public func quantile(_ probability: Double) -> Double {
        RootSearch.crossing(of: probability, from: 0, to: 20, precision: 1e-12, cdf)
    }
}
