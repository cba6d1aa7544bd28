import Foundation
import SeededRandom
import Testing

@testable import FaceData

/// Files with changed bytes: each gives a set or an error, and nothing else. `Tests/Fuzz` goes further.
@Suite struct MutatedSetsTests {
    private typealias Index = @Sendable (any ByteStore) throws(FaceDataError) -> PartIndex

    /// What is read of a file, by the reader's name.
    private static let readers: [String: (index: Index, content: any PartContent)] = [
        "tar": ({ (store) throws(FaceDataError) in try PartIndex.tar(store) }, WholePart()),
        "zip": ({ (store) throws(FaceDataError) in try PartIndex.zip(store) }, ZipMember()),
        "lmdb": ({ (store) throws(FaceDataError) in try PartIndex.lmdb(store) }, DatabaseValue()),
        "tfrecord": (
            { (store) throws(FaceDataError) in try PartIndex.tfrecord(store) }, RecordedExample()
        ),
    ]

    /// How many files are made of each; FACET_MUTATIONS asks for more.
    private static let count =
        ProcessInfo.processInfo.environment["FACET_MUTATIONS"].flatMap(Int.init) ?? 300

    @Test(arguments: [
        ("tar", "archives/pax.tar"), ("tar", "webdataset/json-000000.tar"),
        ("zip", "archives/deflated.zip"), ("lmdb", "lmdb/caffe/data.mdb"),
        ("lmdb", "lmdb/openmmlab/data.mdb"), ("tfrecord", "tfrecord/slim.tfrecord"),
    ])
    func aSetOrAnError(format: String, file: String) throws {
        let whole = try Fixture.bytes("sets/\(file)")
        let reader = try #require(Self.readers[format])
        var stream = SeededRandom(seed: 21, "mutations of \(file)")
        var read = 0
        for _ in 0..<Self.count {
            let bytes = Self.mutated(whole, format, &stream)
            let store = MemoryBytes(bytes)
            guard let index = try? reader.index(store) else { continue }
            read += 1
            let buffer = ReadBuffer()
            for place in 0..<index.count {
                #expect(index.offsets[place] + index.sizes[place] <= bytes.count)
                try store.read(at: index.offsets[place], count: index.sizes[place], into: buffer)
                _ = reader.content.unwrap(
                    buffer, index.packings.isEmpty ? nil : index.packings[place])
            }
        }
        // Some changes are of no account.
        #expect(read > 0 && read < Self.count, "\(read)")
    }

    /// Some bytes changed or cut off, and checksums of tar's headers and of records made right again.
    private static func mutated(
        _ whole: [UInt8], _ format: String, _ stream: inout SeededRandom
    ) -> [UInt8] {
        var bytes = whole
        for _ in 0...stream.below(3) {
            let place = stream.below(bytes.count)
            switch stream.below(8) {
            case 0: bytes.removeLast(stream.below(bytes.count / 2))
            case 1: bytes[place] = [0, 0xff, 0x7f, 0x80][stream.below(4)]
            default: bytes[place] ^= 1 << UInt8(stream.below(8))
            }
        }
        if format == "tar" { rightHeaders(&bytes) }
        if format == "tfrecord" { rightRecords(&bytes) }
        return bytes
    }

    private static func rightHeaders(_ bytes: inout [UInt8]) {
        for start in stride(from: 0, to: bytes.count - 511, by: 512)
        where bytes[start + 257..<start + 262].elementsEqual(Array("ustar".utf8)) {
            bytes.replaceSubrange(start + 148..<start + 156, with: Array("        ".utf8))
            let sum = String(bytes[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
            bytes.replaceSubrange(start + 148..<start + 148 + sum.utf8.count, with: Array(sum.utf8))
        }
    }

    private static func rightRecords(_ bytes: inout [UInt8]) {
        func sum(_ range: Range<Int>) -> [UInt8] {
            let value = Array(bytes[range]).withUnsafeBytes { TFRecordFile.masked($0) }
            return withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        var offset = 0
        while bytes.count - offset >= 16 {
            let length = bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            }
            bytes.replaceSubrange(offset + 8..<offset + 12, with: sum(offset..<offset + 8))
            guard length <= UInt64(bytes.count - offset - 16) else { return }
            let end = offset + 12 + Int(length)
            bytes.replaceSubrange(end..<end + 4, with: sum(offset + 12..<end))
            offset = end + 4
        }
    }
}
