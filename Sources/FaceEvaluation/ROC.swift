/// The receiver operating characteristic of distances: how many pairs of each kind lie below each
/// threshold.
public struct ROC: Sendable, Hashable {
    /// One threshold: everything at or below it is taken for the same person.
    public struct Point: Codable, Sendable, Hashable {
        /// Squared L2 distance.
        public var threshold: Double
        /// Share of different pairs that are taken for the same person; 0...1.
        public var falseAcceptRate: Double
        /// Share of same pairs that are; 0...1.
        public var trueAcceptRate: Double
    }

    /// A point for each distinct distance, ascending, after (0, 0).
    public let points: [Point]
    /// Pairs of the same person.
    public let positives: Int
    /// Pairs of different people.
    public let negatives: Int

    /// Counts all pairs; ties are one step.
    ///
    /// - Throws: ``FaceEvaluationError/oneKind(same:)`` when one kind is missing.
    public init(distances: [Float], same: [Bool]) throws(FaceEvaluationError) {
        let positives = same.count { $0 }
        let negatives = same.count - positives
        guard positives > 0, negatives > 0 else { throw .oneKind(same: negatives == 0) }
        let order = distances.indices.sorted { distances[$0] < distances[$1] }
        var points = [Point(threshold: -.infinity, falseAcceptRate: 0, trueAcceptRate: 0)]
        var accepted = (same: 0, different: 0)
        for (place, index) in order.enumerated() {
            if same[index] { accepted.same += 1 } else { accepted.different += 1 }
            let isLastOfTie =
                place + 1 == order.count || distances[order[place + 1]] > distances[index]
            guard isLastOfTie else { continue }
            points.append(
                Point(
                    threshold: Double(distances[index]),
                    falseAcceptRate: Double(accepted.different) / Double(negatives),
                    trueAcceptRate: Double(accepted.same) / Double(positives)))
        }
        self.points = points
        self.positives = positives
        self.negatives = negatives
    }

    /// Area under the curve by trapezoids: the probability that a same pair is nearer than a
    /// different one, ties counting one half.
    public var auc: Double {
        zip(points, points.dropFirst()).reduce(0) { area, pair in
            area + (pair.1.falseAcceptRate - pair.0.falseAcceptRate)
                * (pair.1.trueAcceptRate + pair.0.trueAcceptRate) / 2
        }
    }

    /// Equal error rate: where false accepts and false rejects are as many, on the line between the
    /// two points around it.
    public var eer: Double {
        for (before, after) in zip(points, points.dropFirst()) {
            let first = before.falseAcceptRate - (1 - before.trueAcceptRate)
            let second = after.falseAcceptRate - (1 - after.trueAcceptRate)
            guard second >= 0 else { continue }
            let share = second == first ? 0 : -first / (second - first)
            return before.falseAcceptRate
                + share * (after.falseAcceptRate - before.falseAcceptRate)
        }
        return 1
    }

    /// Largest true acceptance rate whose false acceptance rate does not exceed a limit.
    public func trueAcceptRate(atFalseAcceptRate limit: Double) -> Double {
        points.last { $0.falseAcceptRate <= limit }?.trueAcceptRate ?? 0
    }
}
