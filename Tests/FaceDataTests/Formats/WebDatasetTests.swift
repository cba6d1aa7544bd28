import Foundation
import SafeFiles
import Testing

@testable import FaceData

/// A tar archive that a test makes, right or wrong.
struct TestTar {
    var bytes: [UInt8] = []

    init(_ members: [(String, [UInt8])] = []) {
        for (name, content) in members { add(name, content) }
        end()
    }

    /// Adds a member before the end.
    mutating func add(
        _ name: String, _ content: [UInt8] = [], flag: Character = "0", size: Int? = nil
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ place: Int) {
            for (offset, byte) in text.utf8.enumerated() { block[place + offset] = byte }
        }
        put(name, 0)
        let octal = String(size ?? content.count, radix: 8)
        put(String(repeating: "0", count: 11 - octal.count) + octal, 124)
        put("        ", 148)
        put(String(flag), 156)
        put("ustar\u{0}00", 257)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", 148)
        bytes += block + content + [UInt8](repeating: 0, count: -content.count & 511)
    }

    mutating func end() { bytes += [UInt8](repeating: 0, count: 1024) }
}

@Suite struct WebDatasetTests {
    private static func png(_ seed: Int) throws -> [UInt8] {
        try ImageEncoder.png(.noise(width: 4, height: 4, seed: UInt64(seed)))
    }

    private struct Row: Decodable {
        let key: String
        let label: String
        let sha256: String
    }

    private static func fixtures() throws -> URL {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/sets/webdataset")
    }

    @Test(arguments: ["plain-{000000..000002}.tar", "json-000000.tar"])
    func readsWhatTheLibraryReads(name: String) throws {
        let folder = try Self.fixtures()
        let expected = try JSONDecoder().decode(
            [String: [Row]].self, from: Data(Fixture.bytes("sets/webdataset/EXPECTED.json")))
        let rows = try #require(expected[name])
        let set = try LabelledImageSet.open(folder.path + "/" + name, threads: 2)
        #expect(set.count == rows.count && rows.count > 2)
        for (index, row) in rows.enumerated() {
            #expect(set.source.name(of: index).lowercased() == "\(row.key).png")
            let identity = set.identities[set.labels[index]]
            #expect(identity == (name.hasPrefix("plain") ? "m.0\(row.label)" : row.label))
            var hash = SHA256()
            hash.update(try set.source.bytes(of: index))
            #expect(hash.hexDigest() == row.sha256)
        }
        #expect(set.warnings.isEmpty)
    }

    @Test func aFolderOfShardsIsOneSet() throws {
        let folder = try TemporaryFolder()
        for shard in 0...2 {
            try folder.write(
                try Fixture.bytes("sets/webdataset/plain-00000\(shard).tar"),
                to: "s/plain-00000\(shard).tar")
        }
        let set = try LabelledImageSet.open(folder.url.appendingPathComponent("s").path)
        let listed = try LabelledImageSet.open(
            try Self.fixtures().path + "/plain-{000000,000001,000002}.tar")
        #expect(set.names == listed.names && set.labels == listed.labels)
        #expect(set.identities == ["m.00", "m.01", "m.02", "m.03"])
    }

    @Test func keysOfSeveralShardsAreToldApart() throws {
        let folder = try TemporaryFolder()
        for shard in 0...1 {
            let tar = TestTar([
                ("0.png", try Self.png(shard)), ("0.cls", Array("\(shard)\n".utf8)),
            ])
            try folder.write(tar.bytes, to: "x-\(shard).tar")
        }
        let set = try LabelledImageSet.open(folder.url.path + "/x-{0..1}.tar")
        #expect(set.names == ["x-0_0.png", "x-1_0.png"])
        #expect(set.identities == ["0", "1"])
        #expect(try set.source.image(1) == .noise(width: 4, height: 4, seed: 1))
    }

    @Test(arguments: [
        ("a-{00..03}.tar", ["a-00.tar", "a-01.tar", "a-02.tar", "a-03.tar"]),
        ("{x,y{1..2}}/{a,b}", ["x/a", "x/b", "y1/a", "y1/b", "y2/a", "y2/b"]),
        ("{3..1}", ["3", "2", "1"]), ("{008..010}", ["008", "009", "010"]),
        ("{0..4..2}", ["0", "2", "4"]), ("{a}b", ["{a}b"]), ("plain", ["plain"]),
    ])
    func bracesAreExpandedAsInAShell(text: String, names: [String]) throws {
        #expect(try ShardNames.expand(text) == names)
    }

