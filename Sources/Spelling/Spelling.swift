/// Suggestions for misspelt names.
public enum Spelling {
    /// The known name nearest to a given one, or nil when none is near enough to be meant.
    ///
    /// Near means that a third of the longer name's letters, and at least one, may be wrong:
    /// inserted, left out, exchanged, or swapped with a neighbour (the optimal string alignment
    /// distance). Case is ignored.
    public static func suggestion(for name: String, among known: [String]) -> String? {
        // The distance takes time and memory by the product of both lengths, and what is requested may
        // be a file's: nothing so long is a misspelt name.
        guard name.utf8.count <= maxNameBytes else { return nil }
        let length = name.count
        let near = known.compactMap { known -> (name: String, distance: Int)? in
            let limit = max(1, max(length, known.count) / 3)
            guard abs(length - known.count) <= limit else { return nil }
            let distance = distance(name.lowercased(), known.lowercased())
            return distance <= limit ? (known, distance) : nil
        }
        return near.min { $0.distance < $1.distance }?.name
    }

    /// Bytes of the longest name that is compared.
    private static let maxNameBytes = 256

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
