/// Holm's step-down correction: the probability of any false rejection among all tests of a study is
/// below the level, whatever their dependence (Holm 1979).
public enum HolmCorrection {
    /// Adjusted p-values, to be compared with the level, in the given order; 0...1.
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
        var result = pValues
        var highest = 0.0
        for (rank, index) in order.enumerated() {
            highest = max(highest, Double(pValues.count - rank) * pValues[index])
            result[index] = min(1, highest)
        }
        return result
    }
}

/// A compact letter display: losses that share a letter do not differ significantly (Piepho 2004).
public enum CompactLetterDisplay {
    /// The groups denoted by the letters: maximal runs of neighbours in a ranking in which no two differ.
    /// Runs inside others are left out, and a loss may be in several; one that differs from both neighbours
    /// is alone.
    ///
    /// - Parameters:
    ///   - count: Losses in the ranking.
    ///   - differ: Whether two positions of the ranking, the first before the second, differ.
    public static func groups(
        _ count: Int, differ: (Int, Int) -> Bool
    ) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        for start in 0..<count {
            var end = start + 1
            while end < count, (start..<end).allSatisfy({ !differ($0, end) }) { end += 1 }
            if end > groups.last?.upperBound ?? 0 { groups.append(start..<end) }
        }
        return groups
    }
}