    @Test func bracesThatDoNotCloseAreRefused() throws {
        let error = refusal { _ = try ShardNames.expand("a-{000..") }
        #expect(error?.description.contains("a brace is not closed") == true)
        let large = refusal { _ = try ShardNames.expand("{0..99999}{0..99999}") }
        #expect(large?.description.contains("more than") == true)
    }

    @Test func aShardThatIsMissingIsNamed() throws {
        let folder = try Self.fixtures().path
        let error = refusal {
            _ = try LabelledImageSet.open("\(folder)/plain-{000001..000003}.tar")
        }
        #expect(error?.description.contains("plain-000003.tar': there is no such file") == true)
    }

    // MARK: Bad shards

    private static func reason(
        _ members: [(String, [UInt8])], _ change: (inout TestTar) -> Void = { _ in }
    ) throws -> String {
        let folder = try TemporaryFolder()
        var tar = TestTar(members)
        change(&tar)
        let file = try folder.write(tar.bytes, to: "shard.tar")
        let error = refusal { _ = try LabelledImageSet.open(file.path) }
        return try #require(error).description.replacingOccurrences(
            of: file.path, with: "shard.tar")
    }

    private static func samples() throws -> [(String, [UInt8])] {
        [
            ("a/0.png", try png(0)), ("a/0.cls", Array("0".utf8)), ("b/1.png", try png(1)),
            ("b/1.cls", Array("1".utf8)),
        ]
    }

    @Test func namesWithPointsThatMergePeopleAreRefused() throws {
        let label = Array("0".utf8)
        let merged: [(String, [UInt8])] = [
            ("m.0107_f-0.png", try Self.png(0)), ("m.0107_f-0.cls", label),
            ("m.0107_f-1.png", try Self.png(1)), ("m.0107_f-1.cls", label),
        ]
        // Also where no other sample shows that the archive is a shard.
        for others in [[("x.cls", label), ("x.png", try Self.png(2))], []] {
            let reason = try Self.reason(merged + others)
            #expect(
                reason
                    == "'shard.tar', byte 2048: 'm.0107_f-0.png' and 'm.0107_f-1.png' are one sample, 'm', since a key "
                    + "ends at the first point of a name, and people or pictures are merged; write the shards again "
                    + "with names without dots")
        }
    }

    @Test func shardsCutShortAreRefused() throws {
        let samples = try Self.samples()
        let whole = TestTar(samples).bytes.count
        for size in [whole - 1024 - 512, whole - 1024 - 700, 560, 100] {
            let reason = try Self.reason(samples) { $0.bytes.removeLast(whole - size) }
            #expect(reason.contains("the archive is cut short"), "\(size): \(reason)")
        }
        // At the border of two members nothing but the mark of the end is missing.
        let folder = try TemporaryFolder()
        let file = try folder.write(
            Array(TestTar(samples).bytes.dropLast(1024)), to: "shard.tar")
        #expect(
            try LabelledImageSet.open(file.path).warnings == [
                "1 archive has no mark of the end and may be cut short: shard.tar"
            ])
    }

    @Test func membersThatAreNoneAreRefused() throws {
        let samples = try Self.samples()
        func reason(_ name: String, flag: Character = "0") throws -> String {
            try Self.reason(samples) { tar in
                tar.bytes.removeLast(1024)
                tar.add(name, flag: flag)
                tar.end()
            }
        }
        #expect(try reason("../x.png").contains("the member '../x.png' leads out of the archive"))
        #expect(try reason("/etc/x.png").contains("leads out of the archive"))
        #expect(try reason("a/../../x.png").contains("leads out of the archive"))
        #expect(try reason("s.png", flag: "S").contains("is a sparse file"))
        #expect(try reason("a/0.png").contains("the key 'a/0' occurs a second time"))
        #expect(try reason("c/2.png").contains("the sample 'c/2' has no label: its parts are .png"))
    }

    @Test func aWrongChecksumAndWhatFollowsTheEndAreRefused() throws {
        let samples = try Self.samples()
        let broken = try Self.reason(samples) { $0.bytes[1024] ^= 1 }
        #expect(broken.hasPrefix("'shard.tar', byte 1024: no header of a member is here"))
        let joined = try Self.reason(samples) { $0.bytes += TestTar(samples).bytes }
        #expect(joined.contains("but more follows: archives that were put one behind the other"))
        let none = try Self.reason([]) { $0.bytes = Array("no tar at all".utf8) }
        #expect(none.contains("the archive is cut short"))
    }

    @Test func labelsThatAreNoneAreRefused() throws {
        let picture = try Self.png(0)
        func reason(_ kind: String, _ text: String) throws -> String {
            try Self.reason([
                ("0.png", picture), ("0.cls", [0x30]), ("1.png", picture),
                ("1.\(kind)", Array(text.utf8)),
            ])
        }
        #expect(try reason("cls", " \n").contains("'1.cls' holds no label"))
        #expect(try reason("cls", "a\nb").contains("'1.cls' holds no label"))
        #expect(try reason("json", "{\"caption\": 1}").contains("'1.json' has no label; one of"))
        #expect(try reason("json", "{").contains("'1.json' has no label"))
        #expect(try reason("txt", "a photo").contains("its parts are .png, .txt"))
    }

    @Test func linksAndWhatIsNoSampleAreCounted() throws {
        let folder = try TemporaryFolder()
        var tar = TestTar(try Self.samples())
        tar.bytes.removeLast(1024)
        tar.add("c/3.png", flag: "2")
        tar.add("README", Array("x".utf8))
        tar.add("._a.png", Array("x".utf8))
        tar.end()
        let file = try folder.write(tar.bytes, to: "shard.tar")
        let set = try LabelledImageSet.open(file.path)
        #expect(set.count == 2 && set.identities == ["a", "b"])
        #expect(
            set.warnings == ["2 files were passed over: 1 link or device, 1 without an ending"])
    }

    // MARK: Writing

    @Test func namesThatReadersWouldTakeApartAreWrittenWithoutPoints() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "n", count: 120)
        let names = ["__a__/x.y.png", "b.c/\(long).png", "b.c/x.png"]
        for (seed, name) in names.enumerated() {
            try folder.write(try Self.png(seed), to: "set/\(name)")
        }
        let set = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        let out = folder.url.appendingPathComponent("out/x.tar")
        #expect(try SetConversion().write(set, toShards: out, images: 2).written == 3)
        let back = try LabelledImageSet.open(folder.url.path + "/out/x-{000000..000001}.tar")
        #expect(back.identities == ["__a__", "b.c"] && back.labels == [0, 1, 1])
        #expect(back.names == ["set/__a__/x_y.png", "b.c/\(long).png", "b.c/x.png"])
        for seed in 0..<3 { #expect(try back.source.bytes(of: seed) == Self.png(seed)) }
        // The same set gives the same bytes, and none is replaced.
        let first = try Data(contentsOf: ShardWriter.shard(0, of: out))
        let other = folder.url.appendingPathComponent("other/x.tar")
        #expect(try SetConversion().write(set, toShards: other, images: 2).written == 3)
        #expect(try Data(contentsOf: ShardWriter.shard(0, of: other)) == first)
        try FileManager.default.removeItem(at: ShardWriter.shard(0, of: other))
        #expect(
            throws: FaceDataError.cannotWrite(
                path: ShardWriter.shard(1, of: other).path,
                reason: "it already exists; remove it, or choose another name")
        ) { try SetConversion().write(set, toShards: other, images: 2) }
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: out.deletingLastPathComponent().path
            )
            .sorted() == ["x-000000.tar", "x-000001.tar"])
    }

    @Test func badPicturesAreLeftOutOfShards() throws {
        let folder = try TemporaryFolder()
        try folder.write(try Self.png(0), to: "set/a/1.png")
        try folder.write("no picture", to: "set/a/2.png")
        try folder.write(try Self.png(1), to: "set/b/1.png")
        let set = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        for ending in ["tar", "tfrecord", "lmdb", "parquet", "zip"] {
            let out = folder.url.appendingPathComponent("x.\(ending)")
            let outcome = try SetConversion(leavesOutBad: true).write(
                set, as: ConversionTarget(out), to: out)
            #expect(outcome.written == 2 && outcome.bad.map(\.path) == ["a/2.png"])
            let file = ending == "tar" ? ShardWriter.shard(0, of: out) : out
            let back = try LabelledImageSet.open(file.path)
            #expect(back.names == ["a/1.png", "b/1.png"] && back.identities == ["a", "b"])
        }
    }

    @Test(arguments: [
        ("x/a.tar", ConversionTarget.shards), ("a.TFRecord", .records), ("a.tfrecords", .records),
        ("a.lmdb", .database), ("a.rec", .pack), ("a.tar.d", .folder), ("a", .folder),
        ("a.parquet", .parquet), ("A.ZIP", .zip),
    ])
    func theEndingTellsTheFormat(name: String, target: ConversionTarget) {
        #expect(ConversionTarget(URL(fileURLWithPath: name)) == target)
    }

    // MARK: The index

    @Test func theIndexIsMadeOnceAndNotBelievedOfAnotherFile() throws {
        let folder = try TemporaryFolder()
        let big = [UInt8](repeating: 7, count: 1 << 20)
        let file = try folder.write(
            TestTar(try Self.samples() + [("b/2.npy", big)]).bytes, to: "shard.tar")
        let first = try LabelledImageSet.open(file.path)
        let index = folder.url.appendingPathComponent(".shard.tar.index")
        let text = try String(contentsOf: index, encoding: .utf8)
        #expect(text.hasPrefix("facet index 1\ttar\t"))
        #expect(text.hasSuffix("end\t2\tlabels\n"))
        // What stands in the index is what is read: a name that only the index has.
        try folder.write(
            text.replacingOccurrences(of: "b/1.png", with: "b/7.png"), to: ".shard.tar.index")
        let second = try LabelledImageSet.open(file.path)
        #expect(second.names == ["a/0.png", "b/7.png"] && second.labels == first.labels)
        // Another file of the same name is read again.
        try folder.write(
            TestTar(try Array(Self.samples().prefix(2)) + [("b/2.npy", big)]).bytes, to: "shard.tar"
        )
        #expect(try LabelledImageSet.open(file.path).count == 1)
    }

    @Test(arguments: [
        "", "end\t2\tlabels\n", "999999999\t1\t0\ta/0.png\nend\t1\tlabels\n",
        "garbage\nend\t1\tlabels\n",
    ])
    func aDamagedIndexIsMadeAnew(rest: String) throws {
        let folder = try TemporaryFolder()
        let big = [UInt8](repeating: 7, count: 1 << 20)
        let file = try folder.write(
            TestTar(try Self.samples() + [("b/2.npy", big)]).bytes, to: "shard.tar")
        _ = try LabelledImageSet.open(file.path)
        let index = folder.url.appendingPathComponent(".shard.tar.index")
        let head = try String(contentsOf: index, encoding: .utf8).prefix { $0 != "\n" }
        try folder.write("\(head)\n\(rest)", to: ".shard.tar.index")
        #expect(try LabelledImageSet.open(file.path).count == 2)
    }

    @Test func aShardThatChangesIsNoticed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(TestTar(try Self.samples()).bytes, to: "shard.tar")
        let set = try LabelledImageSet.open(file.path)
        try folder.write(TestTar(try Self.samples().reversed()).bytes + [0], to: "shard.tar")
        #expect(refusal { _ = try set.source.bytes(of: 0) } == .changed(path: file.path))
    }

    @Test func moreShardsThanMayBeOpenAreRead() throws {
        let folder = try TemporaryFolder()
        for shard in 0..<150 {
            let tar = TestTar([
                ("\(shard).png", try Self.png(shard)), ("\(shard).cls", Array("\(shard % 5)".utf8)),
            ])
            try folder.write(tar.bytes, to: "x/s-\(shard).tar")
        }
        let set = try LabelledImageSet.open(folder.url.path + "/x/s-{0..149}.tar", threads: 2)
        for index in (0..<150).reversed() {
            #expect(
                try set.source.image(index) == .noise(width: 4, height: 4, seed: UInt64(index)))
        }
        #expect(set.identities.count == 5)
    }
}
