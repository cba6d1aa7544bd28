public import Foundation
import SafeFiles
import Spelling

/// Writes an insightface training set: `NAME.rec` with its header record and a record for each
/// identity, `NAME.idx`, `NAME.lst` with the images' names, and `property`.
///
/// All four files are moved to their places when everything was written.
public final class RecordPackWriter {
    /// How many images an identity has, in the pack's order.
    private let identitySizes: [Int]
    private let labels: [Int]
    private let records: RecordWriter
    private let index: FileWriter
    private let list: FileWriter
    private let property: FileWriter
    private var written = 0
    private var buffer: [UInt8] = []
    /// Whether the files end with a whole image; not so when a write failed.
    private var isWhole = true

    /// Up to where a pack's files were flushed to the disk.
    struct Position: Codable, Sendable, Hashable {
        /// Number of images in the files.
        var images: Int
        /// Bytes of the `.rec`.
        var records: Int
        /// Bytes of the `.idx`.
        var index: Int
        /// Bytes of the `.lst`.
        var list: Int
    }

    /// Begins a pack.
    ///
    /// - Parameters:
    ///   - url: The `.rec` file.
    ///   - labels: Labels of all images, ascending, each number from 0 on at least once.
    ///   - side: Height and width of the images, in pixels, for `property`.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also when another process writes it.
    public convenience init(_ url: URL, labels: [Int], side: Int) throws(FaceDataError) {
        try self.init(url, labels: labels, side: side, after: nil)
    }

    /// Starts a pack, or resumes from what ``save()`` kept.
    ///
    /// - Parameter position: What ``save()`` returned.
    /// - Throws: ``FaceDataError``, also when the files are not what was kept.
    init(_ url: URL, labels: [Int], side: Int, after position: Position?) throws(FaceDataError) {
        self.labels = labels
        identitySizes = try Self.sizes(labels, url)
        let stem = url.deletingPathExtension()
        let head = RecordProperty.text(identities: identitySizes.count, side: side)
        let files = try FaceDataError.storing { () throws(SafeFilesError) in
            // First the file that the user named: an error then says its name.
            let records = try FileWriter(url, keeping: position?.records ?? 0)
            let index = try FileWriter(
                stem.appendingPathExtension("idx"), keeping: position?.index ?? 0)
            let list = try FileWriter(
                stem.appendingPathExtension("lst"), keeping: position?.list ?? 0)
            let property = try FileWriter(
                url.deletingLastPathComponent().appendingPathComponent("property"))
            try property.write(head)
            return (records: records, index: index, list: list, property: property)
        }
        records = RecordWriter(files.records)
        (index, list, property) = (files.index, files.list, files.property)
        if let position {
            written = position.images
            try Self.requireRecords(position.images + 1, PartialFile.url(of: url))
        } else {
            let end = labels.count + 1
            let border = [Float(end), Float(end + identitySizes.count)]
            try append(RecordHeader(labels: border, id: 0), key: 0)
        }
    }

    /// How many images each identity has.
    private static func sizes(_ labels: [Int], _ url: URL) throws(FaceDataError) -> [Int] {
        var sizes: [Int] = []
        for label in labels {
            if label == sizes.count { sizes.append(0) }
            guard label == sizes.count - 1 else {
                throw .cannotWrite(
                    path: url.path, reason: "the labels must ascend from 0 without gaps")
            }
            sizes[label] += 1
        }
        guard sizes.count <= Int(RecordLayout.exactFloats) else {
            throw .cannotWrite(
                path: url.path,
                reason:
                    "\(sizes.count) identities are more than 16777216, above which a pack's 32-bit "
                    + "floats would merge people")
        }
        return sizes
    }

    /// Walks through what was kept: all of it must be whole records, as many as were written.
    private static func requireRecords(_ count: Int, _ part: URL) throws(FaceDataError) {
        let found = try RecordIndex(scanning: RecordFile(store: try FileReader(part))).count
        guard found == count else {
            throw .unknownFormat(path: part.path, reason: "it has \(found) records, not \(count)")
        }
    }

    /// Brings what was written to the disk, and leaves it there when the pack is not finished.
    ///
    /// - Returns: The offset to continue from; nil when a write failed before, after which the end is not known.
    func save() throws(FaceDataError) -> Position? {
        guard isWhole else { return nil }
        try records.synchronize()
        try FaceDataError.storing { () throws(SafeFilesError) in
            for file in [index, list] { try file.synchronize() }
        }
        for file in [records.file, index, list] { file.keepsPart = true }
        return Position(
            images: written, records: records.file.count, index: index.count, list: list.count)
    }

    /// Has what was written removed when the pack is not finished.
    func forget() {
        for file in [records.file, index, list] { file.keepsPart = false }
    }

    /// Adds the next image.
    ///
    /// - Parameter name: What the list calls it, without line breaks.
    public func append(
        _ image: UnsafeRawBufferPointer, name: String
    ) throws(FaceDataError) {
        guard written < labels.count else {
            throw .cannotWrite(
                path: index.url.path, reason: "there are more images than labels")
        }
        let label = labels[written]
        isWhole = false
        written += 1
        try append(RecordHeader(label: Float(label), id: written), image, key: written)
        let line = name.contains { $0.isNewline || $0 == "\t" } ? "\(written)" : name
        try FaceDataError.storing { () throws(SafeFilesError) in
            try list.write("\(written)\t\(label)\t\(line)\n")
        }
        isWhole = true
    }

    /// Adds what follows the images and moves the files to their places.
    public func finish() throws(FaceDataError) {
        guard written == labels.count else {
            throw .cannotWrite(
                path: index.url.path,
                reason:
                    "\(grouped(written)) of \(counted(labels.count, "image")) \(written == 1 ? "was" : "were") written"
            )
        }
        var start = 1
        for (label, size) in identitySizes.enumerated() {
            let key = labels.count + 1 + label
            let range = [Float(start), Float(start + size)]
            try append(RecordHeader(labels: range, id: key), key: key)
            start += size
        }
        isWhole = false
        try FaceDataError.storing { () throws(SafeFilesError) in
            for file in [index, list, property] { try file.synchronize() }
            for file in [records.file, index, list, property] { try file.finish() }
        }
    }

    private func append(
        _ header: RecordHeader,
        _ image: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0), key: Int
    ) throws(FaceDataError) {
        buffer.removeAll(keepingCapacity: true)
        buffer += header.bytes
        buffer += image
        let offset = try buffer.withBytes { (payload) throws(FaceDataError) in
            try records.append(payload)
        }
        try FaceDataError.storing { () throws(SafeFilesError) in
            try index.write("\(key)\t\(offset)\n")
        }
    }
}
