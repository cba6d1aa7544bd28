package import FaceRuns

/// True acceptance rate over false acceptance rate, from the scores of pairs.
///
/// A pair is accepted where its distance is at most the threshold; pairs of equal distance are
/// accepted together, so a curve has one point a distinct distance.
package struct ROCCurve: Hashable, Sendable {
    /// A threshold's rates.
    package struct Point: Hashable, Sendable {
        /// Share of pairs of two persons that are accepted; 0...1.
        package var falseAcceptance: Double
        /// Share of pairs of one person that are accepted; 0...1.
        package var trueAcceptance: Double
    }

    /// Points from (0, 0) to (1, 1); both rates never fall.
    package let points: [Point]
    /// Pairs of two persons: no rate below its inverse can be told from 0.
    package let differentPairs: Int

    /// Computes the curve, or gives `nil` where pairs of one person or of two are missing.
    package init?(_ scores: [PairScore]) {
        let same = scores.count { $0.same }
        let different = scores.count - same
        guard same > 0, different > 0 else { return nil }
        let sorted = scores.sorted { $0.distance < $1.distance }
        var points = [Point(falseAcceptance: 0, trueAcceptance: 0)]
        var acceptedSame = 0
        var acceptedDifferent = 0
        for (index, score) in sorted.enumerated() {
            if score.same { acceptedSame += 1 } else { acceptedDifferent += 1 }
            let isLast = index + 1 == sorted.count
            if !isLast && sorted[index + 1].distance == score.distance { continue }
            points.append(
                Point(
                    falseAcceptance: Double(acceptedDifferent) / Double(different),
                    trueAcceptance: Double(acceptedSame) / Double(same)))
        }
        self.points = points
        differentPairs = different
    }

    /// Area under the curve by trapezoids: the chance that a pair of one person is nearer than a
    /// pair of two, ties counting half.
    package var area: Double {
        zip(points, points.dropFirst()).reduce(0) { sum, step in
            let width = step.1.falseAcceptance - step.0.falseAcceptance
            return sum + width * (step.0.trueAcceptance + step.1.trueAcceptance) / 2
        }
    }

    /// The highest true acceptance rate at a false acceptance rate of at most `rate`.
    package func trueAcceptance(atFalseAcceptance rate: Double) -> Double {
        // Both rates never fall along the points, so the last one allowed is the highest.
        var low = 0
        var high = points.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if points[middle].falseAcceptance <= rate { low = middle } else { high = middle }
        }
        return points[low].trueAcceptance
    }
}
