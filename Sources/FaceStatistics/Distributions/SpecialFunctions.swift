import Foundation

/// The gamma function and the incomplete gamma integrals.
package enum GammaFunctions {
    /// Natural logarithm of the gamma function at `x` > 0.
    ///
    /// Stirling's series after moving up to 15 (Abramowitz and Stegun 6.1.40 and 6.1.15). The
    /// error is below 2e-14 of the value where that is above 1, and below 2e-14 elsewhere. The C
    /// library's `lgamma` keeps a sign in a global variable, which threads would share.
    package static func logGamma(_ x: Double) -> Double {
        var shifted = x
        var product = 1.0
        while shifted < 15 {
            product *= shifted
            shifted += 1
        }
        let inverse = 1 / (shifted * shifted)
        let coefficients: [Double] = [
            1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156,
        ]
        let polynomial = coefficients.reversed().reduce(0.0) { $0 * inverse + $1 }
        let stirling = (shifted - 0.5) * log(shifted) - shifted + 0.5 * log(2 * Double.pi)
        return stirling + polynomial / shifted - log(product)
    }

    /// The fraction P(a, x) of the gamma integral below `x` ≥ 0, and the fraction Q(a, x) above, for
    /// `a` > 0.
    ///
    /// The series below `a + 1` and Lentz's continued fraction above (Abramowitz and Stegun 6.5.29
    /// and 6.5.31); each fraction that is computed first has a relative error below 1e-12 for `a` up
    /// to 1e4.
    package static func incomplete(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
        guard x > 0 else { return (0, 1) }
        let scale = exp(a * log(x) - x - logGamma(a))
        if x < a + 1 {
            let lower = scale * series(a, x)
            return (lower, 1 - lower)
        }
        let upper = scale * fraction(a, x)
        return (1 - upper, upper)
    }

    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var denominator = a
        while abs(term) > abs(sum) * 1e-17 {
            denominator += 1
            term *= x / denominator
            sum += term
        }
        return sum
    }

    private static func fraction(_ a: Double, _ x: Double) -> Double {
        ContinuedFraction.value { index in
            let k = Double(index)
            return index == 0 ? (1, x + 1 - a) : (-k * (k - a), x + 2 * k + 1 - a)
        }
    }
}

/// The incomplete beta integral.
package enum BetaFunctions {
    /// The fraction I_x(a, b) of the beta integral below `x` and the fraction above, for `a`, `b` > 0.
    ///
    /// Lentz's continued fraction (Abramowitz and Stegun 26.5.8) on the side of the mean where it
    /// converges fast. The relative error of the smaller fraction is below 1e-11 for parameters up
    /// to 1e4.
    ///
    /// - Parameters:
    ///   - x: Where the integral is cut; 0...1.
    ///   - y: 1 − x, given separately so that an `x` close to 1 loses no precision.
    package static func incomplete(
        _ x: Double, _ y: Double, _ a: Double, _ b: Double
    ) -> (lower: Double, upper: Double) {
        guard x > 0 else { return (0, 1) }
        guard y > 0 else { return (1, 0) }
        let logBeta =
            GammaFunctions.logGamma(a) + GammaFunctions.logGamma(b)
            - GammaFunctions.logGamma(a + b)
        let scale = exp(a * log(x) + b * log(y) - logBeta)
        if x < (a + 1) / (a + b + 2) {
            let lower = scale * fraction(x, a, b) / a
            return (lower, 1 - lower)
        }
        let upper = scale * fraction(y, b, a) / b
        return (1 - upper, upper)
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        ContinuedFraction.value { index in
            guard index > 0 else { return (1, 1) }
            let m = Double(index / 2)
            let term =
                index % 2 == 0
                ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            return (term, 1)
        }
    }
}

/// Continued fractions a₀/(b₀ + a₁/(b₁ + ...)).
enum ContinuedFraction {
    /// The value, by Lentz's method as modified by Thompson and Barnett (1986); stops when a term
    /// changes nothing.
    static func value(_ terms: (Int) -> (a: Double, b: Double)) -> Double {
        let tiny = 1e-300
        let first = terms(0)
        var value = first.b == 0 ? tiny : first.b
        var c = value
        var d = 0.0
        for index in 1..<100_000 {
            let (a, b) = terms(index)
            d = b + a * d
            if d == 0 { d = tiny }
            c = b + a / c
            if c == 0 { c = tiny }
            d = 1 / d
            let factor = c * d
            value *= factor
            // Nothing changes what is no number either.
            if !(abs(factor - 1) >= 3e-16) { break }
        }
        return first.a / value
    }
}
