/// Places labels in a column so that they do not cover each other.
package enum LabelPlacement {
    /// Moves positions apart, each as little as possible and in the same order, until neighbours are at
    /// least `gap` from each other; inside `range` if they fit.
    package static func spread(
        _ positions: [Double], gap: Double, within range: ClosedRange<Double>
    ) -> [Double] {
        let order = positions.indices.sorted { (positions[$0], $0) < (positions[$1], $1) }
        // Blocks of adjacent labels: the start of each if it is centred at its members' mean.
        var blocks: [(start: Double, count: Int)] = []
        for index in order {
            blocks.append((clamped(positions[index], 1, gap, range), 1))
            while blocks.count > 1 {
                let (a, b) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
                guard a.start + Double(a.count) * gap > b.start else { break }
                let count = a.count + b.count
                let shifted = b.start - Double(a.count) * gap
                let start =
                    (a.start * Double(a.count) + shifted * Double(b.count)) / Double(count)
                blocks.removeLast(2)
                blocks.append((clamped(start, count, gap, range), count))
            }
        }
        var result = positions
        let placed = blocks.flatMap { block in
            (0..<block.count).map { block.start + Double($0) * gap }
        }
        for (index, position) in zip(order, placed) { result[index] = position }
        return result
    }

    private static func clamped(
        _ start: Double, _ count: Int, _ gap: Double, _ range: ClosedRange<Double>
    ) -> Double {
        let last = range.upperBound - Double(count - 1) * gap
        return max(range.lowerBound, min(start, last))
    }
}
