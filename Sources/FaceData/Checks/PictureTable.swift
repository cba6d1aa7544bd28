/// The fingerprints of a set's pictures, 280 bytes each.
public struct PictureTable: Sendable, Hashable {
    /// Numbers of a reduced picture.
    static let length = PictureFingerprint.side * PictureFingerprint.side

    /// Index in the set of each picture, ascending; pictures without contrast are missing.
    public private(set) var indices: [Int] = []
    /// The reduced pictures, one after the other.
    private(set) var values: [Int8] = []
    /// Square of the length of each.
    private(set) var squares: [Int32] = []
    /// The bits of each.
    private(set) var bits: [SIMD2<UInt64>] = []

    /// A table without pictures.
    public init() {}

    /// Pictures in the table.
    public var count: Int { indices.count }

    /// Adds a picture; nil, for one without contrast, adds nothing.
    ///
    /// - Parameter index: Its index in the set, above those of all before it.
    public mutating func append(_ fingerprint: PictureFingerprint?, at index: Int) {
        guard let fingerprint else { return }
        indices.append(index)
        values += fingerprint.values
        squares.append(fingerprint.values.reduce(0) { $0 + Int32($1) * Int32($1) })
        bits.append(fingerprint.bits)
    }

    /// Adds the pictures of another table.
    ///
    /// - Parameter offset: What their indices grow by.
    public mutating func append(contentsOf other: PictureTable, offset: Int = 0) {
        indices += other.indices.map { $0 + offset }
        values += other.values
        squares += other.squares
        bits += other.bits
    }

    /// The fingerprint of a row of the table, original or mirrored.
    func query(_ row: Int, mirrored: Bool) -> PictureQuery {
        let picture = PictureFingerprint(
            values: Array(values[row * Self.length..<(row + 1) * Self.length]), bits: bits[row])
        return PictureQuery(mirrored ? picture.mirrored : picture)
    }
}

/// A picture that is looked for.
struct PictureQuery {
    let values: [Int8]
    let square: Int32
    let bits: SIMD2<UInt64>

    init(_ fingerprint: PictureFingerprint) {
        values = fingerprint.values
        square = values.reduce(0) { $0 + Int32($1) * Int32($1) }
        bits = fingerprint.bits
    }
}
