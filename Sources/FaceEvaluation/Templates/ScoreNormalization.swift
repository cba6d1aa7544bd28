import Foundation

/// Normalisation of scores by what a template scores against a cohort of other people, as speaker
/// and face recognition do it.
///
/// With mean m and standard deviation s (divided by count) of the cohort's scores: z-norm uses those
/// of the enrolled template, t-norm those of the probe, s-norm the mean of both (Kenny 2010), and
/// adaptive s-norm the highest cohort scores alone (Matějka et al. 2017, "as-norm1").
public enum ScoreNormalization: Sendable, Hashable, Codable {
    /// By the enrolled template's scores against the cohort.
    case z
    /// By the probe's scores against the cohort.
    case t
    /// The mean of ``z`` and ``t``.
    case s
    /// As ``s``, with the given number of highest scores of each side.
    case adaptive(top: Int)

    /// Normalises scores of pairs of rows.
    ///
    /// - Parameters:
    ///   - scores: A score for each pair.
    ///   - pairs: The pair's enrolled template and probe, rows of the table.
    ///   - embeddings: Normalised rows.
    ///   - cohort: Rows of other people, at least two.
    /// - Throws: ``FaceEvaluationError/embeddingTablesDiffer(count:dimension:otherCount:otherDimension:)``
    ///   for a cohort of another dimension, ``FaceEvaluationError/cohortTooSmall(count:)``.
    public func normalized(
        _ scores: [Double], pairs: [(enrolled: Int, probe: Int)], _ embeddings: EmbeddingTable,
        cohort: EmbeddingTable
    ) throws -> [Double] {
        guard cohort.dimension == embeddings.dimension else {
            throw FaceEvaluationError.embeddingTablesDiffer(
                count: embeddings.count, dimension: embeddings.dimension,
                otherCount: cohort.count, otherDimension: cohort.dimension)
        }
        guard cohort.count > 1 else {
            throw FaceEvaluationError.cohortTooSmall(count: cohort.count)
        }
        var moments: [Int: (mean: Double, deviation: Double)] = [:]
        for row in Set(pairs.flatMap { [$0.enrolled, $0.probe] }) {
            moments[row] = self.moments(row, embeddings, cohort)
        }
        return zip(scores, pairs).map { score, pair in
            func normed(_ row: Int) -> Double {
                let (mean, deviation) = moments[row] ?? (0, 1)
                return (score - mean) / deviation
            }
            switch self {
            case .z: return normed(pair.enrolled)
            case .t: return normed(pair.probe)
            case .s, .adaptive: return (normed(pair.enrolled) + normed(pair.probe)) / 2
            }
        }
    }

    /// Mean and standard deviation of a row's scores against the cohort.
    private func moments(
        _ row: Int, _ embeddings: EmbeddingTable, _ cohort: EmbeddingTable
    ) -> (mean: Double, deviation: Double) {
        var scores = embeddings.withRows { rows in
            cohort.withRows { others in
                (0..<cohort.count).map { RowArithmetic.product(rows[row], others[$0]) }
            }
        }
        if case .adaptive(let top) = self {
            scores = Array(scores.sorted(by: >).prefix(max(2, top)))
        }
        let mean = scores.reduce(0, +) / Double(scores.count)
        let square = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
        // A cohort that is all alike tells nothing of the spread.
        return (mean, square > 1e-24 ? square.squareRoot() : 1)
    }
}
