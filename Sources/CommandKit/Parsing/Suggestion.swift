/// Finds what a user may have meant to type.
package enum Suggestion {
    /// The candidate nearest to a text, the first of several; nil if none is near.
    ///
    /// Near is what takes few edits for its length, or what the text is the beginning of.
    package static func best(for text: String, among candidates: [String]) -> String? {
        let ranked = candidates.enumerated().compactMap { index, candidate in
            rank(of: text, candidate).map { (rank: $0, index: index, candidate: candidate) }
        }
        return ranked.min { ($0.rank, $0.index) < ($1.rank, $1.index) }?.candidate
    }

    private static func rank(of text: String, _ candidate: String) -> Int? {
        let edits = distance(text.lowercased(), candidate.lowercased())
        if edits <= max(1, min(text.count, candidate.count) / 3) { return edits }
        let isBeginning = text.count > 1 && candidate.lowercased().hasPrefix(text.lowercased())
        return isBeginning ? candidate.count : nil
    }

    /// Damerau-Levenshtein distance: the fewest insertions, deletions, replacements and
    /// exchanges of neighbours that make one string the other, no part edited twice.
    package static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        var older = [Int]()
        var old = Array(0...second.count)
        for row in first.indices {
            var new = [row + 1]
            for column in second.indices {
                let replaced = old[column] + (first[row] == second[column] ? 0 : 1)
                new.append(min(replaced, old[column + 1] + 1, new[column] + 1))
                if row > 0, column > 0, first[row] == second[column - 1],
                    first[row - 1] == second[column]
                {
                    new[column + 1] = min(new[column + 1], older[column - 1] + 1)
                }
            }
            (older, old) = (old, new)
        }
        return old[second.count]
    }
}
