/// McNemar's exact test: whether two models decide equally well on the same pairs (McNemar 1947).
///
/// Only the pairs that one model gets right and the other wrong count. Without a difference each of
/// them falls to either side like a fair coin. The test is about the two models at hand; it says
/// nothing of models trained from other seeds.
public struct McNemarTest: Sendable, Hashable {
    /// Pairs that only the first model gets right.
    public let firstOnly: Int
    /// Pairs that only the second model gets right.
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

    /// Exact two-sided probability of counts at least as uneven; 1 where the models agree.
    public var pValue: Double { FairCoin.twoSidedPValue(firstOnly, secondOnly) }
}
