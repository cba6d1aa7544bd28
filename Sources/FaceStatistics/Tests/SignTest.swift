/// The exact sign test: in how many seeds one loss is ahead.
///
/// It needs nothing but the signs, and therefore many seeds: with 5, the smallest possible
/// probability is 1/16.
public struct SignTest: Sendable, Hashable {
    /// Seeds with a difference above zero.
    public let positive: Int
    /// Seeds with a difference below zero.
    public let negative: Int

    /// Counts signs; differences of zero do not count.
    public init(_ differences: [Double]) {
        positive = differences.count { $0 > 0 }
        negative = differences.count { $0 < 0 }
    }

    /// Exact two-sided probability of counts at least as uneven; 1 where there is no sign.
    public var pValue: Double { FairCoin.twoSidedPValue(positive, negative) }
}
