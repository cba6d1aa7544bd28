import Foundation
import Testing

@testable import ZipFiles

@Suite struct ZipEntryTests {
    /// A number, the lowest byte first.
    private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// An archive of a stored file, with the numbers of archives above 4 GB in the fields that these have.
    private static func archive(_ name: String, _ content: [UInt8], isLarge: Bool) -> [UInt8] {
        let title = Array(name.utf8)
        let size = UInt64(content.count)
        let short = isLarge ? 0xFFFF_FFFF : size
        let local =
            ZipEntry.localMark + [UInt8](repeating: 0, count: 14) + bytes(size, 4) + bytes(size, 4)
            + bytes(UInt64(title.count), 2) + bytes(3, 2) + title + [1, 2, 3] + content
        let extra =
            isLarge
            ? bytes(1, 2) + bytes(24, 2) + bytes(size, 8) + bytes(size, 8) + bytes(0, 8) : []
        var list =
            [0x50, 0x4B, 1, 2] + bytes(0, 2) + bytes(20, 2) + bytes(0, 2) + bytes(0, 2)
            + bytes(0, 4)
        list += bytes(0xAABB_CCDD, 4) + bytes(short, 4) + bytes(short, 4)
        list +=
            bytes(UInt64(title.count), 2) + bytes(UInt64(extra.count), 2) + bytes(0, 8)
            + bytes(0, 2)
        list += bytes(isLarge ? 0xFFFF_FFFF : 0, 4) + title + extra
        var end: [UInt8] = []
        if isLarge {
            let place = UInt64(local.count + list.count)
            end += [0x50, 0x4B, 6, 6] + bytes(44, 8) + bytes(45, 2) + bytes(45, 2) + bytes(0, 8)
            end += bytes(1, 8) + bytes(1, 8) + bytes(UInt64(list.count), 8)
            end += bytes(UInt64(local.count), 8)
            end += [0x50, 0x4B, 6, 7] + bytes(0, 4) + bytes(place, 8) + bytes(1, 4)
        }
        end += [0x50, 0x4B, 5, 6] + bytes(0, 4) + bytes(isLarge ? 0xFFFF : 1, 2)
        end += bytes(isLarge ? 0xFFFF : 1, 2) + bytes(isLarge ? 0xFFFF_FFFF : UInt64(list.count), 4)
        end += bytes(isLarge ? 0xFFFF_FFFF : UInt64(local.count), 4) + bytes(7, 2)
        return local + list + end + Array("comment".utf8)
    }

    private static func entries(_ archive: [UInt8]) throws(ZipDamage) -> [ZipEntry] {
        let end = try ZipEnd(tail: archive.suffix(ZipEnd.searched), size: archive.count)
        return try ZipEntry.all(Array(archive[end.offset..<end.offset + end.length]), end)
    }

    @Test(arguments: [false, true])
    func findsAFile(isLarge: Bool) throws {
        let content: [UInt8] = [9, 8, 7, 6]
        let archive = Self.archive("a/b.png", content, isLarge: isLarge)
        let entry = try #require(try Self.entries(archive).first)
        #expect(String(decoding: entry.name, as: UTF8.self) == "a/b.png")
        #expect(entry.size == 4 && entry.packedSize == 4 && entry.offset == 0 && entry.isStored)
        #expect(entry.checksum == 0xAABB_CCDD && !entry.isLink && !entry.isEncrypted)
        let range = try entry.content(
            after: Array(archive.prefix(ZipEntry.localBytes)), archive: archive.count)
        #expect(Array(archive[range]) == content)
    }

    @Test(arguments: [false, true])
    func whatIsCutOffIsAnError(isLarge: Bool) {
        let archive = Self.archive("a", [1], isLarge: isLarge)
        for count in 0..<archive.count - 7 {
            #expect(throws: ZipDamage.self) { try Self.entries(Array(archive.prefix(count))) }
        }
    }

    @Test func aListThatIsLongerThanTheArchiveIsAnError() {
        var archive = Self.archive("a", [1], isLarge: false)
        // The list's place, and how many files it has.
        let end = archive.count - 7 - 22
        let place = archive[end + 16]
        archive[end + 16] = 0xff
        #expect(
            throws: ZipDamage(end, "its list of files extends past its end")
        ) { try Self.entries(archive) }
        archive[end + 16] = place
        archive[end + 10] = 200
        #expect(throws: ZipDamage.self) { try Self.entries(archive) }
    }
}
