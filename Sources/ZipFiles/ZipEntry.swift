import Spelling

/// An entry of a ZIP archive's list of files.
public struct ZipEntry: Equatable, Sendable {
    /// The signature of a local header, with which most archives begin.
    public static let localMark: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    /// Size of a local header up to the file's name, in bytes; see ``content(after:archive:)``.
    public static let localBytes = 30

    /// The file's name, as undecoded bytes.
    public let name: [UInt8]
    /// The compression method: 0 for none, 8 for deflate.
    public let method: Int
    /// Whether a password is needed.
    public let isEncrypted: Bool
    /// CRC-32 of the content.
    public let checksum: UInt32
    /// Compressed size, in bytes.
    public let packedSize: Int
    /// Uncompressed size, in bytes.
    public let size: Int
    /// Offset of the local header in the archive.
    public let offset: Int
    /// Whether it is a Unix symbolic link.
    public let isLink: Bool

    /// Whether the content is stored uncompressed.
    public var isStored: Bool { method == 0 && !isEncrypted && packedSize == size }

    /// The files that an archive lists.
    ///
    /// - Parameter list: The bytes of the list.
    public static func all(_ list: [UInt8], _ end: ZipEnd) throws(ZipDamage) -> [ZipEntry] {
        var bytes = ZipBytes(list, at: end.offset)
        var entries: [ZipEntry] = []
        for _ in 0..<end.count { entries.append(try ZipEntry(&bytes)) }
        return entries
    }

    /// The files at the beginning of a list, as far as it can be parsed.
    public static func some(_ list: [UInt8], at offset: Int) -> [ZipEntry] {
        var bytes = ZipBytes(list, at: offset)
        var entries: [ZipEntry] = []
        while let entry = try? ZipEntry(&bytes) { entries.append(entry) }
        return entries
    }

    private init(_ bytes: inout ZipBytes) throws(ZipDamage) {
        let start = bytes.offset
        guard try bytes.number(4) == 0x0201_4B50 else {
            throw ZipDamage(start, "the archive's list of files is damaged")
        }
        let madeBy = try bytes.number(2)
        _ = try bytes.take(2)
        isEncrypted = try bytes.number(2) & 1 != 0
        method = try bytes.length(2)
        _ = try bytes.take(4)
        checksum = UInt32(try bytes.number(4))
        var sizes = [try bytes.length(4), try bytes.length(4)]
        let lengths = [try bytes.length(2), try bytes.length(2), try bytes.length(2)]
        _ = try bytes.take(4)
        // In archives made on Unix, the upper half is the mode of stat(2).
        let mode = try bytes.number(4) >> 16
        isLink = madeBy >> 8 == 3 && mode & 0o170000 == 0o120000
        var offset = try bytes.length(4)
        name = Array(try bytes.take(lengths[0]))
        var extra = ZipBytes(try bytes.take(lengths[1]), at: bytes.offset)
        _ = try bytes.take(lengths[2])
        try Self.readLarge(&extra, &sizes, &offset)
        (packedSize, size, self.offset) = (sizes[0], sizes[1], offset)
    }

    /// Reads sizes and offset above 4 GB from the ZIP64 extra field.
    private static func readLarge(
        _ extra: inout ZipBytes, _ sizes: inout [Int], _ offset: inout Int
    ) throws(ZipDamage) {
        while extra.rest >= 4 {
            let kind = try extra.number(2)
            let length = try extra.length(2)
            var field = ZipBytes(try extra.take(length), at: extra.offset)
            guard kind == 1 else { continue }
            // Uncompressed size, compressed size, offset: those that do not fit in the entry
            // itself.
            for index in [1, 0] where sizes[index] == 0xFFFF_FFFF {
                sizes[index] = try field.length(8)
            }
            if offset == 0xFFFF_FFFF { offset = try field.length(8) }
        }
    }

    /// Range of the compressed content, whose start follows from the local header.
    ///
    /// - Parameters:
    ///   - head: ``localBytes`` bytes from ``offset`` on.
    ///   - archive: Size of the archive, in bytes.
    public func content(after head: [UInt8], archive: Int) throws(ZipDamage) -> Range<Int> {
        var bytes = ZipBytes(head, at: offset)
        let title = String(decoding: name.prefix(80), as: UTF8.self)
        guard Array(try bytes.take(4)) == Self.localMark else {
            throw ZipDamage(offset, "\(quoted: title) does not begin where the list says")
        }
        _ = try bytes.take(22)
        let start = offset + Self.localBytes + (try bytes.length(2)) + (try bytes.length(2))
        guard start <= archive, packedSize <= archive - start else {
            throw ZipDamage(
                offset,
                "\(quoted: title) should have \(packedSize) bytes, and the archive ends before")
        }
        return start..<start + packedSize
    }
}
