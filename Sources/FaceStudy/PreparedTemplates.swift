import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceRuns

/// A test set of templates, or MegaFace, that was read and checked.
struct PreparedTemplates {
    /// The report's data on it.
    let facts: TemplateTestFacts
    /// The templates; of MegaFace, the images and the probes' people alone.
    let set: TemplateSet
    /// MegaFace's probes and distractors; nil for a set of templates.
    var megaFace: MegaFaceImages?
    /// Names of the images that could not be used, which count as failures to enrol.
    var failed: Set<String> = []
    /// How the embeddings of a template's images are pooled.
    var pooling = TemplatePooling()
    /// Stamps of its images' files when they were read.
    let stamps: FileStamps

    /// Tests a backbone.
    ///
    /// - Parameters:
    ///   - cohort: The cohort that normalises scores of templates; nil for none.
    ///   - trained: Names of the people who were in training, as far as known.
    ///   - annotations: The user's annotations of people and images.
    ///   - kept: Embeddings of earlier processes, which those of this one are added to; nil if none are kept.
    func evaluate(
        _ embedder: SetEmbedder, cohort: ScoreCohort?, trained: [String],
        _ annotations: SetAnnotations, kept: KeptEmbeddings?, progress: (Int, Int) throws -> Void
    ) throws -> TestedTemplates {
        let views =
            try kept?.embeddings(of: self, progress: progress)
            ?? embedder.embeddings(of: set.source, .templates(facts.name), progress: progress)
        try stamps.check(0..<set.source.count, of: set.source)
        var tested = set
        if let warning = set.trainedWarning(trained) { tested.warnings.append(warning) }
        let failed = TestImages.indices(of: failed, in: set.source)
        let draws = StudyConfiguration.Evaluation.draws
        if let megaFace {
            var report = try DistractorReport(
                of: megaFace, views, failed: failed, draws: draws, product: TemplateProduct.torch)
            report.warnings = tested.warnings + report.warnings
            return .distractors(report)
        }
        let scored = try ScoredTemplates(
            tested, views, pooling: pooling, failed: failed, cohort: cohort,
            product: TemplateProduct.torch)
        let report = try TemplateReport(of: scored, draws: draws)
        let found = try TemplateDetails(scored)
        return .templates(
            report, try SetDetails(facts.name, found, of: set, annotations, draws: draws))
    }
}

/// The results of a backbone on a test set of templates, or on MegaFace.
enum TestedTemplates {
    case templates(TemplateReport, SetDetails)
    case distractors(DistractorReport)

    /// Writes the results into a run's folder.
    func write(to folder: RunFolder, test: String) throws {
        switch self {
        case .templates(let report, let details):
            try folder.write(report, test: test)
            try folder.write(details)
        case .distractors(let report): try folder.write(report, test: test)
        }
    }

    /// Groups and qualities, which MegaFace does not have.
    var details: SetDetails? {
        if case .templates(_, let details) = self { details } else { nil }
    }
}
