import Foundation
import SeededRandom
import Spelling

/// Draws a verification protocol from a set of labelled images.
///
/// As in LFW's View 2, folds share no people, and each has equally many matching and non-matching
/// pairs.
public struct PairDraw: Sendable {
    /// Number of folds.
    public var folds: Int
    /// Number of pairs of each kind in a fold.
    public var each: Int
    /// Seed of the draw.
    public var seed: UInt64

    /// Prepares a draw of `each` matching and `each` non-matching pairs per fold.
    public init(folds: Int = 10, each: Int = 300, seed: UInt64 = 1) {
        (self.folds, self.each, self.seed) = (folds, each, seed)
    }

    /// Draws distinct pairs.
    ///
    /// - Throws: ``FaceDataError/draw(path:reason:)`` if a fold's people have too few pairs.
    public func pairs(of set: LabelledImageSet) throws(FaceDataError) -> VerificationPairs {
        var stream = SeededRandom(seed: seed, "pairs")
        let members = Array(
            Dictionary(grouping: set.labels.indices) { set.labels[$0] }.sorted { $0.key < $1.key }
                .map(\.value))
        let people = stream.shuffled(Array(members.indices))
        var chosen: [(Int, Int, Bool, Int)] = []
        for fold in 0..<folds {
            let own = stride(from: fold, to: people.count, by: folds).map { members[people[$0]] }
            for same in [true, false] {
                guard let drawn = draw(own, same: same, &stream) else {
                    throw .draw(
                        path: set.location.path,
                        reason:
                            "it has \(counted(people.count, "identity", "identities")), and the "
                            + "\(own.count) of a fold cannot make \(counted(each, "pair")) of "
                            + (same ? "one person" : "two people")
                            + "; ask for fewer folds, or fewer pairs in each")
                }
                chosen += drawn.map { ($0.0, $0.1, same, fold) }
            }
        }
        return collected(chosen, set)
    }

    /// Draws distinct pairs; nil if there are not enough.
    private func draw(
        _ people: [[Int]], same: Bool, _ stream: inout SeededRandom
    ) -> [(Int, Int)]? {
        let people = same ? people.filter { $0.count > 1 } : people
        guard people.count >= (same ? 1 : 2), Self.limit(people, same: same, atLeast: each) else {
            return nil
        }
        var seen = Set<[Int]>()
        var pairs: [(Int, Int)] = []
        while pairs.count < each {
            let person = stream.below(people.count)
            let other = same ? person : (person + 1 + stream.below(people.count - 1)) % people.count
            let first = people[person][stream.below(people[person].count)]
            let second = people[other][stream.below(people[other].count)]
            guard first != second, seen.insert([min(first, second), max(first, second)]).inserted
            else { continue }
            pairs.append((first, second))
        }
        return pairs
    }

    /// Whether people have at least as many pairs as requested.
    private static func limit(_ people: [[Int]], same: Bool, atLeast each: Int) -> Bool {
        var (pairs, before) = (0, 0)
        for person in people {
            pairs += same ? person.count * (person.count - 1) / 2 : before * person.count
            before += person.count
            if pairs >= 2 * each { return true }
        }
        return pairs >= each && pairs > 0
    }

    private func collected(
        _ chosen: [(Int, Int, Bool, Int)], _ set: LabelledImageSet
    ) -> VerificationPairs {
        var images = UsedImages()
        var pairs: [VerificationPair] = []
        for (first, second, same, fold) in chosen {
            pairs.append(
                VerificationPair(
                    first: images.index(of: first), second: images.index(of: second), same: same,
                    fold: fold))
        }
        return VerificationPairs(
            source: SelectedImages(images.used, of: set.source), pairs: pairs, folds: folds)
    }

    /// Numbers the images of pairs in order of appearance.
    private struct UsedImages {
        private(set) var used: [Int] = []
        private var indices: [Int: Int] = [:]

        mutating func index(of image: Int) -> Int {
            if let index = indices[image] { return index }
            indices[image] = used.count
            used.append(image)
            return used.count - 1
        }
    }
}
