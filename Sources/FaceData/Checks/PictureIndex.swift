import SafeNumbers

/// Finds copies among many pictures without comparing all pairs.
///
/// The 128 bits of a fingerprint are split into eight parts of 16 bits, and the pictures are listed by
/// every value of every part. Two copies differ in only a few bits, and most agree in a whole part: those
/// that differ in fewer than eight bits always do. In a picture without detail, such as an enlarged one,
/// most bits are random, so two more parts consist of the 32 lowest frequencies only. Pictures that share
/// a list and differ in few bits are compared value by value.
///
/// The matches depend only on the pictures, not on the number of threads.
public struct PictureIndex: Sendable {
    /// Number of parts of the bits.
    static let parts = 8
    /// Bits of a part.
    static let partBits = PictureFingerprint.bitCount / parts
    /// Number of lists that contain a picture: one for each part, and two for the lowest frequencies.
    private static let keys = parts + 2
    /// The most bits of the 32 lowest frequencies in which copies may differ.
    static let maxLowBits = 3
    /// The most bits in which copies may differ: about a third of the difference between unrelated
    /// pictures.
    static let maxBits = 24
    /// The least correlation of the reduced pictures of copies, chosen with `Benchmarks/copies`:
    /// pictures of two people reach 0.96, copies that were cropped by 1 % reach 0.99.
    static let minCorrelation = 0.988
    /// The most pictures of a list that are examined. In a longer list, which only arises from many
    /// nearly identical pictures, they are the nearest ones in the order of their bits.
    static let widestList = 2048
    /// The most copies reported per picture; further ones are connected through others.
    static let maxCopies = 64

    /// A picture that is a copy of one in the index.
    public struct Match: Sendable, Hashable, Codable {
        /// Index of the picture in its own set.
        public var index: Int
        /// Index of the indexed picture in its set.
        public var picture: Int

        /// Creates a pair of copies.
        public init(index: Int, picture: Int) {
            self.index = index
            self.picture = picture
        }
    }

    private let table: PictureTable
    /// Rows of the table, part by part and within a part list by list.
    private let rows: [Int32]
    /// The offset of each list, part by part, with the end of the last list at the end of each
    /// part.
    private let starts: [Int32]

    /// Builds the lists over the fingerprints of a table.
    public init(_ table: PictureTable) {
        self.table = table
        let lists = 1 << Self.partBits
        var rows = [Int32](repeating: 0, count: Self.keys * table.count)
        var starts = [Int32](repeating: 0, count: Self.keys * (lists + 1))
        for part in 0..<Self.keys {
            let (first, origin) = (part * (lists + 1), part * table.count)
            for bits in table.bits { starts[first + Self.value(of: part, in: bits) + 1] += 1 }
            for list in 0..<lists { starts[first + list + 1] += starts[first + list] }
            var ends = Array(starts[first..<first + lists])
            for (row, bits) in table.bits.enumerated() {
                let list = Self.value(of: part, in: bits)
                rows[origin + Int(ends[list])] = Int32(row)
                ends[list] += 1
            }
            for list in 0..<lists {
                let range = Int(starts[first + list])..<Int(starts[first + list + 1])
                guard range.count > Self.widestList else { continue }
                rows[origin + range.lowerBound..<origin + range.upperBound].sort {
                    Self.isBefore(
                        table.bits[Int($0)], table.bits[Int($1)], part, (Int($0), Int($1)))
                }
            }
        }
        (self.rows, self.starts) = (rows, starts)
    }

    // MARK: Searching

    /// Indices of the indexed pictures that a picture is a copy of, mirrored or not; ascending.
    public func copies(of fingerprint: PictureFingerprint) -> [Int] {
        Set(
            rows(like: PictureQuery(fingerprint), after: -1)
                + rows(like: PictureQuery(fingerprint.mirrored), after: -1)
        ).sorted().prefix(Self.maxCopies).map { table.indices[$0] }
    }

    /// Pictures of another set that are copies of indexed ones, in that set's order.
    public func matches(in other: PictureTable, threads: Int) throws -> [Match] {
        var found: [Match] = []
        try ParallelParts.forEach(
            other.count, size: 256, threads: threads,
            make: { range in
                range.flatMap { row in
                    rows(likeRow: row, of: other, after: -1).map {
                        Match(index: other.indices[row], picture: table.indices[$0])
                    }
                }
            }, take: { part, _ in found += part })
        return found
    }

    /// Groups of indexed pictures that are copies of one another: their indices, ascending within a
    /// group, with the groups in the order of their first pictures.
    public func groups(threads: Int) throws -> [[Int]] {
        var sets = DisjointSets(table.count)
        try ParallelParts.forEach(
            table.count, size: 256, threads: threads,
            make: { range in
                range.flatMap { row in
                    rows(likeRow: row, of: table, after: row).map { (row, $0) }
                }
            }, take: { part, _ in for (first, second) in part { sets.join(first, second) } })
        return sets.groups.map { $0.map { table.indices[$0] } }
    }

    /// The first rows after `least` that are copies of a row of another table, at most
    /// ``maxCopies``.
    private func rows(likeRow row: Int, of other: PictureTable, after least: Int) -> [Int] {
        let found =
            rows(like: other.query(row, mirrored: false), after: least)
            + rows(like: other.query(row, mirrored: true), after: least)
        return found.isEmpty ? [] : Array(Set(found).sorted().prefix(Self.maxCopies))
    }

