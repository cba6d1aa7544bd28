//! Embeddings and pairs to accuracy, every protocol, and a threshold.

// snippet.hide
import FaceData
import FaceEvaluation

/// Two images each of twenty people, whose embeddings differ by a small offset.
func embeddings(offset: Float) throws -> EmbeddingTable {
    var values: [Float] = []
    for image in 0..<40 {
        for component in 0..<8 {
            let person = Float((image / 2 * 31 + component * 17) % 13) - 6
            values.append(person + offset * Float(image % 2 * (component + 1)))
        }
    }
    return try EmbeddingTable(count: 40, dimension: 8, values: values)
}

let table = try embeddings(offset: 0.1)
let mirrored = try embeddings(offset: 0.12)
let pairs = (0..<20).flatMap { person in
    [
        VerificationPair(first: 2 * person, second: 2 * person + 1, same: true, fold: person / 2),
        VerificationPair(
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
