/// The images of a set that a contact sheet shows.
public enum SheetRows {
    /// Indices of images: the first ones of identities that are spread evenly over the set, or
    /// pairs that are, two and two side by side.
    public static func indices(
        of set: ImageCollection, rows: Int, columns: Int
    ) -> [[Int]] {
        switch set {
        case .labelled(let set):
            var members = [[Int]](repeating: [], count: set.identities.count)
            for (index, label) in set.labels.enumerated() where members[label].count < columns {
                members[label].append(index)
            }
            return spread(members.count, rows).map { members[$0] }
        case .pairs(let pairs):
            let each = max(1, columns / 2)
            let chosen = spread(pairs.pairs.count, rows * each).map { pairs.pairs[$0] }
            return stride(from: 0, to: chosen.count, by: each).map { start in
                chosen[start..<min(start + each, chosen.count)].flatMap { [$0.first, $0.second] }
            }
        }
    }

    /// At most some of the indices below a number, evenly.
    private static func spread(_ count: Int, _ limit: Int) -> [Int] {
        let taken = min(count, limit)
        return (0..<taken).map { $0 * count / taken }
    }
}
