import Foundation
import Testing
import ZipFiles

@testable import FaceData

/// Archives that other programs read: make_written.py compares them with Python's `zipfile` and `tarfile`.
@Suite struct ZipWriterTests {
    private static func entries(_ bytes: [UInt8]) throws -> [ZipEntry] {
        let tail = Array(bytes.suffix(ZipEnd.searched))
        let end = try ZipEnd(tail: tail, size: bytes.count)
        return try ZipEntry.all(Array(bytes[end.offset..<end.offset + end.length]), end)
    }

    @Test func membersAreStoredUnderTheirNames() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("x.zip")
        let writer = try ZipWriter(file)
        let members: [(String, [UInt8])] = [("a/é.png", [1, 2, 3]), ("b/2.jpg", []), ("c", [9])]
        for (name, content) in members { try writer.append(name, content) }
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try writer.finish()
        let bytes = [UInt8](try Data(contentsOf: file))
        for (entry, member) in zip(try Self.entries(bytes), members) {
            #expect(entry.name == Array(member.0.utf8) && entry.isStored && !entry.isLink)
            let head = Array(bytes[entry.offset..<entry.offset + ZipEntry.localBytes])
            #expect(Array(bytes[try entry.content(after: head, archive: bytes.count)]) == member.1)
        }
        // CRC-32 of the bytes 1, 2, 3.
        #expect(try Self.entries(bytes)[0].checksum == 0x55BC_801D)
    }

    /// More than a ZIP without larger fields may list.
    @Test func manyMembers() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("x.zip")
        let writer = try ZipWriter(file)
        for index in 0..<65_600 {
            try writer.append("\(index)", [UInt8(truncatingIfNeeded: index)])
        }
        try writer.finish()
        let bytes = [UInt8](try Data(contentsOf: file))
        let entries = try Self.entries(bytes)
        #expect(entries.count == 65_600)
        #expect(entries.last?.name == Array("65599".utf8))
    }

    /// Of archives of more than 4 GB, without writing one.
    @Test func membersBehindFourGigabytes() throws {
        let member = ZipWriter.Member(name: [65], checksum: 7, size: 12, offset: 5 << 30)
        let list = member.listed
        let offset = (5 << 30) + 100
        let tail = list + ZipWriter.end(count: 1, length: list.count, offset: offset)
        let end = try ZipEnd(tail: tail, size: offset + tail.count)
        #expect(end.offset == offset && end.length == list.count && end.count == 1)
        let entry = try #require(try ZipEntry.all(list, end).first)
        #expect(entry.offset == 5 << 30 && entry.size == 12 && entry.packedSize == 12)
    }
}
