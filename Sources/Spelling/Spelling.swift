/// Suggestions for misspelt names.
public enum Spelling {
    /// The known name nearest to a given one, or nil if none is near.
    ///
    /// A name is near if the optimal string alignment distance, which counts inserted, omitted,
    /// replaced and transposed letters, is at most a third of the longer name's length, or 1. Case
    /// is ignored.
    public static func suggestion(for name: String, among known: [String]) -> String? {
        // The distance takes time and memory proportional to the product of the lengths, and a name
        // may come from a file; very long ones are not misspellings.
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

    /// The longest name that is compared, in bytes.
    private static let maxNameBytes = 256

    /// `; did you mean 'x'?` to be appended to a message, or an empty string.
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
