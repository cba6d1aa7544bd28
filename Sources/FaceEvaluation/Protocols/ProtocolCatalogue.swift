public import FaceData

extension VerificationProtocol {
    /// All known protocols, the most common one first.
    public static let all = [
        insightFace, adaFace, faceNet, faceNetAngle, sphereFace, faceXZoo, openSphere,
        kerasInsightFace, deepFaceCosine, deepFaceDistance,
    ]

    /// insightface, `verification.py`; TFace, face.evoLVe and CVLface share it.
    public static let insightFace = VerificationProtocol(
        "insightface", title: "insightface", fusion: .sum, measure: .squaredDistance,
        roundsScores: true, rule: .grid(.hundredths), decision: .below,
        spread: .standardDeviation,
        difference: """
            The raw sum of both views, so that the view with the longer embedding weighs more; a \
            threshold a fold, chosen on the other nine on a grid of 0.01 squared L2.
            """)

    /// AdaFace, `fuse_features_with_norm`.
    public static let adaFace = VerificationProtocol(
        "adaface", title: "AdaFace", fusion: .normWeightedSum, measure: .squaredDistance,
        roundsScores: true, rule: .grid(.hundredths), decision: .below,
        spread: .standardDeviation,
        difference: """
            Unit vectors weighted with their norms are the raw sum again, so this is insightface's \
            number computed another way.
            """)

    /// facenet, `validate_on_lfw.py` without options.
    public static let faceNet = VerificationProtocol(
        "facenet", title: "facenet, metric 0", fusion: .original, measure: .squaredDistance,
        rule: .grid(.hundredths), decision: .below, spread: .standardDeviation,
        difference: """
            The image alone, without its mirror image, which costs what averaging two views gains; \
            otherwise as insightface.
            """)

    /// facenet, `validate_on_lfw.py` with the options of its published numbers.
    public static let faceNetAngle = VerificationProtocol(
        "facenet-angle", title: "facenet, metric 1", fusion: .unitConcatenation,
        subtractsMean: true, measure: .angle, rule: .grid(.hundredths), decision: .below,
        spread: .standardDeviation,
        difference: """
            Both unit views one after the other, less the mean of the training folds, which removes \
            what all faces share; the grid of 0.01 is in units of pi, 1.8 degrees, and so coarse \
            that it can cost a tenth of a percent.
            """)

    /// SphereFace, `evaluation.m`.
    public static let sphereFace = VerificationProtocol(
        "sphereface", title: "SphereFace", fusion: .concatenation, subtractsMean: true,
        measure: .cosine, rule: .meanOfBest(steps: 10_000), decision: .aboveTiesWrong,
        spread: .none,
        difference: """
            Both views one after the other, less the mean of the training folds; the threshold is \
            the mean of all best ones on a grid of 0.0001, the middle of a plateau and not its edge.
            """)

    /// FaceX-Zoo, `lfw_evaluator.py`.
    public static let faceXZoo = VerificationProtocol(
        "facex-zoo", title: "FaceX-Zoo", fusion: .original, measure: .cosine, roundsScores: true,
        rule: .widestGap(steps: 1000), decision: .aboveTiesWrong, spread: .standardError,
        difference: """
            The image alone; the threshold maximises TAR - FAR, which is accuracy only where both \
            kinds of pairs are equally many; what follows the accuracy is a standard error, about a \
            third of the others' standard deviation.
            """)

    /// OpenSphere, `get_results`.
    public static let openSphere = VerificationProtocol(
        "opensphere", title: "OpenSphere", fusion: .sum, measure: .cosine, rule: .bestScore,
        decision: .atLeast, split: .allPairs, spread: .none,
        difference: """
            One threshold, the best on the very pairs it is evaluated on: never below a threshold \
            chosen elsewhere, so optimistic.
            """)

    /// Keras_insightface, `evals.py`.
    public static let kerasInsightFace = VerificationProtocol(
        "keras-insightface", title: "Keras_insightface", fusion: .sum, measure: .cosine,
        rule: .bestTopNegative(fraction: 0.1), decision: .above, split: .allPairs, spread: .none,
        difference: """
            As OpenSphere, optimistic, but only the highest tenth of the scores of different people \
            are tried: right for a good network, too high a threshold for a weak one.
            """)

    /// deepface's threshold of its ArcFace network for the cosine distance, 0.68.
    public static let deepFaceCosine = VerificationProtocol(
        "deepface-cosine", title: "deepface, cosine 0.32", fusion: .original, measure: .cosine,
        rule: .fixed(1 - 0.68), decision: .atLeast, split: .allPairs, spread: .none,
        difference: """
            The image alone; nothing is chosen: the threshold is deepface's for its own ArcFace \
            network, and tells how far a borrowed threshold carries.
            """)

    /// deepface's threshold of its ArcFace network for the L2 distance of normalised embeddings.
    public static let deepFaceDistance = VerificationProtocol(
        "deepface-l2", title: "deepface, L2 1.13", fusion: .original, measure: .distance,
        rule: .fixed(1.13), decision: .atMost, split: .allPairs, spread: .none,
        difference: """
            The same network's threshold for normalised L2 is the cosine 0.36, not 0.32: two fixed \
            thresholds of one system that disagree.
            """)

    /// The protocol of a name.
    public static func named(_ name: String) -> VerificationProtocol? {
        all.first { $0.name == name }
    }
}

/// One set of embeddings evaluated by every protocol, side by side.
public struct ProtocolComparison: Codable, Sendable, Hashable {
    /// The result of each protocol, in the order of ``VerificationProtocol/all``; those that are
    /// undefined for the pairs are missing.
    public let results: [ProtocolResult]

    /// Evaluates embeddings by every protocol.
    ///
    /// - Parameters:
    ///   - views: Embeddings as the network emits them.
    ///   - pairs: The test set.
    ///   - folds: How it is split, where a protocol splits it.
    ///   - failed: Rows of images that could not be used, whose pairs are never accepted.
    /// - Throws: As ``VerificationProtocol/evaluate(_:pairs:folds:failed:)``, and for embeddings that are
    ///   not finite.
    public init(
        _ views: EmbeddingViews, pairs: [VerificationPair],
        folds: FoldAssignment = .contiguous(10), failed: Set<Int> = []
    ) throws {
        _ = try views.meanNorm()
        results = try VerificationProtocol.all.compactMap {
            try $0.evaluate(views, pairs: pairs, folds: folds, failed: failed)
        }
    }
}
