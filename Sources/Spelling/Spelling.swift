/// What a misspelt name was meant to be.
public enum Spelling {
    /// The known name nearest to a given one, or nil when none is near enough to be meant.
    ///
    /// Near means that a third of the longer name's letters, and at least one, may be wrong:
    /// inserted, left out, exchanged, or swapped with a neighbour (the optimal string alignment
    /// distance). Case does not count.
    public static func suggestion(for name: String, among known: [String]) -> String? {
        let near = known.map { ($0, distance(name.lowercased(), $0.lowercased())) }
        guard let best = near.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(1, max(name.count, best.0.count) / 3) ? best.0 : nil
    }

    /// `; did you mean 'x'?`, or nothing: to be put at the end of a message.
    public static func hint(for name: String, among known: [String]) -> String {
        suggestion(for: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// Optimal string alignment distance.
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first)
        let b = Array(second)
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(
                    rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
