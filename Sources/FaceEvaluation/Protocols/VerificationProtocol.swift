import FaceStatistics
public import FaceData

/// How one system turns embeddings and pairs into an accuracy: how it uses the mirror image,
/// what it calls a score, how it chooses the threshold, and which spread it reports.
///
/// They look similar, but their differences change published accuracies by some tenths of a percent.
/// ``all`` lists every known one; all can be computed from one set of embeddings.
public struct VerificationProtocol: Sendable, Hashable {
    /// Over which pairs the threshold is chosen and evaluated.
    public enum Split: Sendable, Hashable {
        /// Chosen and evaluated on all pairs at once.
        case allPairs
        /// Chosen on all folds but one and evaluated on that one, for each fold.
        case folds
    }

    /// The number that a system prints after its accuracy.
    public enum Spread: String, Codable, Sendable, CaseIterable {
        case none
        /// Population standard deviation of the folds' accuracies (divisor: folds).
        case standardDeviation
        /// Standard error of their mean: sample standard deviation over the root of their number.
        case standardError

        /// Name of the number in a table; empty for none.
        public var title: String {
            switch self {
            case .none: ""
            case .standardDeviation: "standard deviation"
            case .standardError: "standard error"
            }
        }
    }

    /// Name on the command line and in files.
    public let name: String
    /// Name in a table.
    public let title: String
    /// Why its accuracy differs from the others', as a sentence.
    public let difference: String
    /// How it combines the embeddings of an image and of its mirror image.
    public let fusion: ViewFusion
    /// Whether the mean of the training folds is subtracted before scoring.
    public let subtractsMean: Bool
    /// The measure used as the score.
    public let measure: PairMeasure
    /// Whether scores are rounded to single precision, as in a float32 array.
    let roundsScores: Bool
    /// How it chooses the threshold.
    public let rule: ThresholdRule
    /// The rule by which the threshold accepts scores.
    public let decision: ThresholdDecision
    /// The pairs on which it chooses and evaluates.
    public let split: Split
    /// The spread it reports.
    public let spread: Spread

    init(
        _ name: String, title: String, fusion: ViewFusion, subtractsMean: Bool = false,
        measure: PairMeasure, roundsScores: Bool = false, rule: ThresholdRule,
        decision: ThresholdDecision, split: Split = .folds, spread: Spread,
        difference: String
    ) {
        self.name = name
        self.title = title
        self.difference = difference
        self.fusion = fusion
        self.subtractsMean = subtractsMean
        self.measure = measure
        self.roundsScores = roundsScores
        self.rule = rule
        self.decision = decision
        self.split = split
        self.spread = spread
    }

    /// Whether the threshold is chosen on the pairs it is evaluated on, so that accuracy is optimistic.
    public var isOptimistic: Bool {
        if case .fixed = rule { return false }
        return split == .allPairs
    }

    /// Evaluates embeddings on pairs.
    ///
    /// - Parameters:
    ///   - views: Embeddings as the network emits them.
    ///   - pairs: The test set.
    ///   - folds: How it is split, where the protocol splits it.
    ///   - failed: Rows of images that could not be used, whose pairs are never accepted.
    /// - Returns: Nil where the protocol is not defined on these pairs, e.g. pairs of one kind only.
    /// - Throws: A ``FaceEvaluationError`` for no pairs, fewer pairs than folds, a pair that names
    ///   no row, and embeddings without a direction.
    public func evaluate(
        _ views: EmbeddingViews, pairs: [VerificationPair],
        folds: FoldAssignment = .contiguous(10), failed: Set<Int> = []
    ) throws -> ProtocolResult? {
        guard !pairs.isEmpty else { throw FaceEvaluationError.noPairs }
        if name == Self.insightFace.name {
            // Uses the same implementation, so that tables do not differ by rounding.
            let scores = try views.normalizedSum().scores(of: pairs, failed: failed)
            let result = try InsightFaceProtocol(folds: folds).evaluate(scores)
            return ProtocolResult(of: self, folds: result.folds)
        }
        let assignment =
            split == .folds ? try folds.folds(of: pairs) : Array(repeating: 0, count: pairs.count)
        let geometry = try PairGeometry(
            of: views, fused: fusion, pairs: pairs, folds: subtractsMean ? assignment : nil,
            failed: failed)
        var evaluated: [FoldAccuracy] = []
        for fold in 0..<((assignment.max() ?? 0) + 1) {
            let scores = pairs.indices.map { pair in
                (score: score(geometry.products(pair, fold: fold)), same: pairs[pair].same)
            }
            guard let result = foldAccuracy(scores, assignment, fold) else { return nil }
            evaluated.append(result)
        }
        return ProtocolResult(of: self, folds: evaluated)
    }

    private func score(_ products: PairGeometry.Products) -> Double {
        let score = measure.score(products)
        return roundsScores ? Double(Float(score)) : score
    }

    private func foldAccuracy(
        _ scores: [(score: Double, same: Bool)], _ folds: [Int], _ fold: Int
    ) -> FoldAccuracy? {
        let isSplit = folds.contains { $0 != fold }
        let train = isSplit ? scores.indices.filter { folds[$0] != fold } : Array(scores.indices)
        let test = scores.indices.filter { folds[$0] == fold }
        let seen = SortedScores(train.map { scores[$0] })
        guard let threshold = rule.threshold(for: seen), !test.isEmpty else { return nil }
        let right = test.count { index in
            decision.isCorrect(scores[index].score, same: scores[index].same, threshold: threshold)
        }
        return FoldAccuracy(
            pairs: test.count, threshold: threshold,
            accuracy: Double(right) / Double(test.count))
    }
}

/// Result of one protocol.
public struct ProtocolResult: Codable, Sendable, Hashable {
    /// Name of the protocol.
    public let name: String
    /// Mean of the folds' accuracies; 0...1.
    public let accuracy: Double
    /// The spread that the system reports; nil if it reports none.
    public let spread: Double?
    /// The kind of measure that ``spread`` is.
    public let spreadKind: VerificationProtocol.Spread
    /// Mean of the folds' thresholds, in ``measure``.
    public let threshold: Double
    /// The unit of the threshold.
    public let measure: PairMeasure
    /// The cosine that is equivalent to the threshold; nil if a mean was subtracted, since it then is
    /// not a cosine of the original embeddings.
    public let cosine: Double?
    /// Whether the threshold was chosen on the pairs it is evaluated on.
    public let isOptimistic: Bool
    /// Each fold's accuracy and threshold.
    public let folds: [FoldAccuracy]

    init(of rule: VerificationProtocol, folds: [FoldAccuracy]) {
        let accuracies = Summary(folds.map(\.accuracy))
        name = rule.name
        accuracy = accuracies?.mean ?? 0
        spreadKind = rule.spread
        spread = accuracies.flatMap { Self.spread(rule.spread, $0) }
        threshold = Summary(folds.map(\.threshold))?.mean ?? 0
        measure = rule.measure
        cosine = rule.subtractsMean ? nil : rule.measure.cosine(of: threshold)
        isOptimistic = rule.isOptimistic
        self.folds = folds
    }

    private static func spread(
        _ kind: VerificationProtocol.Spread, _ accuracies: Summary
    ) -> Double? {
        switch kind {
        case .none: nil
        case .standardDeviation: accuracies.populationStandardDeviation
        case .standardError: accuracies.standardError
        }
    }
}
