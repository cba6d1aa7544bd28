/// Groups of losses of which no two can be told apart.
public enum Indistinguishable {
    /// The longest runs of neighbours in a ranking of which no two differ; runs inside others are
    /// left out, and a loss may be in several. A loss that differs from both neighbours is alone.
    ///
    /// - Parameters:
    ///   - count: Losses in the ranking.
    ///   - differ: Whether two places of the ranking, the first before the second, differ.
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
