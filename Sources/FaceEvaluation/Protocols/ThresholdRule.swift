import SafeNumbers

/// How a system chooses its threshold.
public enum ThresholdRule: Codable, Sendable, Hashable {
    /// The most accurate of all scores, which are the thresholds of scikit-learn's ROC curve.
    case bestScore
    /// The most accurate among the highest `fraction` of the scores of different people.
    case bestTopNegative(fraction: Double)
    /// A fixed number.
    case fixed(Double)
    /// The first threshold of a grid with the most correct decisions.
    case grid(ThresholdGrid)
    /// The mean of all most accurate thresholds `k / steps`, `k` from `-steps` to `steps`.
    case meanOfBest(steps: Int)
    /// The first of `steps` thresholds over the range of the scores with the largest TAR - FAR.
    case widestGap(steps: Int)

    /// The threshold for the given scores; nil if the rule needs pairs of both kinds,
    /// or more of them.
    func threshold(for scores: SortedScores) -> Double? {
        switch self {
        case .fixed(let threshold): threshold
        case .grid(let grid): Self.firstOfGrid(grid, scores)
        case .meanOfBest(let steps): Self.meanOfBest(steps, scores)
        case .widestGap(let steps): Self.widestGap(steps, scores)
        case .bestScore: Self.bestScore(scores)
        case .bestTopNegative(let fraction): Self.bestTopNegative(fraction, scores)
        }
    }

    private static func firstOfGrid(_ grid: ThresholdGrid, _ scores: SortedScores) -> Double {
        var (positives, negatives) = (Cursor(scores.positives), Cursor(scores.negatives))
        var (best, most) = (grid[0], -1)
        for index in 0..<grid.count {
            let threshold = grid[index]
            let correct =
                positives.below(threshold) + scores.negatives.count - negatives.below(threshold)
            if correct > most { (best, most) = (threshold, correct) }
        }
        return best
    }

    private static func meanOfBest(_ steps: Int, _ scores: SortedScores) -> Double {
        var (positives, negatives) = (Cursor(scores.positives), Cursor(scores.negatives))
        var (sum, count, most) = (0.0, 0, -1)
        for step in -steps...steps {
            let threshold = Double(step) / Double(steps)
            let correct =
                scores.positives.count - positives.atMost(threshold) + negatives.below(threshold)
            if correct > most { (sum, count, most) = (0, 0, correct) }
            if correct == most {
                sum += threshold
                count += 1
            }
        }
        return sum / Double(max(count, 1))
    }

    private static func widestGap(_ steps: Int, _ scores: SortedScores) -> Double? {
        guard let low = scores.lowest, let high = scores.highest, scores.hasBothKinds else {
            return nil
        }
        var (positives, negatives) = (Cursor(scores.positives), Cursor(scores.negatives))
        let step = (high - low) / Double(steps)
        var (best, widest) = (low, -Double.infinity)
        for index in 1...steps {
            let threshold = low + step * Double(index)
            let tar =
                Double(scores.positives.count - positives.atMost(threshold))
                / Double(scores.positives.count)
            let far =
                Double(scores.negatives.count - negatives.atMost(threshold))
                / Double(scores.negatives.count)
            if tar - far > widest { (best, widest) = (threshold, tar - far) }
        }
        return best
    }

    /// The highest score that is most accurate as an inclusive lower threshold.
    private static func bestScore(_ scores: SortedScores) -> Double? {
        guard scores.hasBothKinds, let nothing = scores.highest?.nextUp else { return nil }
        var (positives, negatives) = (Cursor(scores.positives), Cursor(scores.negatives))
        var (best, most) = (nothing, scores.negatives.count)
        for score in (scores.positives + scores.negatives).sorted() {
            let correct =
                scores.positives.count - positives.below(score) + negatives.below(score)
            if correct > most || (correct == most && best < nothing) {
                (best, most) = (score, correct)
            }
        }
        return best
    }

    private static func bestTopNegative(_ fraction: Double, _ scores: SortedScores) -> Double? {
        let candidates = Int(saturating: fraction * Double(scores.negatives.count))
        guard candidates > 0 else { return nil }
        var (positives, negatives) = (Cursor(scores.positives), Cursor(scores.negatives))
        var (best, most) = (0.0, -1)
        for threshold in scores.negatives.suffix(candidates) {
            let correct =
                scores.positives.count - positives.atMost(threshold) + negatives.atMost(threshold)
            if correct > most { (best, most) = (threshold, correct) }
        }
        return best
    }
}

/// Scores of both kinds of pairs, each in increasing order.
struct SortedScores {
    let positives: [Double]
    let negatives: [Double]

    init(_ scores: [(score: Double, same: Bool)]) {
        positives = scores.filter(\.same).map(\.score).sorted()
        negatives = scores.filter { !$0.same }.map(\.score).sorted()
    }

    var hasBothKinds: Bool { !positives.isEmpty && !negatives.isEmpty }
    var lowest: Double? { [positives.first, negatives.first].compactMap { $0 }.min() }
    var highest: Double? { [positives.last, negatives.last].compactMap { $0 }.max() }
}

/// Counts the sorted scores below increasing thresholds in one pass.
private struct Cursor {
    private let scores: [Double]
    private var position = 0

    init(_ scores: [Double]) { self.scores = scores }

    mutating func below(_ threshold: Double) -> Int {
        while position < scores.count, scores[position] < threshold { position += 1 }
        return position
    }

    mutating func atMost(_ threshold: Double) -> Int {
        while position < scores.count, scores[position] <= threshold { position += 1 }
        return position
    }
}
