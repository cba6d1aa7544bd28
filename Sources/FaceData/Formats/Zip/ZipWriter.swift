import Foundation
import SafeFiles

/// Writes a ZIP archive with uncompressed members, since pictures are already compressed. It depends only on
/// its members: no times, no owners.
///
/// For archives beyond 4 GB or 65,535 members, the larger fields of ZIP64 are written as well
/// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
final class ZipWriter {
    private let file: FileWriter
    /// The central directory, which follows the members.
    private var list: [UInt8] = []
    private var count = 0

    /// Creates an archive.
    init(_ url: URL) throws(SafeFilesError) { file = try FileWriter(url) }

    /// Adds a file of at most ``ImageDecoder/maxBytes`` bytes.
    func append(_ name: String, _ content: [UInt8]) throws(SafeFilesError) {
        let member = Member(
            name: Array(name.utf8), checksum: content.withUnsafeBytes(Inflation.checksum),
            size: content.count, offset: file.count)
        try file.write(member.head)
        try file.write(content)
        list += member.listed
        count += 1
    }

    /// Writes the central directory and gives the archive its final name.
    func finish() throws(SafeFilesError) {
        let end = Self.end(count: count, length: list.count, offset: file.count)
        try file.write(list)
        try file.write(end)
        try file.finish()
    }

    /// The end of central directory record, preceded by that of ZIP64 and its locator if needed.
    static func end(count: Int, length: Int, offset: Int) -> [UInt8] {
        var end: [UInt8] = []
        if count >= 0xFFFF || length >= 0xFFFF_FFFF || offset >= 0xFFFF_FFFF {
            end += Self.fields([
                (0x0606_4B50, 4), (44, 8), (Member.madeBy, 2), (45, 2), (0, 8), (count, 8),
                (count, 8),
                (length, 8), (offset, 8),
            ])
            end += Self.fields([(0x0706_4B50, 4), (0, 4), (offset + length, 8), (1, 4)])
        }
        let some = min(count, 0xFFFF)
        end += Self.fields([
            (0x0605_4B50, 4), (0, 4), (some, 2), (some, 2), (min(length, 0xFFFF_FFFF), 4),
            (min(offset, 0xFFFF_FFFF), 4), (0, 2),
        ])
        return end
    }

    /// Encodes little-endian numbers of the given sizes.
    private static func fields(_ fields: [(value: Int, bytes: Int)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            for byte in 0..<field.bytes {
                bytes.append(UInt8(truncatingIfNeeded: field.value >> (8 * byte)))
            }
        }
        return bytes
    }

    /// A file of the archive.
    struct Member {
        let name: [UInt8]
        /// CRC-32 of the content.
        let checksum: UInt32
        /// Size of the content, in bytes.
        let size: Int
        /// Offset of its local header.
        let offset: Int

        /// Unix, and version 4.5 of the specification, which includes ZIP64.
        static let madeBy = 3 << 8 | 45

        /// The local header.
        var head: [UInt8] {
            var head = ZipWriter.fields([(0x0403_4B50, 4), (20, 2)])
            head += common
            head += ZipWriter.fields([(name.count, 2), (0, 2)])
            head += name
            return head
        }

        /// The entry in the central directory.
        var listed: [UInt8] {
            let isFar = offset >= 0xFFFF_FFFF
            let extra = isFar ? ZipWriter.fields([(1, 2), (8, 2), (offset, 8)]) : []
            var entry = ZipWriter.fields([
                (0x0201_4B50, 4), (Self.madeBy, 2), (isFar ? 45 : 20, 2),
            ])
            entry += common
            // No comment, the first disk, and the attributes of a regular Unix file.
            entry += ZipWriter.fields([
                (name.count, 2), (extra.count, 2), (0, 6), (0o100644 << 16, 4),
                (isFar ? 0xFFFF_FFFF : offset, 4),
            ])
            entry += name
            entry += extra
            return entry
        }

        /// UTF-8 names, no compression, the earliest date of ZIP, checksum and sizes.
        private var common: [UInt8] {
            ZipWriter.fields([
                (0x0800, 2), (0, 2), (0, 2), (0x0021, 2), (Int(checksum), 4), (size, 4), (size, 4),
            ])
        }
    }
}
