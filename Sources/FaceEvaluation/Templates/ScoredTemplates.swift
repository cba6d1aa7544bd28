public import FaceData

/// A set of templates whose images are pooled and whose pairs are scored, once for all that is computed from
/// them: ``TemplateReport`` and ``TemplateDetails``.
public struct ScoredTemplates: Sendable {
    /// The set.
    public let set: TemplateSet
    /// Pairs of templates: the set's own, or, if it names none, every probe with every enrolled template.
    public let pairs: TemplatePairs
    /// The cosine of each pair, or its normalised score; of pairs with a template that failed to enrol, lower than
    /// any.
    public let cosines: [Double]
    /// ``cosines`` by kind.
    public let scores: TemplateScores
    /// Embeddings of the set's images, not normalised.
    let views: EmbeddingViews
    /// Indices of images that could not be used.
    let failedImages: Set<Int>
    /// What is left of the set without them.
    let usable: UsableTemplates
    /// A row for each template, on either side of a pair.
    let rows: TemplateRows
    let pooling: TemplatePooling
    let cohort: ScoreCohort?
    let product: BlockProduct

    /// Pools a set's images and scores its pairs.
    ///
    /// - Parameters:
    ///   - set: The set.
    ///   - views: Embeddings of its images, not normalised.
    ///   - pooling: How the embeddings of a template's images become one.
    ///   - failed: Indices of images that could not be used.
    ///   - cohort: The cohort that normalises scores; nil for cosines.
    ///   - product: How scores of large galleries are computed.
    /// - Throws: ``FaceEvaluationError``.
    public init(
        _ set: TemplateSet, _ views: EmbeddingViews, pooling: TemplatePooling = TemplatePooling(),
        failed: Set<Int> = [], cohort: ScoreCohort? = nil, product: BlockProduct = .plain
    ) throws {
        let usable = set.withoutImages(failed)
        let rows = try TemplateRows(
            try pooling.embeddings(of: usable.set, views), cohort, product)
        let pairs = set.pairs.isEmpty ? set.crossPairs : set.pairs
        let (first, second) = rows.ofPairs(in: set)
        let cosines = pairs.refusing(
            usable.failed, try TemplateScores.cosines(of: pairs, first, second: second))
        scores = try TemplateScores(of: pairs, cosines: cosines)
        (self.set, self.pairs, self.cosines) = (set, pairs, cosines)
        (self.views, self.usable, self.rows) = (views, usable, rows)
        (self.pooling, self.cohort, self.product) = (pooling, cohort, product)
        failedImages = failed
    }

    /// The scores by kind without the pairs that have a template that failed to enrol.
    func comparedScores() throws -> TemplateScores {
        guard !usable.failed.isEmpty else { return scores }
        func compared(same: Bool) -> [Double] {
            cosines.indices.filter {
                pairs.same[$0] == same && pairs.isCompared($0, usable.failed)
            }.map { cosines[$0] }
        }
        return try TemplateScores(genuine: compared(same: true), impostor: compared(same: false))
    }
}
