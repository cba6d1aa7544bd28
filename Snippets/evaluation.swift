//! Embeddings and pairs to accuracy, every protocol, and a threshold.

// snippet.hide
import FaceEvaluation

/// Twenty people on a circle with two images each; every pair of images of a person, and of neighbours.
func circle(_ offset: Double) throws -> EmbeddingTable {
    try EmbeddingTable(
        count: 40, dimension: 8,
        values: (0..<40).flatMap { image in
            (0..<8).map { component in
                Float((image / 2 * 31 + component * 17) % 13) - 6
                    + Float(offset) * Float(image % 2 * (component + 1))
            }
        })
}
let table = try circle(0.1)
let mirrored = try circle(0.12)
let pairs = (0..<20).flatMap { person in
    [
        LabelledPair(first: 2 * person, second: 2 * person + 1, same: true, fold: person / 2),
        LabelledPair(
            first: 2 * person, second: (2 * person + 2) % 40, same: false, fold: person / 2),
    ]
}
// snippet.show
let views = try EmbeddingViews(original: table, mirrored: mirrored)
let scores = try views.normalizedSum().scores(of: pairs)
let report = try VerificationReport(of: scores, meanNorm: try views.meanNorm())
let sideBySide = try ProtocolComparison(views, pairs: pairs)
let threshold = try BestThreshold(of: scores)
// snippet.hide
precondition(report.pairs == 40 && report.positives == 20)
precondition(sideBySide.results.count > 1 && threshold.accuracy > 0.9)
