public import FaceData
import Spelling

/// All results of one model on one set of pairs.
///
/// No number is NaN: values that a test set does not define are nil, and ``warnings`` says why.
public struct VerificationReport: Codable, Sendable, Hashable {
    /// False acceptance rates of ``operatingPoints`` by default.
    public static let defaultFARs = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

    /// Number of evaluated pairs.
    public let pairs: Int
    /// Number of pairs of the same person.
    public let positives: Int
    /// Mean L2 norm of the embeddings before normalisation; nil if it was not given.
    public let meanNorm: Double?
    /// Accuracy, and TAR at FAR, over folds.
    public let insightFace: InsightFaceResult
    /// The curve, thinned for drawing; nil if all pairs are of one kind.
    public let roc: ROCCurve?
    /// The best accuracy a single threshold reaches on all pairs; nil without a curve.
    public let bestAccuracy: BestAccuracy?
    /// Exact rates at chosen false acceptance rates; empty without a curve.
    public let operatingPoints: [OperatingPoint]
    /// Distribution of the distances.
    public let histogram: ScoreHistogram
    /// Warnings about the numbers, one sentence each.
    public let warnings: [String]

    /// Number of pairs of different people.
    public var negatives: Int { pairs - positives }

    /// Evaluates scored pairs.
    ///
    /// - Parameters:
    ///   - scores: The pairs, in the order of the test set.
    ///   - meanNorm: ``EmbeddingTable/meanNorm(of:)`` of the embeddings the scores come from.
    ///   - rule: How accuracy is measured.
    ///   - fars: False acceptance rates to state the true acceptance rate for.
    ///   - curvePoints: Maximum number of points of ``roc``.
    /// - Throws: A ``FaceEvaluationError`` if there are no pairs, fewer pairs than folds, a
    ///   distance that is invalid, or a rate outside 0...1.
    public init(
        of scores: [ScoredPair], meanNorm: Double? = nil,
        rule: InsightFaceProtocol = InsightFaceProtocol(),
        fars: [Double] = VerificationReport.defaultFARs, curvePoints: Int = 400
    ) throws {
        insightFace = try rule.evaluate(scores)
        pairs = scores.count
        positives = scores.count(where: \.same)
        self.meanNorm = meanNorm
        let hasBothKinds = positives > 0 && positives < scores.count
        let curve = hasBothKinds ? try ROCCurve(of: scores) : nil
        bestAccuracy = curve?.bestAccuracy
        operatingPoints = try fars.compactMap { try curve?.operatingPoint(atFAR: $0) }
        roc = curve?.thinned(to: curvePoints)
        histogram = try ScoreHistogram(of: scores)
        warnings =
            [
                ScoreWarnings.tooFewPairs(pairs),
                ScoreWarnings.collapse(distances: scores.map(\.distance), meanNorm: meanNorm),
            ].compactMap { $0 }
            + Self.warnings(positives: positives, of: pairs, points: operatingPoints)
    }

    /// Evaluates the embeddings of images and of their mirror images, un-normalised, on pairs.
    ///
    /// - Throws: As ``init(of:meanNorm:rule:fars:curvePoints:)``, and for embeddings without a
    ///   direction and pairs without a row.
    public init(
        original: EmbeddingTable, mirrored: EmbeddingTable, pairs: [VerificationPair],
        rule: InsightFaceProtocol = InsightFaceProtocol()
    ) throws {
        let scores = try original.normalizedSum(with: mirrored).scores(of: pairs)
        try self.init(
            of: scores, meanNorm: try EmbeddingTable.meanNorm(of: [original, mirrored]),
            rule: rule)
    }

    private static func warnings(
        positives: Int, of pairs: Int, points: [OperatingPoint]
    ) -> [String] {
        guard positives > 0, positives < pairs else {
            let kind = positives > 0 ? "the same person" : "different people"
            return [
                (pairs == 1 ? "The only pair shows" : "All \(counted(pairs, "pair")) show")
                    + " \(kind): accuracy can be had by always giving one answer, "
                    + "and ROC, AUC, EER and TAR at FAR are not defined."
            ]
        }
        let unsupported = points.filter { !$0.isSupported }
        guard let least = unsupported.first else { return [] }
        let rates = unsupported.map { OperatingPoint.text(ofRate: $0.targetFAR) }.joined(
            separator: ", ")
        let needed = least.negativesNeeded.map(grouped) ?? "infinitely many"
        return [
            counted(
                pairs - positives, "pair of different people is", "pairs of different people are")
                + " too few for TAR at FAR \(rates): "
                + "\(OperatingPoint.text(ofRate: least.targetFAR)) alone takes \(needed)."
        ]
    }
}
