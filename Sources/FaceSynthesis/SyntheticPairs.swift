import SeededRandom

/// The pairs of a synthetic test set, in LFW's order and format.
public struct SyntheticPairs: Sendable, Hashable {
    /// Two images by identity (from 0 within the set) and number (from 1).
    public struct Pair: Sendable, Hashable {
        /// Identity of the first image.
        public let first: Int
        /// Number of the first image.
        public let firstImage: Int
        /// Identity of the second image; the same as `first` in a matched pair.
        public let second: Int
        /// Number of the second image.
        public let secondImage: Int

        /// Whether both show the same person.
        public var isMatched: Bool { first == second }
    }

    /// Pairs of one fold.
    public struct Fold: Sendable, Hashable {
        /// Pairs of one person.
        public let matched: [Pair]
        /// Pairs of two persons.
        public let mismatched: [Pair]
    }

    /// The folds of the protocol.
    public let folds: [Fold]

    /// Draws the pairs of a planned set; none if it has no protocol.
    public init(_ plan: SyntheticPlan) {
        guard let pairs = plan.set.pairs else {
            folds = []
            return
        }
        let counts = plan.folders.map(\.count)
        folds = (0..<pairs.folds).map { fold in
            let range = Self.identities(of: fold, folds: pairs.folds, count: counts.count)
            var stream = SeededRandom(
                seed: plan.set.seed, "pairs", UInt64(plan.set.firstIdentity), UInt64(fold))
            return Fold(
                matched: Self.matched(range, counts, pairs.pairsPerFold, &stream),
                mismatched: Self.mismatched(range, counts, pairs.pairsPerFold, &stream))
        }
    }

    /// The identities of a fold; folds share none.
    static func identities(of fold: Int, folds: Int, count: Int) -> Range<Int> {
        fold * count / folds..<(fold + 1) * count / folds
    }

    /// The number of distinct pairs that the smallest fold of a set can have at least.
    ///
    /// Counts are shuffled when a set is planned, so this assumes the worst case, the identities
    /// with the fewest images.
    static func capacity(of set: SyntheticSet, folds: Int) -> (same: Int, different: Int) {
        let counts = set.imagesPerIdentity.counts(identities: set.identities)
        let least = counts.suffix(max(set.identities / folds, 0))
        let total = least.reduce(0, +)
        let same = least.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
        return (same, total * (total - 1) / 2 - same)
    }

    private static func matched(
        _ range: Range<Int>, _ counts: [Int], _ wanted: Int, _ stream: inout SeededRandom
    ) -> [Pair] {
        var all = range.flatMap { identity in
            (1...counts[identity]).flatMap { i in
                (1...counts[identity]).filter { $0 > i }.map { j in
                    Pair(first: identity, firstImage: i, second: identity, secondImage: j)
                }
            }
        }
        stream.shuffle(&all)
        return sorted(all.prefix(wanted))
    }

    private static func mismatched(
        _ range: Range<Int>, _ counts: [Int], _ wanted: Int, _ stream: inout SeededRandom
    ) -> [Pair] {
        var chosen = Set<Pair>()
        while chosen.count < wanted {
            let one = range.lowerBound + stream.below(range.count)
            let other = range.lowerBound + stream.below(range.count)
            let image = 1 + stream.below(counts[min(one, other)])
            let otherImage = 1 + stream.below(counts[max(one, other)])
            guard one != other else { continue }
            chosen.insert(
                Pair(
                    first: min(one, other), firstImage: image, second: max(one, other),
                    secondImage: otherImage))
        }
        return sorted(chosen)
    }

    private static func sorted(_ pairs: some Sequence<Pair>) -> [Pair] {
        pairs.sorted {
            ($0.first, $0.firstImage, $0.second, $0.secondImage)
                < ($1.first, $1.firstImage, $1.second, $1.secondImage)
        }
    }

    /// The content of `pairs.txt`: a header of folds and pairs, then for each fold the matched
    /// pairs (`name i j`) and the mismatched pairs (`name i name j`), separated by tabs.
    public func text(_ plan: SyntheticPlan) -> String {
        let count = folds.first?.matched.count ?? 0
        var lines = ["\(folds.count)\t\(count)"]
        for fold in folds {
            lines += fold.matched.map {
                "\(plan.name(of: $0.first))\t\($0.firstImage)\t\($0.secondImage)"
            }
            lines += fold.mismatched.map {
                "\(plan.name(of: $0.first))\t\($0.firstImage)\t"
                    + "\(plan.name(of: $0.second))\t\($0.secondImage)"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
