/// insightface's way to read the true acceptance rate off an ROC curve for IJB: at the point whose false
/// acceptance rate is nearest to the requested one, above or below, on the curve thinned by scikit-learn's
/// `roc_curve` (`drop_intermediate`).
///
/// This favours small sets: the nearest point may be above the requested rate. Compare
/// ``TemplateScores/tar(atFAR:)``.
public enum InsightFaceReading {
    /// The rates at one point of the curve.
    public struct Point: Codable, Sendable, Hashable {
        /// The false acceptance rate of the point.
        public let far: Double
        /// The true acceptance rate of the point.
        public let tar: Double
    }

    /// The points read for several rates; nil for scores of only one kind.
    public static func points(of scores: TemplateScores, atFARs rates: [Double]) -> [Point]? {
        let (genuine, impostor) = (scores.genuine, scores.impostor)
        guard !genuine.isEmpty, !impostor.isEmpty else { return nil }
        var reader = Reader(rates: rates, Double(genuine.count), Double(impostor.count))
        var (true_, false_) = (0, 0)
        while true_ < genuine.count || false_ < impostor.count {
            // All pairs of one score are accepted together.
            let score = max(
                true_ < genuine.count ? genuine[true_] : -.infinity,
                false_ < impostor.count ? impostor[false_] : -.infinity)
            while true_ < genuine.count, genuine[true_] == score { true_ += 1 }
            while false_ < impostor.count, impostor[false_] == score { false_ += 1 }
            reader.add(false_, true_)
        }
        return reader.finished()
    }

    /// Thins the curve while it is computed, and keeps the nearest points.
    private struct Reader {
        let rates: [Double]
        let positives: Double
        let negatives: Double
        private var best: [(distance: Double, point: Point)]
        private var last: (Int, Int)?
        private var beforeLast: (Int, Int)?

        init(rates: [Double], _ positives: Double, _ negatives: Double) {
            (self.rates, self.positives, self.negatives) = (rates, positives, negatives)
            best = rates.map { ($0, Point(far: 0, tar: 0)) }
        }

        mutating func add(_ falseAccepts: Int, _ trueAccepts: Int) {
            let next = (falseAccepts, trueAccepts)
            if let last {
                // A point on a straight segment with equal steps is dropped; the first one is kept.
                let isKept = beforeLast.map {
                    next.0 - last.0 != last.0 - $0.0 || next.1 - last.1 != last.1 - $0.1
                }
                if isKept ?? true { keep(last) }
            }
            beforeLast = last
            last = next
        }

        private mutating func keep(_ counts: (Int, Int)) {
            let point = Point(far: Double(counts.0) / negatives, tar: Double(counts.1) / positives)
            for (index, rate) in rates.enumerated() {
                let distance = abs(point.far - rate)
                // Of equally near points the last one counts, because the curve is searched backwards.
                if distance <= best[index].distance { best[index] = (distance, point) }
            }
        }

        mutating func finished() -> [Point] {
            if let last { keep(last) }
            return best.map(\.point)
        }
    }
}
