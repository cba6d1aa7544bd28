/// The pairs of a test set as a statistical design: folds, kinds, and which pairs share people.
///
/// A quantity of a test set is the mean over its folds of the means of their pairs, which is what
/// the accuracy of LFW's protocol is.
public struct PairDesign: Sendable, Hashable {
    /// Fold of each pair, numbered from 0 without gaps.
    public let folds: [Int]
    /// The two people of each pair, numbered from 0 without gaps; equal where they are the same.
    public let people: [People]
    /// Weight of each pair in the quantity; they add up to 1.
    let weights: [Double]
    /// Number of folds.
    public let foldCount: Int
    /// Number of people.
    public let peopleCount: Int

    /// The two people of a pair.
    public struct People: Sendable, Hashable {
        /// Index of one person.
        public let first: Int
        /// The other; equal to the first for a pair of one person.
        public let second: Int

        /// Names two people, the smaller number first.
        init(_ first: Int, _ second: Int) {
            (self.first, self.second) = first < second ? (first, second) : (second, first)
        }

        /// Whether both images are of one person.
        var isSame: Bool { first == second }
    }

    /// A pair of images of a protocol.
    public struct ImagePair: Sendable {
        let fold: Int
        let people: (String, String)

        /// Names the two people of a pair. If the owners do not distinguish two people, the images' names
        /// are used instead.
        ///
        /// - Parameters:
        ///   - fold: The pair's fold, any number.
        ///   - same: Whether both images show one person.
        ///   - owners: Names of the people, as far as known.
        ///   - images: Names of the images.
        public init(
            fold: Int, same: Bool, owners: (String, String), images: (String, String)
        ) {
            self.fold = fold
            people =
                same
                ? (owners.0, owners.0) : owners.0 == owners.1 ? images : owners
        }
    }

    /// Describes pairs of images.
    ///
    /// - Throws: ``FaceStatisticsError/tooFew(what:found:needed:)`` without pairs.
    public init(_ pairs: some Sequence<ImagePair>) throws(FaceStatisticsError) {
        let pairs = Array(pairs)
        try self.init(folds: pairs.map(\.fold), people: pairs.map(\.people))
    }

    /// Describes pairs.
    ///
    /// - Parameters:
    ///   - folds: Fold of each pair, any numbers.
    ///   - people: Names of the two people of each pair, equal where they are the same person.
    /// - Throws: ``FaceStatisticsError/tooFew(what:found:needed:)`` without pairs,
    ///   ``FaceStatisticsError/differentCounts(expected:found:)`` for lists of different lengths.
    public init(folds: [Int], people: [(String, String)]) throws(FaceStatisticsError) {
        guard !folds.isEmpty else { throw .tooFew(what: "pairs", found: 0, needed: 1) }
        guard people.count == folds.count else {
            throw .differentCounts(expected: folds.count, found: people.count)
        }
        let foldNumbers = Self.numbered(folds)
        let names = Self.numbered(people.flatMap { [$0.0, $0.1] })
        self.folds = foldNumbers.indices
        self.people = people.indices.map {
            People(names.indices[2 * $0], names.indices[2 * $0 + 1])
        }
        foldCount = foldNumbers.count
        peopleCount = names.count
        var sizes = [Int](repeating: 0, count: foldCount)
        for fold in self.folds { sizes[fold] += 1 }
        weights = self.folds.map { 1 / Double(sizes.count * sizes[$0]) }
    }

    /// Number of pairs.
    public var count: Int { folds.count }

    /// The quantity: the mean over the folds of the means of their pairs.
    public func mean(_ values: [Double]) -> Double {
        zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The quantity of each fold.
    public func foldMeans(_ values: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: foldCount)
        for ((fold, weight), value) in zip(zip(folds, weights), values) {
            sums[fold] += weight * value
        }
        return sums.map { $0 * Double(foldCount) }
    }

    /// Numbers keys in the order of their first appearance.
    private static func numbered<Key: Hashable>(
        _ keys: [Key]
    ) -> (indices: [Int], count: Int) {
        var numbers: [Key: Int] = [:]
        let indices = keys.map { key in
            let number = numbers[key] ?? numbers.count
            numbers[key] = number
            return number
        }
        return (indices, numbers.count)
    }
}
