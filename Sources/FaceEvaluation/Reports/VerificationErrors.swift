/// The pairs that a protocol misclassifies, the worst first.
public struct VerificationErrors: Codable, Sendable, Hashable {
    /// A misclassified pair.
    public struct Entry: Codable, Sendable, Hashable {
        /// Index of the pair in the test set.
        public let pair: Int
        /// Squared L2 distance of the normalised embeddings.
        public let distance: Float
        /// The threshold of the pair's fold, a squared L2 distance.
        public let threshold: Double

        /// Cosine of the angle between the embeddings.
        public var cosine: Double { ScoredPair.cosine(squaredDistance: Double(distance)) }
    }

    /// Pairs of different people taken for the same person, the smallest distance first.
    public let falseAccepts: [Entry]
    /// Pairs of the same person taken for different people, the largest distance first.
    public let falseRejects: [Entry]

    /// Finds the misclassified pairs of an accuracy: each pair is evaluated with its own fold's
    /// threshold.
    ///
    /// - Parameters:
    ///   - pairs: Scored pairs, in the order they were evaluated in.
    ///   - rule: The protocol that evaluated them.
    /// - Throws: As ``InsightFaceProtocol/accuracy(of:)``.
    public init(of pairs: [ScoredPair], by rule: InsightFaceProtocol = InsightFaceProtocol()) throws
    {
        let thresholds = try rule.accuracy(of: pairs).folds.map(\.threshold)
        let folds = try rule.folds.folds(of: pairs)
        let wrong = pairs.indices.filter { index in
            (Double(pairs[index].distance) < thresholds[folds[index]]) != pairs[index].same
        }.map { index in
            Entry(
                pair: index, distance: pairs[index].distance, threshold: thresholds[folds[index]])
        }
        falseAccepts = wrong.filter { !pairs[$0.pair].same }
            .sorted { ($0.distance, $0.pair) < ($1.distance, $1.pair) }
        falseRejects = wrong.filter { pairs[$0.pair].same }
            .sorted { (-$0.distance, $0.pair) < (-$1.distance, $1.pair) }
    }

    /// Number of misclassified pairs.
    public var count: Int { falseAccepts.count + falseRejects.count }
}
