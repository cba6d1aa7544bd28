import Foundation
import SafeFiles
import Spelling

/// Reads a TFRecord file, whose records consist of an 8-byte length, its 4-byte checksum, the data, and
/// their 4-byte checksum.
///
/// Checksums are CRC-32C, masked by a rotation and an addition, because the CRC of data that contain their
/// own CRC is problematic (TensorFlow, `lib/hash/crc32c.h`).
struct TFRecordFile {
    /// Bytes before and after a record's data.
    static let headBytes = 12
    static let tailBytes = 4

    /// The checksum as stored.
    static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let sum = CRC32C.checksum(of: bytes)
        return (sum >> 15 | sum << 17) &+ 0xa282_ead8
    }

    private let store: any ByteStore

    init(_ store: any ByteStore) { self.store = store }

    /// Range of the data of the record at an offset.
    func record(_ number: Int, at offset: Int) throws(FaceDataError) -> Range<Int> {
        guard offset >= 0, store.size - offset >= Self.headBytes else {
            throw refusal(
                number, offset,
                "the file is cut short: half a header is here, which TensorFlow takes for the end in silence"
            )
        }
        let head = ReadBuffer(capacity: Self.headBytes)
        try store.read(at: offset, count: Self.headBytes, into: head)
        let length = UInt64(littleEndian: head.bytes.loadUnaligned(as: UInt64.self))
        let sum = UInt32(littleEndian: head.bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard sum == Self.masked(UnsafeRawBufferPointer(rebasing: head.bytes[..<8])) else {
            throw refusal(
                number, offset, "the checksum of its length is wrong" + compressed(offset, head))
        }
        let rest = store.size - offset - Self.headBytes - Self.tailBytes
        guard rest >= 0, length <= UInt64(rest) else {
            throw refusal(
                number, offset,
                "the file is cut short: \(length) bytes should follow, but there are \(max(0, rest))"
            )
        }
        let start = offset + Self.headBytes
        return start..<start + Int(length)
    }

    /// A hint for a file that begins like a compressed one; otherwise empty.
    private func compressed(_ offset: Int, _ head: ReadBuffer) -> String {
        guard offset == 0, head.bytes.starts(with: [0x1f, 0x8b]) else { return "" }
        return "; the file is compressed, and 'gunzip' must be run on it first"
    }

    func refusal(_ record: Int, _ offset: Int, _ reason: String) -> FaceDataError {
        .badRecord(path: store.path, record: record, offset: offset, reason: reason)
    }
}

/// Pictures in records: a part consists of a record's data and their checksum.
struct RecordedExample: PartContent {
    func unwrap(_ buffer: ReadBuffer, _ packing: PartIndex.Packing?) -> String? {
        let count = buffer.count - TFRecordFile.tailBytes
        guard count >= 0 else { return "its record is too short" }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
        let sum = UInt32(
            littleEndian: buffer.bytes.loadUnaligned(fromByteOffset: count, as: UInt32.self))
        guard sum == TFRecordFile.masked(bytes) else {
            return "the checksum of its record is wrong"
        }
        guard let image = ExampleRecord(bytes)?.image else { return "its record has no picture" }
        buffer.narrow(to: image)
        return nil
    }
}

extension PartIndex {
    /// Indexes the pictures of a TFRecord file; all records are read.
    ///
    /// - Throws: ``FaceDataError/badRecord(path:record:offset:reason:)``.
    static func tfrecord(_ store: any ByteStore) throws(FaceDataError) -> PartIndex {
        let file = TFRecordFile(store)
        let buffer = ReadBuffer()
        var index = PartIndex()
        var names: Set<String> = []
        var (offset, number) = (0, 0)
        while offset < store.size {
            let range = try file.record(number, at: offset)
            let size = range.count + TFRecordFile.tailBytes
            guard size <= ImageDecoder.maxBytes else {
                throw file.refusal(
                    number, offset, "\(size) bytes are more than \(ImageDecoder.maxBytes)")
            }
            try store.read(at: range.lowerBound, count: size, into: buffer)
            let (name, label) = try entry(buffer, number, offset, file)
            let isNew = names.insert(name).inserted
            index.append(
                isNew ? name : "record \(number)", at: range.lowerBound, size: size, label: label)
            offset = range.upperBound + TFRecordFile.tailBytes
            number += 1
        }
        return index
    }

    /// A record's name and label.
    private static func entry(
        _ buffer: ReadBuffer, _ number: Int, _ offset: Int, _ file: TFRecordFile
    ) throws(FaceDataError) -> (name: String, label: String) {
        let bytes = UnsafeRawBufferPointer(
            rebasing: buffer.bytes[..<(buffer.count - TFRecordFile.tailBytes)])
        let sum = UInt32(
            littleEndian: buffer.bytes.loadUnaligned(
                fromByteOffset: bytes.count, as: UInt32.self))
        guard sum == TFRecordFile.masked(bytes) else {
            throw file.refusal(number, offset, "the checksum of its bytes is wrong")
        }
        guard let example = ExampleRecord(bytes) else {
            throw file.refusal(number, offset, "it is not a tf.train.Example")
        }
        let features = example.features.sorted().map { "\(quoted: $0)" }.someJoined()
        guard example.image != nil else {
            throw file.refusal(
                number, offset, "it has no encoded picture (its features are \(features))")
        }
        guard let label = example.label else {
            throw file.refusal(
                number, offset,
                "it has no label (its features are \(features)); if the labels are in an index of TFace, give it as "
                    + "INDEX,FOLDER")
        }
        return (example.name ?? "record \(number)", label)
    }
}
