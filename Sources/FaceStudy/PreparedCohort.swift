import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceRuns

/// The cohort that normalises scores on sets of templates.
struct PreparedCohort {
    let normalization: ScoreNormalization
    /// A template for each person.
    let set: TemplateSet
    /// Their name in reports.
    let name: String
    /// Stamps of the images' files when they were read.
    let stamps: FileStamps

    /// Creates a cohort from a set of labelled images.
    init(_ normalization: ScoreNormalization, _ images: LabelledImageSet, name: String) throws {
        self.normalization = normalization
        (set, self.name) = try NamedCohort.open(images, name: name)
        stamps = FileStamps(set.source)
    }

    /// - Parameter kept: Embeddings of earlier processes, which those of this one are added to; nil if none are kept.
    func embed(
        _ embedder: SetEmbedder, _ pooling: TemplatePooling, kept: KeptEmbeddings?,
        progress: (Int, Int) throws -> Void
    ) throws -> ScoreCohort {
        let views =
            try kept?.embeddings(of: self, progress: progress)
            ?? embedder.embeddings(of: set.source, progress: progress)
        try stamps.check(0..<set.source.count, of: set.source)
        return try ScoreCohort(normalization, of: set, views, pooling: pooling, name: name)
    }
}

extension RunContext {
    /// The cohort from the folder in the configuration, or from the training set; nil if scores are not
    /// normalised.
    func cohort() throws -> PreparedCohort? {
        guard templates.contains(where: { $0.megaFace == nil }),
            let normalization = configuration.evaluation.normalization
        else { return nil }
        return try study.data.cohort
            ?? PreparedCohort(
                normalization, trainSet.set, name: trainSet.facts.name)
    }
}

extension StudyConfiguration.Evaluation {
    /// How scores on sets of templates are normalised; nil for cosines.
    var normalization: ScoreNormalization? { ScoreNormalization(scoreNorm) }
}
