import Foundation

/// McNemar's exact test: whether two models are equally accurate on the same pairs (McNemar 1947).
///
/// Only pairs that one model classifies correctly and the other does not are used. Without a difference,
/// each of them favours either model with the same probability. The test is about these two models; it says
/// nothing about models trained from other seeds.
public struct McNemarTest: Sendable, Hashable {
    /// Number of pairs that only the first model classifies correctly.
    public let firstOnly: Int
    /// Number of pairs that only the second model classifies correctly.
    public let secondOnly: Int

    /// A test of two counts, none below 0.
    public init(firstOnly: Int, secondOnly: Int) {
        self.firstOnly = firstOnly
        self.secondOnly = secondOnly
    }

    /// Counts the pairs on which two models differ; both lists have the same pairs.
    public init(first: [Bool], second: [Bool]) {
        let both = zip(first, second)
        self.init(firstOnly: both.count { $0 && !$1 }, secondOnly: both.count { !$0 && $1 })
    }

    /// Exact two-sided probability of counts at least as uneven; 1 if the models agree.
    public var pValue: Double { BinomialSignTest.pValue(firstOnly, secondOnly) }
}

/// The exact sign test on the seeds in which one loss is ahead.
///
/// It needs nothing but the signs, and therefore many seeds: with 5, the smallest possible
/// probability is 1/16.
public struct SignTest: Sendable, Hashable {
    /// Number of seeds with a difference above zero.
    public let positive: Int
    /// Number of seeds with a difference below zero.
    public let negative: Int

    /// Counts signs; differences of zero are ignored.
    public init(_ differences: [Double]) {
        positive = differences.count { $0 > 0 }
        negative = differences.count { $0 < 0 }
    }

    /// Exact two-sided probability of counts at least as uneven; 1 if there is no sign.
    public var pValue: Double { BinomialSignTest.pValue(positive, negative) }
}

/// The exact two-sided binomial test of an even split, which both tests above are.
enum BinomialSignTest {
    /// Probability of a split at least as uneven as `first` to `second` where either side is as
    /// likely as the other; 1 if nothing was counted. The relative error is below 1e-10 up to
    /// 1e6 counts.
    static func pValue(_ first: Int, _ second: Int) -> Double {
        let (few, count) = (min(first, second), first + second)
        guard few < count - few else { return 1 }
        let n = Double(count)
        let logMost =
            GammaFunctions.logGamma(n + 1) - GammaFunctions.logGamma(Double(few) + 1)
            - GammaFunctions.logGamma(n - Double(few) + 1) - n * log(2)
        // Terms decrease from the largest, so the sum ends when they add nothing.
        var term = 1.0
        var sum = 1.0
        for k in stride(from: few, to: 0, by: -1) where term > 1e-18 {
            term *= Double(k) / Double(count - k + 1)
            sum += term
        }
        return min(1, 2 * exp(logMost) * sum)
    }
}
