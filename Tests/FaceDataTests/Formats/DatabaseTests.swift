import Foundation
import SafeFiles
import Testing

@testable import FaceData

/// LMDB databases and TFRecord files.
@Suite struct DatabaseTests {
    private static func url(_ path: String) throws -> URL {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/sets/\(path)")
    }

    private static func hash(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexDigest()
    }

    /// A label and a hash of pixels.
    private struct Known: Decodable, Equatable {
        let label: Int
        let hash: String

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            label = try values.decode(Int.self)
            hash = try values.decode(String.self)
        }
    }

    // MARK: LMDB

    @Test func readsADatabaseOfCaffe() throws {
        let expected = try JSONDecoder().decode(
            [String: Known].self, from: Data(Fixture.bytes("sets/lmdb/caffe/EXPECTED.json")))
        let set = try LabelledImageSet.open(try Self.url("lmdb/caffe").path)
        #expect(set.count == 120 && expected.count == 120)
        // Each label has a folder of its own in the keys.
        #expect(set.identities == (0...6).map { "p\($0)" })
        for index in 0..<set.count {
            let known = try #require(expected[set.source.name(of: index)])
            #expect(set.labels[index] == known.label)
            #expect(Self.hash(try set.source.image(index).pixels) == known.hash)
        }
        #expect(set.warnings.isEmpty)
    }

    @Test func readsADatabaseOfOpenMMLab() throws {
        let expected = try JSONDecoder().decode(
            [String: String].self, from: Data(Fixture.bytes("sets/lmdb/openmmlab/EXPECTED.json")))
        let set = try LabelledImageSet.open(try Self.url("lmdb/openmmlab/data.mdb").path)
        #expect(set.names == expected.keys.sorted() && set.identities == ["Ann", "Bob"])
        for index in 0..<set.count {
            #expect(
                Self.hash(try set.source.image(index).pixels)
                    == expected[set.source.name(of: index)])
        }
    }

    /// A lock's file beside a database cannot be made there, and is not wanted.
    @Test func aFolderWithoutARightToWriteIsRead() throws {
        let folder = try TemporaryFolder()
        try folder.write(try Fixture.bytes("sets/lmdb/openmmlab/data.mdb"), to: "x/data.mdb")
        let place = folder.url.appendingPathComponent("x").path
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: place)
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)
        }
        #expect(try LabelledImageSet.open(place).count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["data.mdb"])
    }

    private static func database(_ change: (inout [UInt8]) -> Void) throws -> String {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes("sets/lmdb/caffe/data.mdb")
        change(&bytes)
        let file = try folder.write(bytes, to: "data.mdb")
        let error = refusal { _ = try LabelledImageSet.open(file.path) }
        return try #require(error).description.replacingOccurrences(of: file.path, with: "x")
    }

    @Test func damagedDatabasesAreRefused() throws {
        #expect(
            try Self.database { $0.removeLast($0.count - 4000) }.contains("the file is cut short"))
        #expect(
            try Self.database { $0.removeLast($0.count - 3 * 4096) }.contains(
                "is damaged: it should be there"))
        #expect(
            try Self.database { $0[16] = 0 } == "'x' cannot be used: it is not an LMDB database")
        #expect(
            try Self.database { $0[20] = 2 }
                == "'x' cannot be used: its version is 2, and 1 can be read, that of LMDB 0.9")
        #expect(try Self.database { $0[40] = 3 }.contains("are none of LMDB's"))
    }

    @Test func aTreeThatLeadsBackIsRefused() throws {
        let writer = try TemporaryFolder()
        let file = writer.url.appendingPathComponent("data.mdb")
        let made = try LMDBWriter(file)
        for number in 0..<500 {
            try made.append(Array("key \(1000 + number)".utf8), [UInt8](repeating: 1, count: 60))
        }
        try made.finish()
        var bytes = [UInt8](try Data(contentsOf: file))
        let root = Int(bytes[4096 + 128]) | Int(bytes[4096 + 129]) << 8
        // The first entry of the root leads to the root.
        let node = Int(bytes[root * 4096 + 16]) | Int(bytes[root * 4096 + 17]) << 8
        bytes[root * 4096 + node] = UInt8(root & 255)
        bytes[root * 4096 + node + 1] = UInt8(root >> 8)
        let error = refusal {
            var reader = try LMDBReader(MemoryBytes(bytes))
            try reader.forEach { _ in }
        }
        #expect(error?.description.contains("lead to each other in a circle") == true)
    }

    @Test func whatIsWrittenIsReadInTheOrderOfKeys() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("data.mdb")
        let writer = try LMDBWriter(file)
        // Three levels of pages, and values on pages of their own between.
        let keys = (0..<6000).map {
            Array("\(String(repeating: "k", count: 60))\(100_000 + $0)".utf8)
        }
        for (number, key) in keys.enumerated() {
            try writer.append(
                key, [UInt8](repeating: UInt8(number & 255), count: number % 500 == 0 ? 9000 : 20))
        }
        try writer.finish()
        let store = try FileReader(file)
        var reader = try LMDBReader(store)
        #expect(reader.count == keys.count)
        var found: [[UInt8]] = []
        try reader.forEach { (entry) throws(FaceDataError) in
            let number = found.count
            found.append(entry.key)
            let value = try store.bytes(at: entry.value.lowerBound, count: entry.value.count)
            #expect(value.count == (number % 500 == 0 ? 9000 : 20))
            #expect(value.allSatisfy { $0 == UInt8(number & 255) })
        }
        #expect(found == keys)
    }

    @Test func keysOutOfOrderAreRefused() throws {
        let folder = try TemporaryFolder()
        let writer = try LMDBWriter(folder.url.appendingPathComponent("data.mdb"))
        try writer.append([2], [1])
        #expect(throws: SafeFilesError.self) { try writer.append([1], [1]) }
    }

    // MARK: TFRecord

    private struct Records: Decodable {
        struct Row: Decodable {
            let name: String?
            let label: Int
            let sha256: String
        }
        let slim: [Row]
        let tface: [Row]
    }

    private static func expected() throws -> Records {
        try JSONDecoder().decode(
            Records.self, from: Data(Fixture.bytes("sets/tfrecord/EXPECTED.json")))
    }

    @Test func readsRecordsOfTFSlim() throws {
        let rows = try Self.expected().slim
        let set = try LabelledImageSet.open(try Self.url("tfrecord/slim.tfrecord").path)
        #expect(set.names == rows.map { $0.name ?? "" } && rows.count == 5)
        #expect(set.identities == ["a", "b"] && set.labels == rows.map(\.label))
        for (index, row) in rows.enumerated() {
            #expect(Self.hash(try set.source.bytes(of: index)) == row.sha256)
        }
    }

    @Test func readsTheTextOfTFace() throws {
        let rows = try Self.expected().tface
        let folder = try Self.url("tfrecord").path
        let set = try LabelledImageSet.open("\(folder)/TFR-TINY.txt,\(folder)")
        #expect(set.identities == ["0", "3"] && set.labels == [1, 0, 1])
        for (index, row) in rows.enumerated() {
            #expect(set.identities[set.labels[index]] == "\(row.label)")
            #expect(Self.hash(try set.source.bytes(of: index)) == row.sha256)
        }
    }

    @Test func aTextOfTFaceThatIsOfOtherFilesIsRefused() throws {
        let folder = try TemporaryFolder()
        let bytes = try Fixture.bytes("sets/tfrecord/TFR-TINY/TFR-TINY-00000.tfrecord")
        try folder.write(bytes, to: "TFR-TINY/TFR-TINY-00000.tfrecord")
        let text = try folder.write("TFR-TINY\t0\t0\t3\nTFR-TINY\t0\t7\t3\n", to: "x.txt")
        let error = refusal { _ = try LabelledImageSet.open("\(text.path),\(folder.url.path)") }
        #expect(error?.description.contains("line 2: no record begins there") == true)
        try folder.write("TFR-TINY\t0\t0\t3\n../x\t0\t7\t3\n", to: "x.txt")
        let outside = refusal { _ = try LabelledImageSet.open("\(text.path),\(folder.url.path)") }
        #expect(outside?.description.contains("line 2: expected a name") == true)
    }

    private static func records(_ change: (inout [UInt8]) -> Void) throws -> String? {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes("sets/tfrecord/slim.tfrecord")
        change(&bytes)
        let file = try folder.write(bytes, to: "x.tfrecord")
        let error = refusal { _ = try LabelledImageSet.open(file.path) }
        return error?.description.replacingOccurrences(of: file.path, with: "x")
    }

    @Test func damagedRecordsAreRefused() throws {
        let bytes = try Fixture.bytes("sets/tfrecord/slim.tfrecord")
        let first = Int(bytes[0]) | Int(bytes[1]) << 8
        #expect(try Self.records { _ in } == nil)
        // A record's head of twelve bytes, cut: TensorFlow takes it for the end.
        #expect(
            try Self.records { $0.removeLast($0.count - first - 16 - 7) }
                == "'x', record 1 at byte \(first + 16): the file is cut short: half a header is here, which "
                + "TensorFlow takes for the end in silence")
        #expect(try Self.records { $0.removeLast(5) }?.contains("the file is cut short") == true)
        #expect(
            try Self.records { $0[0] ^= 1 }
                == "'x', record 0 at byte 0: the checksum of its length is wrong")
        #expect(
            try Self.records { $0[20] ^= 1 }
                == "'x', record 0 at byte 0: the checksum of its bytes is wrong")
        #expect(
            try Self.records { $0.replaceSubrange(0..<2, with: [0x1f, 0x8b]) }?.contains("gunzip")
                == true)
    }

    @Test func recordsWithoutLabelsSayWhatTheyHave() throws {
        let path = try Self.url("tfrecord/TFR-TINY/TFR-TINY-00000.tfrecord").path
        let error = refusal { _ = try LabelledImageSet.open(path) }
        #expect(
            error?.description.contains(
                "it has no label (its features are 'image'); if the labels are in an index of TFace"
            ) == true)
    }
}
