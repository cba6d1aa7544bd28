public import Foundation
import SafeFiles

/// Writes a training set as a TFRecord file, each record a `tf.train.Example` with TF-Slim's features
/// `image/encoded`, `image/class/label`, `image/class/text` and `image/filename`.
struct TFRecordWriter {
    let file: FileWriter

    init(_ url: URL) throws(SafeFilesError) { file = try FileWriter(url) }

    func append(
        _ image: [UInt8], name: String, label: Int, identity: String
    ) throws(SafeFilesError) {
        var number = WireWriter()
        number.bytes(1, Self.varint(label))
        var features = WireWriter()
        features.bytes(1, Self.entry("image/encoded", Self.text(image)))
        features.bytes(1, Self.entry("image/class/label", Self.feature(3, number.bytes)))
        features.bytes(1, Self.entry("image/class/text", Self.text(Array(identity.utf8))))
        features.bytes(1, Self.entry("image/filename", Self.text(Array(name.utf8))))
        var example = WireWriter()
        example.bytes(1, features.bytes)
        try append(example.bytes)
    }

    /// Gives the file its final name.
    func finish() throws(SafeFilesError) { try file.finish() }

    private func append(_ record: [UInt8]) throws(SafeFilesError) {
        let length = withUnsafeBytes(of: UInt64(record.count).littleEndian) { Array($0) }
        for part in [length, record] {
            try file.write(part)
            let sum = part.withUnsafeBytes { TFRecordFile.masked($0) }
            try file.write(withUnsafeBytes(of: sum.littleEndian) { Array($0) })
        }
    }

    private static func entry(_ key: String, _ feature: [UInt8]) -> [UInt8] {
        var entry = WireWriter()
        entry.bytes(1, key.utf8)
        entry.bytes(2, feature)
        return entry.bytes
    }

    /// A bytes feature with one text or picture.
    private static func text(_ bytes: [UInt8]) -> [UInt8] {
        var list = WireWriter()
        list.bytes(1, bytes)
        return feature(1, list.bytes)
    }

    private static func feature(_ kind: Int, _ list: [UInt8]) -> [UInt8] {
        var feature = WireWriter()
        feature.bytes(kind, list)
        return feature.bytes
    }

    /// A number as an element of a packed list.
    private static func varint(_ value: Int) -> [UInt8] {
        var writer = WireWriter()
        writer.number(1, value)
        return Array(writer.bytes.dropFirst())
    }
}

extension SetConversion {
    /// Writes a training set as a TFRecord file; an interrupted conversion starts over.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toRecords url: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let pack = PackNames(of: set)
        let writer = try FaceDataError.storing { () throws(SafeFilesError) in
            try TFRecordWriter(url)
        }
        var outcome = try writeAll(set, progress) { bytes, index in
            let (name, label) = (pack.names[index], set.labels[index])
            try FaceDataError.storing { () throws(SafeFilesError) in
                try writer.append(bytes, name: name, label: label, identity: set.identities[label])
            }
        }
        guard outcome.written > 0 else { return outcome }
        try FaceDataError.storing { () throws(SafeFilesError) in try writer.finish() }
        outcome.listRenamed(by: pack.written, of: set.source)
        return outcome
    }
}
