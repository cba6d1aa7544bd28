package import FaceData
package import FaceEvaluation
package import Foundation
import SafeFiles
import SafeNumbers

/// A hidden file of finished embeddings, part by part with a checksum each, from which a later process
/// resumes.
package final class EmbeddingJournal {
    /// The header of a part, followed by its numbers: first those of the images, then of the mirror images,
    /// row by row.
    struct Part: Codable {
        var rows: Int
        var dimension: Int
        var views: Int
        /// CRC-32C of the numbers' bytes.
        var checksum: UInt32
        /// Identifies the images.
        var images: String
        /// Identifies the network and how it is run.
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
    /// Upper limit of the numbers of a part.
    private static let maxNumbers = 1 << 31

    /// Creates the journal of an output file, without writing anything.
    package init(_ output: URL, plan: String) {
        url = output.deletingLastPathComponent()
            .appendingPathComponent(".\(output.lastPathComponent).\(Self.suffix)")
        self.plan = SHA256.hexDigest(of: Array(plan.utf8))
    }

    private static let suffix = "rows"

    /// Batches of a part.
    private static let batches = 4

    /// Embeds the images that no earlier process has embedded, part by part.
    ///
    /// - Parameters:
    ///   - batchSize: Images embedded at once.
    ///   - progress: Receives the number of images that are done; finished parts are kept if it throws.
    ///   - embed: Embeds the images of a range.
    /// - Returns: How many images earlier processes had embedded.
    package func fill(
        with images: any ImageSource, batchSize: Int, progress: (Int) throws -> Void,
        _ embed: (Range<Int>) throws -> EmbeddingViews
    ) throws -> Int {
        let digest = ImageDigest(images)
        let kept = try resume { part, range in
            range.upperBound <= images.count && part.images == digest.of(range)
        }
        try progress(kept)
        let step = Self.batches * max(1, batchSize)
        for start in stride(from: kept, to: images.count, by: step) {
            let range = start..<min(start + step, images.count)
            try append(try embed(range), images: digest.of(range))
        }
        return kept
    }

    /// Keeps the parts of an earlier process, as far as they are intact and needed.
    ///
    /// - Parameter isWanted: Whether a part was made from the images at its rows.
    /// - Returns: How many images are done.
    private func resume(_ isWanted: (Part, Range<Int>) -> Bool) throws -> Int {
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
        // Without a part, neither the file nor its folder is created until the first one is written.
        if size > 0 { writer = try FileWriter(url, keeping: size) }
        return rows
    }

    /// The part at an offset of a file; nil if there is none, or a damaged one.
    private static func part(_ file: FileReader, at offset: Int) -> Part? {
        guard offset + headerSize <= file.size,
            let header = try? file.bytes(at: offset, count: headerSize),
            let part = try? JSONDecoder().decode(Part.self, from: Data(header)),
            part.rows > 0, part.dimension > 0, (1...2).contains(part.views),
            part.rows <= maxNumbers / part.dimension,
            offset + headerSize + part.size <= file.size,
            let bytes = try? file.bytes(at: offset + headerSize, count: part.size),
            CRC32C.checksum(of: Data(bytes)) == part.checksum
        else { return nil }
        return part
    }

    /// Appends a part and flushes it to disk.
    private func append(_ views: EmbeddingViews, images: String) throws {
        let writer = try self.writer ?? FileWriter(url, keeping: 0)
        self.writer = writer
        let tables = [views.original] + (views.mirrored.map { [$0] } ?? [])
        var bytes = Data(capacity: tables[0].values.count * tables.count * 4)
        for table in tables { bytes.append(contentsOf: [UInt8](littleEndian: table.values)) }
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
        try forEachPart(of: view...view) { try body($0[0]) }
    }

    /// The bytes of each view, some rows of all images at a time.
    func forEachPart(_ body: ([[UInt8]]) throws -> Void) throws {
        guard let views = entries.first?.part.views else { return }
        try forEachPart(of: 0...views - 1, body)
    }

    private func forEachPart(
        of views: ClosedRange<Int>, _ body: ([[UInt8]]) throws -> Void
    ) throws {
        let file = try FileReader(PartialFile.url(of: url))
        for entry in entries {
            let size = entry.part.size / entry.part.views
            try body(views.map { try file.bytes(at: entry.offset + $0 * size, count: size) })
        }
    }

    /// The embeddings of one part after the other.
    func forEachPart(_ body: (EmbeddingViews) throws -> Void) throws {
        let file = try FileReader(PartialFile.url(of: url))
        for entry in entries {
            let part = entry.part
            let size = part.size / part.views
            let tables = try (0..<part.views).map { view in
                try EmbeddingTable(
                    count: part.rows, dimension: part.dimension,
                    values: [Float](
                        littleEndian: try file.bytes(at: entry.offset + view * size, count: size)))
            }
            try body(
                EmbeddingViews(
                    original: tables[0], mirrored: tables.count > 1 ? tables[1] : nil))
        }
    }

    /// The embeddings of all images, as they were added.
    package func views() throws -> EmbeddingViews {
        let rows = entries.reduce(0) { $0 + $1.part.rows }
        var (original, mirrored) = ([Float](), [Float]())
        original.reserveCapacity(rows * dimension)
        if entries.first?.part.views == 2 { mirrored.reserveCapacity(rows * dimension) }
        try forEachPart { part in
            original += part.original.values
            mirrored += part.mirrored?.values ?? []
        }
        func table(_ values: [Float]) throws -> EmbeddingTable {
            try EmbeddingTable(count: rows, dimension: max(1, dimension), values: values)
        }
        return try EmbeddingViews(
            original: table(original), mirrored: mirrored.isEmpty ? nil : table(mirrored))
    }

    /// Removes the hidden file.
    func remove() {
        writer?.keepsPart = false
        writer = nil
    }

    /// Removes the hidden files in a folder, which need not exist.
    package static func removeAll(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names {
            let file = folder.appendingPathComponent(name)
            guard name.hasPrefix("."), name.hasSuffix(".\(suffix).part"),
                PlainFile.kind(of: file) == .file
            else { continue }
            try? FileManager.default.removeItem(at: file)
        }
    }
}

/// Identifies images by their names and the properties of their files.
private struct ImageDigest {
    private let images: any ImageSource

    init(_ images: any ImageSource) { self.images = images }

    /// SHA-256 over some images, in hexadecimal.
    func of(_ range: Range<Int>) -> String {
        var hash = SHA256()
        for index in range {
            let stamp = images.stamp(of: index)
            hash.update(
                Array("\(images.name(of: index))\n\(stamp.size) \(stamp.modified)\n".utf8))
        }
        return hash.hexDigest()
    }
}
