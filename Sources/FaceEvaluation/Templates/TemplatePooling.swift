public import FaceData

/// How the embeddings of a template's images are pooled, as insightface does for IJB: images of a
/// medium are averaged, media are added, and the sum is normalised.
public struct TemplatePooling: Sendable, Hashable {
    /// Whether an image is weighted with the norm of its embedding (insightface's `use_norm_score`);
    /// otherwise embeddings are normalised first.
    public var weighsByNorm: Bool
    /// Whether an image is weighted with the detector's confidence, if it is known (insightface's
    /// `use_detector_score`).
    public var weighsByDetector: Bool

    /// Creates a pooling; by default insightface's.
    public init(weighsByNorm: Bool = true, weighsByDetector: Bool = true) {
        self.weighsByNorm = weighsByNorm
        self.weighsByDetector = weighsByDetector
    }

    /// The poolings by the names of their weights.
    public static let named: [(name: String, pooling: TemplatePooling)] = [
        ("norm+detector", TemplatePooling()),
        ("norm", TemplatePooling(weighsByDetector: false)),
        ("detector", TemplatePooling(weighsByNorm: false)),
        ("none", TemplatePooling(weighsByNorm: false, weighsByDetector: false)),
    ]

    /// The pooling with weights of a name: `norm+detector`, `norm`, `detector` or `none`; nil for another name.
    public init?(weights name: String) {
        guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
        self = found.pooling
    }

    /// A normalised embedding for each template.
    ///
    /// Sums are taken in double precision and rounded once.
    ///
    /// - Parameter views: Embeddings of the set's images, one row per image; those of mirror images are
    ///   added to them.
    /// - Throws: ``FaceEvaluationError/notFinite(row:component:value:)`` for an image's embedding that
    ///   is not a number, ``FaceEvaluationError/zeroTemplate(name:)``,
    ///   ``FaceEvaluationError/emptyTemplate(name:)`` and
    ///   ``FaceEvaluationError/embeddingCount(images:rows:)``.
    public func embeddings(
        of set: TemplateSet, _ views: EmbeddingViews
    ) throws -> EmbeddingTable {
        guard views.count == set.source.count else {
            throw FaceEvaluationError.embeddingCount(images: set.source.count, rows: views.count)
        }
        let size = views.original.dimension
        var values: [Float] = []
        values.reserveCapacity(set.templates.count * size)
        var row = [Double](repeating: 0, count: size)
        for template in set.templates {
            guard !template.members.isEmpty else {
                throw FaceEvaluationError.emptyTemplate(name: template.name)
            }
            var sum = [Double](repeating: 0, count: size)
            let media = Dictionary(grouping: template.members, by: \.medium)
            for medium in media.keys.sorted() {
                let members = media[medium] ?? []
                for member in members {
                    try read(member.image, of: views, set.detectorScores, into: &row)
                    for index in 0..<size { sum[index] += row[index] / Double(members.count) }
                }
            }
            let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else { throw FaceEvaluationError.zeroTemplate(name: template.name) }
            for value in sum { values.append(Float(value / norm)) }
        }
        return try EmbeddingTable(count: set.templates.count, dimension: size, values: values)
    }

    /// One image's weighted embedding.
    private func read(
        _ image: Int, of views: EmbeddingViews, _ scores: [Float]?, into row: inout [Double]
    ) throws {
        ViewFusion.sum.fuse(image, of: views, into: &row)
        if let component = row.firstIndex(where: { !$0.isFinite }) {
            throw FaceEvaluationError.notFinite(
                row: image, component: component, value: Float(row[component]))
        }
        var weight = weighsByDetector ? Double(scores?[image] ?? 1) : 1
        if !weighsByNorm {
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else { throw FaceEvaluationError.zeroEmbedding(row: image) }
            weight /= norm
        }
        for index in row.indices { row[index] *= weight }
    }
}
