import Foundation

/// Heads of a fair coin: what exact paired tests count.
enum FairCoin {
    /// Two-sided probability of a split at least as uneven as `first` to `second`, of their sum of
    /// throws; 1 where nothing was thrown. The relative error is below 1e-10 up to 1e6 throws.
    static func twoSidedPValue(_ first: Int, _ second: Int) -> Double {
        let (few, count) = (min(first, second), first + second)
        guard few < count - few else { return 1 }
        let n = Double(count)
        let logMost =
            GammaFunctions.logGamma(n + 1) - GammaFunctions.logGamma(Double(few) + 1)
            - GammaFunctions.logGamma(n - Double(few) + 1) - n * log(2)
        // Terms fall from the largest, so that the sum ends when they add nothing.
        var term = 1.0
        var sum = 1.0
        for k in stride(from: few, to: 0, by: -1) where term > 1e-18 {
            term *= Double(k) / Double(count - k + 1)
            sum += term
        }
        return min(1, 2 * exp(logMost) * sum)
    }
}
