/// Selects the images of a set for a contact sheet.
public enum SheetRows {
    /// Image indices by row: the first images of identities that are evenly spread over the set, or
    /// evenly spread pairs with their two images side by side.
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

    /// At most `limit` of the indices below `count`, evenly spread.
    private static func spread(_ count: Int, _ limit: Int) -> [Int] {
        let taken = min(count, limit)
        return (0..<taken).map { $0 * count / taken }
    }
}
