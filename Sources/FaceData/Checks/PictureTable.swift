/// The fingerprints of a set's pictures, 280 bytes each.
public struct PictureTable: Sendable, Hashable {
    /// Number of values of a reduced picture.
    static let length = PictureFingerprint.side * PictureFingerprint.side

    /// Each picture's index in the set, ascending; pictures without contrast are missing.
    public private(set) var indices: [Int] = []
    /// The values of the reduced pictures, concatenated.
    private(set) var values: [Int8] = []
    /// Squared norm of each reduced picture.
    private(set) var squares: [Int32] = []
    /// The bits of each fingerprint.
    private(set) var bits: [SIMD2<UInt64>] = []

    /// A table without pictures.
    public init() {}

    /// Number of pictures.
    public var count: Int { indices.count }

    /// Adds a picture; does nothing for nil, a picture without contrast.
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
    /// - Parameter offset: Added to their indices.
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

/// A picture whose copies are searched for.
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
