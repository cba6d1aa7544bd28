import Foundation
import SafeFiles
import Testing

@testable import FaceData

/// Archives of folders, read in place.
@Suite struct ArchiveTests {
    private static func png(_ seed: Int) throws -> [UInt8] {
        try ImageEncoder.png(.noise(width: 4, height: 4, seed: UInt64(seed)))
    }

    private static func hash(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexDigest()
    }

    @Test(arguments: ["gnu.tar", "pax.tar", "ustar.tar", "stored.zip", "deflated.zip"])
    func readsWhatPythonPacked(name: String) throws {
        let expected = try JSONDecoder().decode(
            [String: String].self, from: Data(Fixture.bytes("sets/archives/EXPECTED.json")))
        let folder = try #require(Bundle.module.resourceURL)
            .appendingPathComponent("Fixtures/sets/archives")
        let set = try LabelledImageSet.open(folder.appendingPathComponent(name).path)
        #expect(set.count == 5 && set.identities.count == 2)
        for index in 0..<set.count {
            let image = set.source.name(of: index)
            #expect(expected["set/" + image] == Self.hash(try set.source.bytes(of: index)))
            #expect(image.hasPrefix(set.identities[set.labels[index]] + "/"))
        }
        #expect(Set(set.names).count == 5 && set.warnings.isEmpty)
        #expect(
            set.identities.last == "person " + String(repeating: "n", count: 60)
                || set.identities.contains("Zoë"))
    }

    @Test func aTarIsReadAsTheFolderThatItHolds() throws {
        let folder = try TemporaryFolder()
        var tar = TestTar()
        tar.bytes = []
        // In another order than names have.
        for (seed, name) in ["b/2.png", "a/1.png", "b/10.png", "a/0.PNG"].enumerated() {
            try folder.write(try Self.png(seed), to: "set/\(name)")
            tar.add("./x/\(name)", try Self.png(seed))
        }
        tar.end()
        let file = try folder.write(tar.bytes, to: "set.tar")
        let plain = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        let packed = try LabelledImageSet.open(file.path)
        #expect(packed.names == plain.names && packed.labels == plain.labels)
        #expect(packed.identities == plain.identities)
        let hashes = try [plain, packed].map { try ImageScan($0.source, threads: 1).contentHash }
        #expect(hashes[0] == hashes[1])
    }

    /// Where people have folders of clips, the last folder is not a person.
    @Test func foldersOfClipsAreNoPeople() throws {
        let folder = try TemporaryFolder()
        let tar = TestTar([
            ("id1/clip1/0.png", try Self.png(0)), ("id1/clip2/0.png", try Self.png(1)),
            ("id2/clip1/0.png", try Self.png(2)), ("id2/1.png", try Self.png(3)),
            ("loose.png", try Self.png(4)), ("id2/more.zip", [1]), ("id2/a.txt", [1]),
        ])
        let file = try folder.write(tar.bytes, to: "set.tar")
        let set = try LabelledImageSet.open(file.path)
        #expect(set.names == ["id2/1.png"] && set.identities == ["id2"])
        #expect(
            set.warnings == [
                "6 files were passed over: 3 images in sub-folders of identities, 1 .txt, 1 archive within it, "
                    + "1 image outside of identity folders"
            ])
    }

    @Test func picturesWithoutFoldersOrLabelsAreRefused() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            TestTar([("1.png", try Self.png(0)), ("2.png", try Self.png(1))]).bytes, to: "x.tar")
        let error = refusal { _ = try LabelledImageSet.open(file.path) }
        #expect(
            error?.description
                == "'\(file.path)' cannot be used: its pictures have no labels: neither a .cls or .json beside each, "
                + "as in a WebDataset, nor folders <identity>/<image>.jpg (2 files were passed over: 2 images outside "
                + "of identity folders)")
        let empty = try folder.write(TestTar([("a/readme.txt", [1])]).bytes, to: "y.tar")
        #expect(
            refusal { _ = try LabelledImageSet.open(empty.path) }?.description.contains(
                "it holds no image") == true)
    }

    // MARK: ZIP

    private static func zip(_ change: (inout [UInt8]) -> Void) throws -> String? {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes("sets/archives/deflated.zip")
        change(&bytes)
        let file = try folder.write(bytes, to: "x.zip")
        let error = refusal {
            let set = try LabelledImageSet.open(file.path)
            for index in 0..<set.count { _ = try set.source.bytes(of: index) }
        }
        return error?.description.replacingOccurrences(of: file.path, with: "x.zip")
    }

    @Test func damagedZipsAreRefused() throws {
        let whole = try Fixture.bytes("sets/archives/deflated.zip")
        let list = try #require(
            whole.indices.first { whole[$0...].starts(with: [0x50, 0x4b, 1, 2]) })
        #expect(try Self.zip { _ in } == nil)
        #expect(
            try Self.zip { $0.removeLast(30) }
                == "'x.zip', byte \(whole.count - 30): the archive's list of files is missing")
        #expect(
            try Self.zip { $0[list] = 0 }
                == "'x.zip', byte \(list): the archive's list of files is damaged")
        // The checksum in the list.
        #expect(
            try Self.zip { $0[list + 16] ^= 1 }?.hasSuffix(
                "cannot be decoded: its checksum in the archive is another") == true)
        // The last byte before the second member, which belongs to the first.
        let second = try #require(
            whole.indices.dropFirst().first { whole[$0...].starts(with: [0x50, 0x4b, 3, 4]) })
        #expect(try Self.zip { $0[second - 6] ^= 0x55 }?.contains("cannot be decoded") == true)
        #expect(try Self.zip { $0[list + 8] |= 1 }?.contains("needs a password") == true)
        #expect(try Self.zip { $0[list + 10] = 12 }?.contains("is compressed by method 12") == true)
        #expect(try Self.zip { $0[0] = 0 }?.contains("does not begin where the list says") == true)
    }

    @Test func membersOutsideOfAZipAreRefused() throws {
        let error = try Self.zip { bytes in
            for place in bytes.indices.dropLast(4)
            where bytes[place...].starts(with: Array("set/".utf8)) {
                bytes.replaceSubrange(place..<place + 3, with: Array("../".utf8))
            }
        }
        #expect(error?.contains("leads out of the archive") == true)
    }
}
