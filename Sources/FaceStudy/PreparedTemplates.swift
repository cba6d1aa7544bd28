import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceRuns

/// A test set of templates that was read and checked.
struct PreparedTemplates {
    /// The report's data on it.
    let facts: TemplateTestFacts
    let set: TemplateSet
    /// Its images' state when they were read.
    let stamps: FileStamps

    /// Tests a backbone.
    ///
    /// - Parameters:
    ///   - cohort: Whom scores are normalised by.
    ///   - trained: Names of the people who were in training, as far as that is known.
    func evaluate(
        _ embedder: SetEmbedder, cohort: ScoreCohort?, trained: [String],
        progress: (Int, Int) throws -> Void
    ) throws -> TemplateReport {
        let views = try embedder.embeddings(
            of: set.source, .templates(facts.name), progress: progress)
        try stamps.check(0..<set.source.count, of: set.source)
        var tested = set
        if let warning = set.trainedWarning(trained) { tested.warnings.append(warning) }
        return try TemplateReport(
            of: tested, views, cohort: cohort, draws: 200, product: TemplateProduct.torch)
    }
}
