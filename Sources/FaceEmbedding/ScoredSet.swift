public import FaceData
public import FaceEvaluation
public import FaceRuns

/// A verification set whose images are embedded and whose pairs are scored: the only path from embeddings
/// to numbers, used for the epochs of a run and for the evaluation of a model.
public struct ScoredSet {
    /// Name of the test set.
    public let name: String
    /// Its images and pairs.
    public let pairs: VerificationPairs
    /// The embeddings of the images and of their mirror images, not normalised.
    public let views: EmbeddingViews
    /// The pairs by the rows of the embeddings.
    public let labelled: [VerificationPair]
    /// The distances of the pairs, in their order.
    public let scored: [ScoredPair]
    /// Images that could not be used, by their indices: their pairs are never accepted.
    public let failed: Set<Int>
    /// Curves, rates and the insightface protocol.
    public let report: VerificationReport

    /// The protocol by which ``report`` measures accuracy: insightface's, over the set's own folds.
    public var rule: InsightFaceProtocol { InsightFaceProtocol(folds: folds) }

    /// The set's own folds, contiguous ranges of its pairs.
    public var folds: FoldAssignment { .contiguous(pairs.folds) }

    /// Scores the pairs of a set by embeddings, normalised sums of both views.
    ///
    /// - Parameters:
    ///   - name: The set's name.
    ///   - pairs: The set.
    ///   - labelled: Its pairs by the rows of the embeddings; nil for one row per image, in their order.
    ///   - views: The embeddings.
    ///   - failed: Images that could not be used, by their indices.
    /// - Throws: `FaceEvaluationError` for embeddings that cannot be normalised, pairs without a row, or
    ///   fewer pairs than folds.
    public init(
        name: String, pairs: VerificationPairs, labelled: [VerificationPair]? = nil,
        views: EmbeddingViews, failed: Set<Int> = []
    ) throws {
        let labelled = labelled ?? pairs.pairs
        self.name = name
        self.pairs = pairs
        self.labelled = labelled
        self.views = views
        self.failed = failed
        scored = try views.normalizedSum().scores(of: labelled, failed: failed)
        report = try VerificationReport(
            of: scored, meanNorm: try views.meanNorm(without: failed),
            rule: InsightFaceProtocol(folds: .contiguous(pairs.folds)))
    }

    /// The distances with the names of the images, as stored in a run's folder.
    public var scores: [ScoreRecord] {
        zip(pairs.pairs, scored).map { pair, score in
            ScoreRecord(
                score, first: pairs.images[pair.first], second: pairs.images[pair.second])
        }
    }
}

extension ScoredSet {
    /// The scores of the pairs whose images could both be used.
    public var compared: [ScoredPair] {
        failed.isEmpty
            ? scored
            : zip(labelled, scored).filter {
                !failed.contains($0.0.first) && !failed.contains($0.0.second)
            }.map(\.1)
    }

    /// The images that could not be used; nil if all could.
    public var failures: FailuresToEnrol? {
        FailuresToEnrol(failed, of: TemplateSet(pairs, owners: pairs.owners))
    }

    /// Groups of people and error against rejection; nil if rows do not correspond to images.
    ///
    /// - Parameter draws: Number of draws of people, for intervals.
    /// - Throws: `FaceEvaluationError`.
    public func details(
        _ annotations: SetAnnotations, draws: Int = PeopleReplicates.defaultDraws
    ) throws -> SetDetails? {
        guard views.count == pairs.images.count else { return nil }
        let set = TemplateSet(pairs, owners: pairs.owners)
        return try SetDetails(
            name, try TemplateDetails(ScoredTemplates(set, views, failed: failed)), of: set,
            annotations, draws: draws)
    }
}
