/// For every threshold of a grid, how many pairs of each kind have a smaller distance.
///
/// Each pair is put in the bin of the first threshold that accepts it and the bins are summed
/// up once, so a sweep costs one pass over the pairs instead of one per threshold. All numbers are
/// integers: folds are added and subtracted without loss.
struct ThresholdCounts {
    /// Pairs of the same person.
    private(set) var positives = 0
    /// Pairs of different people.
    private(set) var negatives = 0
    /// Pairs of the same person accepted at each threshold.
    private(set) var trueAccepts: [Int]
    /// Pairs of different people accepted at each threshold.
    private(set) var falseAccepts: [Int]

    init(of pairs: some Sequence<ScoredPair>, grid: ThresholdGrid) {
        trueAccepts = Array(repeating: 0, count: grid.count)
        falseAccepts = trueAccepts
        for pair in pairs {
            if pair.same { positives += 1 } else { negatives += 1 }
            let index = grid.firstIndex(accepting: Double(pair.distance))
            guard index < grid.count else { continue }
            if pair.same { trueAccepts[index] += 1 } else { falseAccepts[index] += 1 }
        }
        for index in 1..<max(grid.count, 1) {
            trueAccepts[index] += trueAccepts[index - 1]
            falseAccepts[index] += falseAccepts[index - 1]
        }
    }

    /// Pairs of both kinds.
    var pairs: Int { positives + negatives }

    /// Correct decisions at a threshold.
    func correct(at index: Int) -> Int {
        trueAccepts[index] + negatives - falseAccepts[index]
    }

    /// The first threshold with the most correct decisions.
    var bestIndex: Int {
        trueAccepts.indices.reduce(0) { correct(at: $1) > correct(at: $0) ? $1 : $0 }
    }

    static func += (left: inout ThresholdCounts, right: ThresholdCounts) {
        left.combine(right, +)
    }

    static func - (left: ThresholdCounts, right: ThresholdCounts) -> ThresholdCounts {
        var result = left
        result.combine(right, -)
        return result
    }

    private mutating func combine(_ other: ThresholdCounts, _ operation: (Int, Int) -> Int) {
        positives = operation(positives, other.positives)
        negatives = operation(negatives, other.negatives)
        for index in trueAccepts.indices {
            trueAccepts[index] = operation(trueAccepts[index], other.trueAccepts[index])
            falseAccepts[index] = operation(falseAccepts[index], other.falseAccepts[index])
        }
    }
}
