/// A defect in an archive.
public struct ZipDamage: Error, Equatable, Sendable {
    /// Offset of the defect in the archive, in bytes.
    public let offset: Int
    /// A clause such as `its list of files is damaged`.
    public let reason: String

    init(_ offset: Int, _ reason: String) {
        (self.offset, self.reason) = (offset, reason)
    }
}

/// A bounds-checked reader of bytes of an archive.
struct ZipBytes {
    let bytes: ArraySlice<UInt8>
    /// Offset of the bytes in the archive.
    let start: Int
    private(set) var position: Int

    init(_ bytes: some RandomAccessCollection<UInt8>, at start: Int) {
        self.bytes = Array(bytes)[...]
        self.start = start
        position = 0
    }

    /// The next byte's offset in the archive.
    var offset: Int { start + position }
    var rest: Int { bytes.count - position }

    mutating func take(_ count: Int) throws(ZipDamage) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest else {
            throw ZipDamage(offset, "\(count) bytes should follow, and the archive ends before")
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// A little-endian number.
    mutating func number(_ count: Int) throws(ZipDamage) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A length, clamped to `Int`: bounds checks then reject it like any other that is too large.
    mutating func length(_ count: Int) throws(ZipDamage) -> Int {
        Int(clamping: try number(count))
    }
}
