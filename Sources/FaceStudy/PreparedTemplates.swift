import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceRuns

/// A test set of templates that was read and checked.
struct PreparedTemplates {
    /// The report's data on it.
    let facts: TemplateTestFacts
    let set: TemplateSet
    /// Names of the images that could not be used, which count as failures to enrol.
    var failed: Set<String> = []
    /// How the embeddings of a template's images are pooled.
    var pooling = TemplatePooling()
    /// Stamps of its images' files when they were read.
    let stamps: FileStamps

    /// Tests a backbone.
    ///
    /// - Parameters:
    ///   - cohort: The cohort that normalises scores; nil for none.
    ///   - trained: Names of the people who were in training, as far as known.
    ///   - annotations: The user's annotations of people and images.
    func evaluate(
        _ embedder: SetEmbedder, cohort: ScoreCohort?, trained: [String],
        _ annotations: SetAnnotations, progress: (Int, Int) throws -> Void
    ) throws -> (report: TemplateReport, details: SetDetails) {
        let views = try embedder.embeddings(
            of: set.source, .templates(facts.name), progress: progress)
        try stamps.check(0..<set.source.count, of: set.source)
        var tested = set
        if let warning = set.trainedWarning(trained) { tested.warnings.append(warning) }
        let failed = TestImages.indices(of: failed, in: set.source)
        let draws = StudyConfiguration.Evaluation.draws
        let scored = try ScoredTemplates(
            tested, views, pooling: pooling, failed: failed, cohort: cohort,
            product: TemplateProduct.torch)
        let report = try TemplateReport(of: scored, draws: draws)
        let found = try TemplateDetails(scored)
        return (report, try SetDetails(facts.name, found, of: set, annotations, draws: draws))
    }
}
