import Foundation
import Spelling

/// A pair of images, with a label that says whether they show the same person.
public struct VerificationPair: Codable, Sendable, Hashable {
    /// Index of one image in its test set, which is also its row in a table of embeddings.
    public var first: Int
    /// Index of the other image.
    public var second: Int
    /// Whether both show the same person.
    public var same: Bool
    /// Fold of the protocol, from 0.
    public var fold: Int

    /// Creates a pair of image indices.
    public init(first: Int, second: Int, same: Bool, fold: Int) {
        self.first = first
        self.second = second
        self.same = same
        self.fold = fold
    }
}

/// Pairs of images, with labels that say whether they show the same person.
public struct VerificationPairs: Sendable {
    /// The images of the pairs, in their order in the list or file.
    public let source: any ImageSource
    /// The images' names, in the source's order.
    public let images: [String]
    /// The pairs, sorted by fold.
    public let pairs: [VerificationPair]
    /// Number of folds.
    public let folds: Int
    /// Warnings about the files, such as missing folds in a list.
    public var warnings: [String]

    /// Creates pairs of the images of a source.
    public init(
        source: any ImageSource, pairs: [VerificationPair], folds: Int, warnings: [String] = []
    ) {
        self.source = source
        images = (0..<source.count).map(source.name(of:))
        self.pairs = pairs
        self.folds = folds
        self.warnings = warnings
    }

    /// A subset with equally many pairs from all folds and of both kinds: the first ones of each.
    ///
    /// - Parameter count: The number of pairs, rounded to equal parts of at least one pair per kind
    ///   and fold; all pairs if it is 0 or too large.
    public func subset(_ count: Int) -> VerificationPairs {
        guard count > 0, count < pairs.count else { return self }
        let quota = max(1, count / (2 * folds))
        var taken: [VerificationPair: Int] = [:]
        let chosen = pairs.filter { pair in
            let kind = VerificationPair(first: 0, second: 0, same: pair.same, fold: pair.fold)
            taken[kind, default: 0] += 1
            return taken[kind, default: 0] <= quota
        }
        let used = Set(chosen.flatMap { [$0.first, $0.second] }).sorted()
        let index = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
        return VerificationPairs(
            source: SelectedImages(used, of: source),
            pairs: chosen.compactMap { pair in
                guard let first = index[pair.first], let second = index[pair.second] else {
                    return nil
                }
                return VerificationPair(
                    first: first, second: second, same: pair.same, fold: pair.fold)
            }, folds: folds, warnings: warnings)
    }

    /// A lower estimate of the number of people: the number of names or, without names, that of
    /// images divided by 2.
    package var minPeople: Int {
        let named = identities.count
        return named > 0 ? named : images.count / 2
    }

    /// Folds for pairs that have none: consecutive runs, the first of which have one more pair if
    /// the number is not divisible, as in scikit-learn's `KFold`, which insightface uses.
    ///
    /// - Parameters:
    ///   - count: Number of pairs.
    ///   - folds: Number of folds; reduced to the number of pairs.
    package static func consecutiveFolds(_ count: Int, folds: Int = 10) -> (of: [Int], count: Int) {
        let folds = max(1, min(folds, count))
        let indices = (0..<folds).flatMap { fold in
            repeatElement(fold, count: count / folds + (fold < count % folds ? 1 : 0))
        }
        return (indices, folds)
    }

    /// The same pairs in another number of consecutive folds.
    ///
    /// - Parameter folds: Number of folds, at least 1; reduced to the number of pairs.
    public func withConsecutiveFolds(_ folds: Int) -> VerificationPairs {
        let indices = Self.consecutiveFolds(pairs.count, folds: folds)
        return VerificationPairs(
            source: source,
            pairs: zip(pairs, indices.of).map { pair, fold in
                VerificationPair(
                    first: pair.first, second: pair.second, same: pair.same, fold: fold)
            }, folds: indices.count)
    }

    /// A sentence if the folds differ from those that readers of a verification pack, which stores
    /// none, will assume; otherwise nil.
    public var packWarning: String? {
        let read = Self.consecutiveFolds(pairs.count)
        guard read.of != pairs.map(\.fold) else { return nil }
        return
            "a .bin stores no folds; its reader will take \(counted(read.count, "consecutive run")) of its "
            + "\(counted(pairs.count, "pair")) instead of the \(counted(folds, "fold")) of the list; facet data unpack "
            + "and a list of pairs keep them"
    }
}
