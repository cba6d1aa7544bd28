/// Counts of the pairs below each threshold of a regular grid, fold by fold.
///
/// One pass over the pairs replaces one pass for each threshold; what is below a threshold is
/// found by comparing with the thresholds themselves, so that no rounding differs from the
/// definition.
struct ThresholdSweep {
    private struct Counts {
        /// Same pairs strictly below each threshold.
        var same: [Int]
        /// Different pairs strictly below each threshold.
        var different: [Int]
        /// Distances of the same pairs, for thresholds that lie between those of the grid.
        var sameDistances: [Double] = []
        var positives = 0
        var negatives = 0

        init(_ thresholds: Int) {
            same = Array(repeating: 0, count: thresholds)
            different = same
        }
    }

    private let thresholds: [Double]
    private let folds: [Counts]
    private let total: Counts

    init(
        _ distances: [Float], _ same: [Bool], folds ranges: [Range<Int>], count: Int, step: Double
    ) {
        // As numpy.arange computes its values: start + index * step.
        let thresholds = (0..<count).map { Double($0) * step }
        self.thresholds = thresholds
        folds = ranges.map { range in
            var counts = Counts(count)
            for index in range {
                let distance = Double(distances[index])
                if same[index] {
                    counts.positives += 1
                    counts.sameDistances.append(distance)
                } else {
                    counts.negatives += 1
                }
                let first = Self.firstAbove(distance, thresholds, step)
                guard first < count else { continue }
                if same[index] { counts.same[first] += 1 } else { counts.different[first] += 1 }
            }
            counts.same = Self.runningSums(counts.same)
            counts.different = Self.runningSums(counts.different)
            return counts
        }
        total = Self.sum(folds, count)
    }

    /// Index of the first threshold that is above a distance.
    private static func firstAbove(
        _ distance: Double, _ thresholds: [Double], _ step: Double
    ) -> Int {
        var index = min(max(0, Int(distance / step) - 1), thresholds.count)
        while index < thresholds.count, thresholds[index] <= distance { index += 1 }
        return index
    }

    private static func runningSums(_ values: [Int]) -> [Int] {
        var sum = 0
        return values.map {
            sum += $0
            return sum
        }
    }

    private static func sum(_ folds: [Counts], _ count: Int) -> Counts {
        var total = Counts(count)
        for fold in folds {
            total.positives += fold.positives
            total.negatives += fold.negatives
            for index in 0..<count {
                total.same[index] += fold.same[index]
                total.different[index] += fold.different[index]
            }
        }
        return total
    }

    /// Each fold's accuracy at the first threshold that is best on the others.
    func foldResults() -> [VerificationResult.Fold] {
        folds.map { fold in
            var best = 0
            var most = -1
            for index in thresholds.indices {
                let right =
                    (total.same[index] - fold.same[index]) + (total.negatives - fold.negatives)
                    - (total.different[index] - fold.different[index])
                if right > most { (best, most) = (index, right) }
            }
            let right = fold.same[best] + fold.negatives - fold.different[best]
            return VerificationResult.Fold(
                threshold: thresholds[best],
                accuracy: Double(right) / Double(max(1, fold.positives + fold.negatives)))
        }
    }

    /// Mean over the folds of the true acceptance rate at the threshold at which the other folds
    /// have a false acceptance rate.
    ///
    /// The threshold is interpolated between the last point of the grid at or below the rate and
    /// the first above it; 0 when no point reaches the rate, as insightface has it.
    func meanTrueAcceptRate(atFalseAcceptRate target: Double) -> Double {
        mean(
            folds.map { fold in
                let threshold = threshold(atFalseAcceptRate: target, without: fold)
                guard fold.positives > 0 else { return 0 }
                let accepted = fold.sameDistances.count { $0 < threshold }
                return Double(accepted) / Double(fold.positives)
            })
    }

    private func threshold(atFalseAcceptRate target: Double, without fold: Counts) -> Double {
        let negatives = Double(max(1, total.negatives - fold.negatives))
        func rate(_ index: Int) -> Double {
            Double(total.different[index] - fold.different[index]) / negatives
        }
        guard rate(thresholds.count - 1) >= target,
            let below = thresholds.indices.last(where: { rate($0) <= target })
        else { return 0 }
        guard rate(below) < target, below + 1 < thresholds.count else { return thresholds[below] }
        let share = (target - rate(below)) / (rate(below + 1) - rate(below))
        return thresholds[below] + share * (thresholds[below + 1] - thresholds[below])
    }
}
