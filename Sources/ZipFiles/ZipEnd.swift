/// The end of central directory record of a ZIP archive, which locates its list of files.
public struct ZipEnd: Equatable, Sendable {
    /// Offset of the list, in bytes.
    public let offset: Int
    /// Size of the list, in bytes.
    public let length: Int
    /// Number of listed files.
    public let count: Int

    /// The number of bytes at an archive's end that contain the record: it may be followed by a comment of up
    /// to 65,535 bytes and preceded by the records of ZIP64.
    public static let searched = 22 + 0xFFFF + 76

    /// Finds the record.
    ///
    /// - Parameters:
    ///   - tail: The archive's last ``searched`` bytes, or all of them.
    ///   - size: Size of the archive, in bytes.
    public init(tail: [UInt8], size: Int) throws(ZipDamage) {
        let start = size - tail.count
        guard let end = Self.last([0x50, 0x4B, 5, 6], in: tail) else {
            throw ZipDamage(size, "the archive's list of files is missing")
        }
        var record = ZipBytes(tail[end...], at: start + end)
        _ = try record.take(10)
        var count = try record.length(2)
        var length = try record.length(4)
        var offset = try record.length(4)
        if offset == 0xFFFF_FFFF || length == 0xFFFF_FFFF || count == 0xFFFF {
            // Larger archives have a ZIP64 record, whose locator is in the 20 bytes before this one.
            (count, length, offset) = try Self.large(tail, start, end)
        }
        // Each file takes at least 46 bytes of the list.
        guard offset <= size, length <= size - offset, count <= length / 46 else {
            throw ZipDamage(start + end, "its list of files extends past its end")
        }
        (self.offset, self.length, self.count) = (offset, length, count)
    }

    private static func large(
        _ tail: [UInt8], _ start: Int, _ end: Int
    ) throws(ZipDamage) -> (count: Int, length: Int, offset: Int) {
        guard end >= 20 else { throw ZipDamage(start + end, "its list of files is damaged") }
        var locator = ZipBytes(tail[(end - 20)..<end], at: start + end - 20)
        guard try locator.number(4) == 0x0706_4B50 else {
            throw ZipDamage(start + end - 20, "its list of files is damaged")
        }
        _ = try locator.take(4)
        let position = try locator.length(8)
        guard position >= start, position < start + tail.count else {
            throw ZipDamage(start + end - 20, "its list of files extends past its end")
        }
        var large = ZipBytes(tail[(position - start)...], at: position)
        guard try large.number(4) == 0x0606_4B50 else {
            throw ZipDamage(position, "its list of files is damaged")
        }
        _ = try large.take(28)
        return (try large.length(8), try large.length(8), try large.length(8))
    }

    private static func last(_ mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 22 else { return nil }
        return (0...bytes.count - 22).last { bytes[$0...].starts(with: mark) }
    }
}
