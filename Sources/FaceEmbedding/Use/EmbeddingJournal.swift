import FaceData
import FaceEvaluation
import Foundation
import SafeFiles

/// Embeddings on their way into a file: part after part, each with a checksum, in a hidden file that a later
/// process continues with.
final class EmbeddingJournal {
    /// The header before the numbers of a part: of the images and then of the mirror images, row after row.
    struct Part: Codable {
        var rows: Int
        var dimension: Int
        var views: Int
        /// CRC-32C of the numbers' bytes.
        var checksum: UInt32
        /// Identifies the images.
        var images: String
        /// Identifies what embeds them.
        var plan: String

        /// Bytes of the numbers.
        var size: Int { rows * dimension * views * 4 }
    }

    /// The position of a part's numbers.
    private struct Entry {
        var part: Part
        var offset: Int
    }

    /// Length of an embedding; 0 before the first part.
    var dimension: Int { entries.first?.part.dimension ?? 0 }

    private let url: URL
    private let plan: String
    private var entries: [Entry] = []
    private var writer: FileWriter?

    /// Size in bytes of the header before a part's numbers.
    private static let headerSize = 512
    /// More numbers than any part has.
    private static let mostNumbers = 1 << 31

    /// Names the journal of an output.
    init(_ output: URL, plan: String) {
        url = output.deletingLastPathComponent()
            .appendingPathComponent(".\(output.lastPathComponent).rows")
        self.plan = SHA256.hexDigest(of: Array(plan.utf8))
    }

    /// Takes the parts that an earlier process left, as far as they are intact and needed.
    ///
    /// - Parameter isWanted: Whether a part is of the images at its rows.
    /// - Returns: How many images are done.
    func resume(_ isWanted: (Part, Range<Int>) -> Bool) throws -> Int {
        var (size, rows) = (0, 0)
        if let file = try? FileReader(PartialFile.url(of: url)) {
            while let part = Self.part(file, at: size), part.plan == plan,
                entries.isEmpty || part.dimension == dimension,
                isWanted(part, rows..<rows + part.rows)
            {
                entries.append(Entry(part: part, offset: size + Self.headerSize))
                size += Self.headerSize + part.size
                rows += part.rows
            }
        }
        writer = try FileWriter(url, keeping: size)
        return rows
    }

    /// The part at an offset of a file; nil if there is none, or a damaged one.
    private static func part(_ file: FileReader, at offset: Int) -> Part? {
        guard offset + headerSize <= file.size,
            let header = try? file.bytes(at: offset, count: headerSize),
            let part = try? JSONDecoder().decode(Part.self, from: Data(header)),
            part.rows > 0, part.dimension > 0, (1...2).contains(part.views),
            part.rows <= mostNumbers / part.dimension,
            offset + headerSize + part.size <= file.size,
            let bytes = try? file.bytes(at: offset + headerSize, count: part.size),
            CRC32C.checksum(of: Data(bytes)) == part.checksum
        else { return nil }
        return part
    }

    /// Adds a part and brings it to the disk.
    func append(_ views: EmbeddingViews, images: String) throws {
        guard let writer else { return }
        let tables = [views.original] + (views.mirrored.map { [$0] } ?? [])
        var bytes = Data(capacity: tables[0].values.count * tables.count * 4)
        for table in tables {
            table.values.map(\.bitPattern.littleEndian)
                .withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        let part = Part(
            rows: views.count, dimension: views.original.dimension, views: tables.count,
            checksum: CRC32C.checksum(of: bytes), images: images, plan: plan)
        var header = [UInt8](try JSONEncoder().encode(part))
        header += [UInt8](repeating: 0x20, count: max(0, Self.headerSize - header.count))
        let offset = writer.count + Self.headerSize
        try writer.write(header)
        try writer.write([UInt8](bytes))
        try writer.synchronize()
        writer.keepsPart = true
        entries.append(Entry(part: part, offset: offset))
    }

    /// The bytes of one view of all images, some rows at a time.
    ///
    /// - Parameter view: 0 for the images, 1 for their mirror images.
    func forEachPart(view: Int, _ body: ([UInt8]) throws -> Void) throws {
        let file = try FileReader(PartialFile.url(of: url))
        for entry in entries {
            let size = entry.part.size / entry.part.views
            try body(try file.bytes(at: entry.offset + view * size, count: size))
        }
    }

    /// Removes the hidden file.
    func remove() {
        writer?.keepsPart = false
        writer = nil
    }
}
