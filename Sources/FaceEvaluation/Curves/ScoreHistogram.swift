import SafeNumbers

/// How the distances of both kinds of pairs are distributed over 0...4.
public struct ScoreHistogram: Codable, Sendable, Hashable {
    /// Largest squared L2 distance two normalised vectors can have.
    public static let maximum = 4.0

    /// Pairs of the same person, one count per bin.
    public let positives: [Int]
    /// Pairs of different people, one count per bin.
    public let negatives: [Int]

    /// Counts pairs in bins of equal width.
    ///
    /// A bin includes its lower edge but not its upper one; distances of 4 and, by rounding, just above are
    /// in the last bin. `bins` is at least 1.
    ///
    /// - Throws: ``FaceEvaluationError/noPairs`` or
    ///   ``FaceEvaluationError/notADistance(pair:value:)``.
    public init(of pairs: [ScoredPair], bins: Int = 80) throws {
        try pairs.requireDistances()
        let bins = max(bins, 1)
        var counts = [true: [Int](repeating: 0, count: bins)]
        counts[false] = counts[true]
        for pair in pairs {
            let position = Double(pair.distance) / Self.maximum * Double(bins)
            counts[pair.same]?[Int(saturating: min(position, Double(bins - 1)))] += 1
        }
        positives = counts[true] ?? []
        negatives = counts[false] ?? []
    }

    /// Width of a bin, in squared L2.
    public var binWidth: Double { Self.maximum / Double(positives.count) }
}