    private func rows(like query: PictureQuery, after least: Int) -> [Int] {
        var near: [Int] = []
        for part in 0..<Self.keys {
            let list = list(of: part, near: query.bits, after: least)
            rows.withUnsafeBufferPointer { rows in
                table.bits.withUnsafeBufferPointer { bits in
                    for index in list {
                        let row = Int(rows[index])
                        if row > least, Self.areNear(bits[row], query.bits) {
                            near.append(row)
                        }
                    }
                }
            }
        }
        return near.isEmpty ? [] : confirmed(near.sorted(), query)
    }

    /// The first of some rows, ascending and possibly repeated, that are copies, at most
    /// ``maxCopies``.
    private func confirmed(_ near: [Int], _ query: PictureQuery) -> [Int] {
        var found: [Int] = []
        var last = -1
        for row in near where row != last {
            last = row
            guard correlation(query, row: row) >= Self.minCorrelation else { continue }
            found.append(row)
            if found.count == Self.maxCopies { break }
        }
        return found
    }

    /// The list of a part that contains pictures with these bits; of a long list, the range around
    /// the position of the bits and, among equal bits, of row `least`.
    private func list(
        of part: Int, near bits: SIMD2<UInt64>, after least: Int
    ) -> Range<Int> {
        let (origin, first) = (part * table.count, part * ((1 << Self.partBits) + 1))
        let list = first + Self.value(of: part, in: bits)
        let (from, to) = (origin + Int(starts[list]), origin + Int(starts[list + 1]))
        guard to - from > Self.widestList else { return from..<to }
        let middle = (from..<to).partitioningIndex {
            let row = Int(rows[$0])
            return !Self.isBefore(table.bits[row], bits, part, (row, least))
        }
        let start = max(from, min(to - Self.widestList, middle - Self.widestList / 2))
        return start..<start + Self.widestList
    }

    /// Pearson's correlation of two reduced pictures, whose means are nearly zero.
    private func correlation(_ query: PictureQuery, row: Int) -> Double {
        let product = query.values.withUnsafeBufferPointer { first in
            table.values.withUnsafeBufferPointer { second in
                var sum: Int32 = 0
                let start = row * PictureTable.length
                for index in 0..<PictureTable.length {
                    sum &+= Int32(first[index]) &* Int32(second[start &+ index])
                }
                return sum
            }
        }
        let squares = Double(query.square) * Double(table.squares[row])
        return Double(product) / squares.squareRoot()
    }

    // MARK: Bits

    private static func value(of part: Int, in bits: SIMD2<UInt64>) -> Int {
        guard part < parts else { return lowValue(part - parts, in: bits) }
        return Int(truncatingIfNeeded: bits[part / 4] >> UInt64(partBits * (part % 4))) & 0xFFFF
    }

    /// The bits of the 16 lowest frequencies, or of the 16 after them: two of each part.
    private static func lowValue(_ half: Int, in bits: SIMD2<UInt64>) -> Int {
        var value: UInt64 = 0
        for part in 0..<parts {
            let pair = bits[part / 4] >> UInt64(partBits * (part % 4) + 2 * half) & 3
            value = value << 2 | pair
        }
        return Int(truncatingIfNeeded: value)
    }

    /// Whether the bits of two pictures differ so little that the pictures are compared.
    private static func areNear(_ first: SIMD2<UInt64>, _ second: SIMD2<UInt64>) -> Bool {
        let other = first ^ second
        if other[0].nonzeroBitCount + other[1].nonzeroBitCount <= maxBits { return true }
        // Bits 0 to 3 of every part: the 32 lowest frequencies.
        let low = other & SIMD2(repeating: 0x000F_000F_000F_000F)
        return low[0].nonzeroBitCount + low[1].nonzeroBitCount <= maxLowBits
    }

    /// The order of a long list: by the bits of the other half of the parts first, and finally by
    /// row.
    private static func isBefore(
        _ first: SIMD2<UInt64>, _ second: SIMD2<UInt64>, _ part: Int, _ rows: (Int, Int)
    ) -> Bool {
        let (major, minor) = part < 4 ? (1, 0) : (0, 1)
        return (first[major], first[minor], rows.0) < (second[major], second[minor], rows.1)
    }
}

/// A union-find structure.
private struct DisjointSets {
    private var parents: [Int32]

    init(_ count: Int) { parents = (0..<Int32(count)).map { $0 } }

    private mutating func root(of element: Int) -> Int {
        var element = element
        while Int(parents[element]) != element {
            parents[element] = parents[Int(parents[element])]
            element = Int(parents[element])
        }
        return element
    }

    mutating func join(_ first: Int, _ second: Int) {
        let (a, b) = (root(of: first), root(of: second))
        if a != b { parents[max(a, b)] = Int32(min(a, b)) }
    }

    /// The sets of more than one element, ascending, in the order of their first elements.
    var groups: [[Int]] {
        var copy = self
        var members: [Int: [Int]] = [:]
        for element in parents.indices {
            let root = copy.root(of: element)
            if root != element { members[root, default: [root]].append(element) }
        }
        return members.values.sorted { $0[0] < $1[0] }
    }
}
