public import Foundation
import SafeFiles
import Spelling

/// Writes an insightface training set: `NAME.rec` with its header record and a record for each
/// identity, `NAME.idx`, `NAME.lst` with the images' names, and `property`.
///
/// All four files get their final names when everything is written.
public final class RecordPackWriter {
    /// The number of images of each identity, in the pack's order.
    private let identitySizes: [Int]
    private let labels: [Int]
    private let records: RecordWriter
    private let index: FileWriter
    private let list: FileWriter
    private let property: FileWriter
    private var written = 0
    private var buffer: [UInt8] = []
    /// Whether the files end with a complete image; false after a failed write.
    private var isWhole = true

    /// How much of a pack's files was flushed to disk.
    struct Position: Codable, Sendable, Hashable {
        /// Number of images in the files.
        var images: Int
        /// Size of the `.rec`, in bytes.
        var records: Int
        /// Size of the `.idx`, in bytes.
        var index: Int
        /// Size of the `.lst`, in bytes.
        var list: Int
    }

    /// Creates a pack.
    ///
    /// - Parameters:
    ///   - url: The `.rec` file.
    ///   - labels: Labels of all images, ascending from 0 without gaps.
    ///   - side: Height and width of the images, in pixels, for `property`.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also while another process is writing
    ///   it.
    public convenience init(_ url: URL, labels: [Int], side: Int) throws(FaceDataError) {
        try self.init(url, labels: labels, side: side, after: nil)
    }

    /// Creates a pack, or resumes one after ``save()``.
    ///
    /// - Parameter position: What ``save()`` returned.
    /// - Throws: ``FaceDataError``, also if the files do not match the position.
    init(_ url: URL, labels: [Int], side: Int, after position: Position?) throws(FaceDataError) {
        self.labels = labels
        identitySizes = try Self.sizes(labels, url)
        let stem = url.deletingPathExtension()
        let head = RecordProperty.text(identities: identitySizes.count, side: side)
        let files = try FaceDataError.storing { () throws(SafeFilesError) in
            // The file that the user named comes first, so that errors mention it.
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

    /// The number of images of each identity.
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

    /// Checks that a partial file consists of a number of complete records.
    private static func requireRecords(_ count: Int, _ part: URL) throws(FaceDataError) {
        let found = try RecordIndex(scanning: RecordFile(store: try FileReader(part))).count
        guard found == count else {
            throw .unknownFormat(path: part.path, reason: "it has \(found) records, not \(count)")
        }
    }

    /// Flushes everything written to disk, where it is kept even if the pack is not finished.
    ///
    /// - Returns: The position to resume from; nil after a failed write, when the end is unknown.
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

    /// Has the partial files removed if the pack is not finished.
    func forget() {
        for file in [records.file, index, list] { file.keepsPart = false }
    }

    /// Adds the next image.
    ///
    /// - Parameter name: Its name in the list; replaced by its key if it contains tabs or line
    ///   breaks.
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

    /// Adds the identity records and gives the files their final names.
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
