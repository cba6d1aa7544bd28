public import FaceEvaluation
public import Foundation

/// How a model is tested, apart from the test sets.
public struct TestOptions: Sendable {
    /// File to which embeddings are written (``EmbeddingFile``); nil for none.
    public var embeddings: URL?
    /// Groups of people and qualities of images, for error rates by group and error against rejection.
    public var annotations: SetAnnotations
    /// The cohort that normalises scores on sets of templates; nil for none.
    public var cohort: NamedCohort?
    /// How the embeddings of a template's images are pooled.
    public var pooling: TemplatePooling
    /// Whether images that cannot be used are counted as failures to enrol; otherwise they are an error.
    public var countsFailures: Bool
    /// A folder in which embeddings are kept until all sets are tested, so that a process that is killed loses a few
    /// batches; nil for not at all.
    public var journals: URL?

    /// Creates options.
    public init(
        embeddings: URL? = nil, annotations: SetAnnotations = SetAnnotations(),
        cohort: NamedCohort? = nil, pooling: TemplatePooling = TemplatePooling(),
        countsFailures: Bool = false, journals: URL? = nil
    ) {
        self.embeddings = embeddings
        self.annotations = annotations
        self.cohort = cohort
        self.pooling = pooling
        self.countsFailures = countsFailures
        self.journals = journals
    }
}
