package import FaceEvaluation
package import FaceRuns

extension ROCCurve {
    /// Computes the curve of a run's scores.
    ///
    /// - Throws: `FaceEvaluationError` where pairs of one person or of two are missing, or where
    ///   a distance is none.
    package init(_ scores: [PairScore]) throws {
        try self.init(
            of: scores.map { ScoredPair(distance: $0.distance, same: $0.same, fold: $0.fold) })
    }

    /// The highest true acceptance rate at a false acceptance rate of at most `rate`.
    package func trueAcceptance(atFalseAcceptance rate: Double) -> Double {
        // Both rates never fall along the points, so the last one allowed is the highest.
        var low = 0
        var high = points.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if points[middle].far <= rate { low = middle } else { high = middle }
        }
        return points[low].tar
    }
}
