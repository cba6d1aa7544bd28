/// Verification as insightface's `verification.py` does it.
///
/// Contiguous folds as scikit-learn's unshuffled `KFold` cuts them. The threshold of a fold is the
/// first of 0, 0.01, ..., 3.99 with the highest accuracy on the other folds; a pair counts as the
/// same person when its squared distance is strictly below it. The reported deviation is that of
/// the population of folds.
public struct InsightFaceProtocol: Sendable, Hashable {
    /// Number of folds; at least 2.
    public let folds: Int

    /// Creates the protocol.
    public init(folds: Int = 10) {
        self.folds = folds
    }

    /// Evaluates squared distances of normalised embeddings.
    ///
    /// - Parameters:
    ///   - distances: One a pair, 0...4, in the protocol's order.
    ///   - same: Whether a pair shows the same person.
    ///   - meanNorm: Reported as it is given.
    public func evaluate(
        distances: [Float], same: [Bool], meanNorm: Double = 0
    ) throws(FaceEvaluationError) -> VerificationResult {
        guard distances.count == same.count else {
            throw .count(what: "labels", expected: distances.count, found: same.count)
        }
        guard folds >= 2, distances.count >= folds else {
            throw .tooFewPairs(pairs: distances.count, folds: folds)
        }
        if let row = distances.firstIndex(where: { !$0.isFinite }) { throw .notFinite(row: row) }
        let roc = try ROC(distances: distances, same: same)
        let accuracy = ThresholdSweep(
            distances, same, folds: ranges(distances.count), count: 400, step: 0.01)
        let rates = ThresholdSweep(
            distances, same, folds: ranges(distances.count), count: 4000, step: 0.001)
        let results = accuracy.foldResults()
        return VerificationResult(
            accuracy: mean(results.map(\.accuracy)),
            standardDeviation: deviation(results.map(\.accuracy)),
            threshold: mean(results.map(\.threshold)), folds: results,
            tarAtFar1e3: rates.meanTrueAcceptRate(atFalseAcceptRate: 1e-3), auc: roc.auc,
            eer: roc.eer, meanNorm: meanNorm)
    }

    /// scikit-learn's folds: the first `count % folds` have one pair more.
    func ranges(_ count: Int) -> [Range<Int>] {
        var start = 0
        return (0..<folds).map { fold in
            let size = count / folds + (fold < count % folds ? 1 : 0)
            defer { start += size }
            return start..<start + size
        }
    }
}

/// What a protocol says of a set of scores.
public struct VerificationResult: Codable, Sendable, Hashable {
    /// One fold's threshold, chosen on the others, and its accuracy on this one.
    public struct Fold: Codable, Sendable, Hashable {
        /// Squared L2 distance.
        public var threshold: Double
        /// Share of the fold's pairs that are told right; 0...1.
        public var accuracy: Double
    }

    /// Mean accuracy of the folds; 0...1.
    public var accuracy: Double
    /// Population standard deviation of the folds' accuracies.
    public var standardDeviation: Double
    /// Mean threshold of the folds, in squared L2.
    public var threshold: Double
    /// The folds.
    public var folds: [Fold]
    /// Mean over the folds of the true acceptance rate at a false acceptance rate of 1e-3 chosen on
    /// the others.
    public var tarAtFar1e3: Double
    /// Area under the ROC curve of all pairs; 0...1.
    public var auc: Double
    /// Equal error rate of all pairs; 0...1.
    public var eer: Double
    /// Mean L2 norm of embeddings before normalisation.
    public var meanNorm: Double
}

func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

func deviation(_ values: [Double]) -> Double {
    let centre = mean(values)
    return mean(values.map { ($0 - centre) * ($0 - centre) }).squareRoot()
}
