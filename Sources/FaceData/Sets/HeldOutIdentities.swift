import SafeNumbers
import SeededRandom

/// Identities held out from a training set, and pairs of their images, for selecting models without
/// a test set.
public struct HeldOutIdentities: Sendable {
    /// The set without them, with labels renumbered.
    public let train: LabelledImageSet
    /// Pairs of their images, half of them matching, in folds that share no people.
    public let pairs: VerificationPairs
    /// Their names, ascending.
    public let identities: [String]

    /// The fewest identities that can be held out: two folds of two people.
    public static let minIdentities = 4

    /// Holds out a fraction of the identities that have at least two images.
    ///
    /// The choice depends only on the set: it is the same for every loss and every seed.
    ///
    /// - Parameters:
    ///   - fraction: Fraction of all identities; above 0 and at most 1/2.
    ///   - maxPairs: The most pairs that are drawn; there may be fewer if there are few images.
    /// - Returns: `nil` if fewer than ``minIdentities`` identities would be held out, or too few
    ///   have two images.
    public init?(of set: LabelledImageSet, fraction: Double, maxPairs: Int) {
        let images = Dictionary(grouping: set.labels.indices) { set.labels[$0] }
        let usable = set.identities.indices.filter { images[$0]?.count ?? 0 > 1 }
        let wanted = Int(saturating: (fraction * Double(set.identities.count)).rounded())
        guard wanted >= Self.minIdentities, usable.count > wanted else { return nil }
        var stream = SeededRandom(seed: 0, "held-out identities")
        let chosen = stream.shuffled(usable).prefix(wanted).sorted()
        let names = chosen.map { set.identities[$0] }
        let people = chosen.map { images[$0] ?? [] }
        guard let pairs = Self.pairs(of: people, in: set, maxPairs, &stream) else { return nil }
        let held = Set(people.joined())
        train = set.removing(held)
        self.pairs = pairs
        identities = names
    }

    /// Draws equally many matching and non-matching pairs in each fold, without repetition.
    private static func pairs(
        of people: [[Int]], in set: LabelledImageSet, _ limit: Int,
        _ stream: inout SeededRandom
    ) -> VerificationPairs? {
        let folds = min(10, people.count / 2)
        let groups = (0..<folds).map { fold in
            Array(people[fold * people.count / folds..<(fold + 1) * people.count / folds])
        }
        let possible = groups.map { min(Self.samePairs($0), Self.differentPairs($0)) }
        let each = max(1, min(limit / (2 * folds), possible.min() ?? 0))
        let images = people.flatMap { $0 }
        let index = Dictionary(uniqueKeysWithValues: zip(images, images.indices))
        var pairs: [VerificationPair] = []
        for (fold, group) in groups.enumerated() {
            for isSame in [true, false] {
                for (first, second) in draw(each, from: group, same: isSame, &stream) {
                    guard let first = index[first], let second = index[second] else { return nil }
                    pairs.append(
                        VerificationPair(
                            first: first, second: second, same: isSame, fold: fold))
                }
            }
        }
        return VerificationPairs(
            source: SelectedImages(images, of: set.source), pairs: pairs, folds: folds)
    }

    private static func samePairs(_ group: [[Int]]) -> Int {
        group.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 }
    }

    private static func differentPairs(_ group: [[Int]]) -> Int {
        let all = group.reduce(0) { $0 + $1.count }
        return (all * all - group.reduce(0) { $0 + $1.count * $1.count }) / 2
    }

    /// Draws distinct pairs of one kind. People take turns, so that those with many images do not
    /// dominate.
    private static func draw(
        _ count: Int, from group: [[Int]], same: Bool, _ stream: inout SeededRandom
    ) -> [(Int, Int)] {
        var seen: Set<[Int]> = []
        var pairs: [(Int, Int)] = []
        var turn = 0
        while pairs.count < count {
            let first = group[turn % group.count]
            let other = (turn + 1 + stream.below(group.count - 1)) % group.count
            turn += 1
            let second = same ? first : group[other]
            let pair = [first[stream.below(first.count)], second[stream.below(second.count)]]
            guard pair[0] != pair[1], seen.insert(pair.sorted()).inserted else { continue }
            pairs.append((pair[0], pair[1]))
        }
        return pairs
    }
}
