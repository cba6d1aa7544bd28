/// An order of pairs in which rows that are close to each other are multiplied one after the other, so that they are
/// read from the processor's cache instead of memory: millions of pairs have each row many times.
///
/// Pairs are grouped by tiles of rows for the first and the second of a pair, and keep their order within a tile.
struct PairTiles {
    /// Bytes of a tile's rows, of which two are in use at a time.
    private static let bytes = 1 << 20
    /// Tiles of a table at most, which bounds the number of groups.
    private static let maxTiles = 128

    /// Indices of all pairs.
    let order: [Int32]

    /// Groups pairs; nil if the order makes no difference, because the rows fit into the cache or are used a few times
    /// only.
    ///
    /// - Parameters:
    ///   - first: The row of the first of each pair.
    ///   - second: The row of the second of each pair.
    ///   - rows: Numbers of rows of both tables, each row of `dimension` numbers.
    init?(_ first: [Int32], _ second: [Int32], rows: (first: Int, second: Int), dimension: Int) {
        let rowBytes = max(1, dimension) * MemoryLayout<Float>.stride
        guard (rows.first + rows.second) * rowBytes > 4 * Self.bytes,
            first.count / 16 > rows.first, first.count <= Int(Int32.max)
        else { return nil }
        let most = max(rows.first, rows.second)
        // A tile has a power of two of rows: shifting takes a tenth of the time of dividing.
        let (inCache, needed) = (Self.bytes / rowBytes, (most - 1) / Self.maxTiles)
        let shift = Int32(
            max(
                Int.bitWidth - 1 - max(1, inCache).leadingZeroBitCount,
                Int.bitWidth - needed.leadingZeroBitCount))
        let tiles = (Int32(rows.second) - 1) >> shift + 1
        func group(_ pair: Int) -> Int {
            Int((first[pair] &>> shift) &* tiles &+ (second[pair] &>> shift))
        }
        var next = [Int](repeating: 0, count: (rows.first >> Int(shift) + 1) * Int(tiles))
        for pair in first.indices { next[group(pair)] += 1 }
        var start = 0
        for index in next.indices { (next[index], start) = (start, start + next[index]) }
        order = [Int32](unsafeUninitializedCapacity: first.count) { order, filled in
            for pair in first.indices {
                let group = group(pair)
                order[next[group]] = Int32(pair)
                next[group] += 1
            }
            filled = first.count
        }
    }
}
