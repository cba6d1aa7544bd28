public import Foundation

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

    /// Begins a pack.
    ///
    /// - Parameters:
    ///   - url: The `.rec` file.
    ///   - labels: Labels of all images, ascending, each number from 0 on at least once.
    ///   - side: Height and width of the images, in pixels, for `property`.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public init(_ url: URL, labels: [Int], side: Int) throws(FaceDataError) {
        var sizes: [Int] = []
        for label in labels {
            if label == sizes.count { sizes.append(0) }
            guard label == sizes.count - 1 else {
                throw .cannotWrite(
                    path: url.path, reason: "the labels do not ascend from 0 on without gaps")
            }
            sizes[label] += 1
        }
        self.labels = labels
        identitySizes = sizes
        let stem = url.deletingPathExtension()
        records = try RecordWriter(url)
        index = try FileWriter(stem.appendingPathExtension("idx"))
        list = try FileWriter(stem.appendingPathExtension("lst"))
        property = try FileWriter(
            url.deletingLastPathComponent().appendingPathComponent("property"))
        try property.write(RecordProperty.text(identities: sizes.count, side: side))
        let end = labels.count + 1
        try append(
            RecordHeader(labels: [Float(end), Float(end + sizes.count)], id: 0), key: 0)
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
        written += 1
        try append(RecordHeader(label: Float(label), id: written), image, key: written)
        let line = name.contains { $0.isNewline || $0 == "\t" } ? "\(written)" : name
        try list.write("\(written)\t\(label)\t\(line)\n")
    }

    /// Adds what follows the images and moves the files to their places.
    public func finish() throws(FaceDataError) {
        guard written == labels.count else {
            throw .cannotWrite(
                path: index.url.path,
                reason: "\(written) of \(labels.count) images were written")
        }
        var start = 1
        for (label, size) in identitySizes.enumerated() {
            let key = labels.count + 1 + label
            let range = [Float(start), Float(start + size)]
            try append(RecordHeader(labels: range, id: key), key: key)
            start += size
        }
        for file in [index, list, property] { try file.synchronize() }
        try records.finish()
        for file in [index, list, property] { try file.finish() }
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
        try index.write("\(key)\t\(offset)\n")
    }
}
