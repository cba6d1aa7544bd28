import FaceData
import Foundation
import SeededRandom
import Testing

@Suite struct VerificationPackTests {
    /// The images of all golden packs, as the script that made them has them.
    private static let images: [[UInt8]] = [0, 1, 40, 255, 256, 700].enumerated().map { i, n in
        (0..<n).map { UInt8((7 * i + $0 * $0) % 256) }
    }

    private static func pack(_ name: String) throws -> VerificationPack {
        let store = MemoryBytes(try Fixture.bytes("packs/\(name)"), path: name)
        return try VerificationPack(store, location: URL(fileURLWithPath: name))
    }

    private static func names(_ suffixes: [String]) -> [String] {
        ["numpy1", "numpy2"].flatMap { numpy in suffixes.map { "\(numpy)-\($0)" } }
    }

    private static let golden =
        (0..<6).map { "bytes-\($0).bin" }
        + names((0..<6).flatMap { ["arrays-\($0).bin", "labels-\($0).bin", "scalars-\($0).bin"] })
        + names(["int64.bin", "fresh-5.bin"])
        + ["tuples.bin", "lists.bin", "bytearrays.bin", "python2-0.bin", "python2-2.bin"]

    @Test("Packs that Python wrote, in all protocols", arguments: golden)
    func readsWhatPythonWrites(name: String) throws {
        let pack = try Self.pack(name)
        #expect(pack.same == [true, false, true])
        #expect(pack.count == 6)
        for (position, image) in Self.images.enumerated() {
            #expect(try pack.bytes(of: position) == image, "\(name), image \(position)")
        }
    }

    @Test func sharedAndManyImages() throws {
        let shared = try Self.pack("shared.bin")
        for position in 0..<6 { #expect(try shared.bytes(of: position) == Self.images[5]) }
        let long = try Self.pack("long.bin")
        #expect(long.count == 2500)
        for position in 0..<2500 {
            #expect(try long.bytes(of: position) == [UInt8(position % 256)])
        }
        #expect(long.same == (0..<1250).map { $0 % 2 == 0 })
    }

    @Test func pairsAreInConsecutiveFolds() throws {
        let pack = try Self.pack("long.bin")
        let pairs = VerificationPairs(pack: pack)
        #expect(pairs.folds == 10)
        #expect(pairs.pairs.map(\.fold) == (0..<1250).map { $0 / 125 })
        #expect(pairs.pairs.map(\.first) == (0..<1250).map { 2 * $0 })
        #expect(pairs.pairs.map(\.second) == (0..<1250).map { 2 * $0 + 1 })
        #expect(pairs.identities.isEmpty)
        #expect(VerificationPairs(pack: try Self.pack("tuples.bin")).folds == 3)
    }

    @Test func writesWhatInsightFaceLoads() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("sub/é pack.bin")
        let writer = try VerificationPackWriter(url, pairs: 1002)
        for index in 0..<2004 {
            try [UInt8](repeating: UInt8(index % 256), count: index % 3).withUnsafeBytes {
                try writer.append($0)
            }
        }
        let same = (0..<1002).map { $0 % 3 == 0 }
        #expect(!FileManager.default.fileExists(atPath: url.path))
        try writer.finish(same: same)
        #expect(try Array(Data(contentsOf: url)) == Fixture.bytes("packs/written.bin"))
        let pairs = try VerificationPairs.pack(url)
        #expect(pairs.pairs.map(\.same) == same)
        #expect(try pairs.source.bytes(of: 2003) == [211, 211])
    }

    @Test func anUnfinishedPackLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("a.bin")
        do {
            let writer = try VerificationPackWriter(url, pairs: 1)
            try [1, 2].withUnsafeBytes { try writer.append($0) }
            #expect(
                refusal { try writer.finish(same: [true]) }
                    == .cannotWrite(
                        path: url.path, reason: "1 image and 1 label do not make 1 pair"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    /// A pickle that is refused, and what the message says.
    private static let refused: [(name: String, bytes: [UInt8], message: String)] = [
        (
            "runs a program", Array("cos\nsystem\n(S'rm -rf /'\ntR.".utf8),
            "the pickle refers to 'os.system'"
        ),
        (
            "runs a program, protocol 4",
            [0x80, 4, 0x8c, 5] + Array("posix".utf8) + [0x8c, 6] + Array("system".utf8) + [
                0x93, 0x2e,
            ],
            "the pickle refers to 'posix.system'"
        ),
        (
            "hides a program in numpy", Array("cnumpy.testing\nrunstring\n.".utf8),
            "'numpy.testing.runstring'"
        ),
        ("makes an object", Array("(inumpy\nndarray\n.".utf8), "uses INST"),
        ("makes a new object", [0x80, 2, 0x29, 0x81, 0x2e], "uses NEWOBJ"),
        ("has a dict", [0x80, 2, 0x7d, 0x2e], "uses EMPTY_DICT"),
        ("names an outside object", Array("Pfile\n.".utf8), "uses PERSID"),
        ("has outside buffers", [0x80, 5, 0x97, 0x2e], "uses NEXT_BUFFER"),
        ("has an unknown operation", [0xff], "uses 0xff"),
        ("is of another protocol", [0x80, 6, 0x2e], "protocol 6 is not known"),
        ("is empty", [], "the file ends prematurely"),
        ("ends early", [0x80, 2, 0x5d], "the file ends prematurely"),
        ("has an empty stack", [0x2e], "takes a value from an empty stack"),
        ("appends to nothing", [0x5d, 0x65, 0x2e], "ends a list that it did not start"),
        ("appends to a number", [0x4b, 1, 0x4b, 2, 0x61, 0x2e], "appended to an int"),
        ("forgets its memo", [0x68, 9, 0x2e], "there is no memo 9"),
        ("has huge bytes", [0x42, 0xff, 0xff, 0xff, 0xff, 0x2e], "4294967295 bytes should follow"),
        ("has endless bytes", [0x8e] + [UInt8](repeating: 0xff, count: 8), "bytes is too large"),
        ("calls a list", [0x5d, 0x29, 0x52, 0x2e], "a list is called"),
        ("is a number", [0x4b, 1, 0x2e], "it holds an int"),
        (
            "has three parts", [0x28, 0x4b, 1, 0x4b, 2, 0x4b, 3, 0x74, 0x2e],
            "3 parts instead of two"
        ),
        ("has no images", [0x5d, 0x5d, 0x86, 0x2e], "0 images do not make pairs"),
        (
            "has an image too few", [0x5d, 0x43, 1, 7, 0x61, 0x5d, 0x88, 0x61, 0x86, 0x2e],
            "1 image does not make pairs"
        ),
        (
            "has images that are numbers",
            [0x5d, 0x28, 0x4b, 1, 0x4b, 2, 0x65, 0x5d, 0x88, 0x61, 0x86, 0x2e],
            "image 0 is an int, not bytes"
        ),
        (
            "has a label too many",
            [0x5d, 0x28, 0x43, 1, 7, 0x43, 1, 8, 0x65, 0x5d, 0x28, 0x88, 0x88, 0x65, 0x86, 0x2e],
            "1 pair of images has 2 labels"
        ),
        (
            "has a label 2",
            [0x5d, 0x28, 0x43, 1, 7, 0x43, 1, 8, 0x65, 0x5d, 0x4b, 2, 0x61, 0x86, 0x2e],
            "label 0 is an int, not a bool"
        ),
    ]

    @Test("What no pack needs is refused by name", arguments: refused.indices)
    func refusals(index: Int) {
        let item = Self.refused[index]
        let error = refusal {
            _ = try VerificationPack(
                MemoryBytes(item.bytes, path: "a.bin"), location: URL(fileURLWithPath: "/a.bin"))
        }
        #expect(error?.description.contains("'a.bin'") == true, "\(item.name)")
        #expect(
            error?.description.contains(item.message) == true,
            "\(item.name): \(String(describing: error))")
    }

    /// Circles and towers of lists must bring down neither the reader nor what frees its values.
    @Test func towersAndCirclesAreOnlyData() {
        let tower = [UInt8](repeating: 0x29, count: 1) + [UInt8](repeating: 0x85, count: 300_000)
        let circle: [UInt8] = [0x5d, 0x94, 0x68, 0, 0x61, 0x94, 0x68, 0, 0x86, 0x2e]
        for bytes in [tower + [0x2e], circle] {
            let error = refusal {
                _ = try VerificationPack(
                    MemoryBytes(bytes, path: "a.bin"), location: URL(fileURLWithPath: "/a.bin"))
            }
            #expect(error?.description.contains("it is not a verification pack") == true)
        }
    }

    /// A text that is turned into bytes again and again would take memory without end.
    @Test func memoryIsBounded() {
        let text = [UInt8](repeating: 0x61, count: 4000)
        var bytes: [UInt8] = [0x80, 2] + Array("c_codecs\nencode\n".utf8) + [0x71, 0, 0x30]
        bytes += [0x58, 0xa0, 0x0f, 0, 0] + text + [0x71, 1, 0x30]
        bytes += [0x58, 6, 0, 0, 0] + Array("latin1".utf8) + [0x71, 2, 0x30]
        for _ in 0..<100 { bytes += [0x68, 0, 0x68, 1, 0x68, 2, 0x86, 0x52] }
        let error = refusal {
            _ = try VerificationPack(
                MemoryBytes(bytes + [0x2e], path: "a.bin"), location: URL(fileURLWithPath: "/a.bin")
            )
        }
        #expect(error?.description.contains("expands to more bytes than it contains") == true)
    }

    /// Whatever a file holds, it is read or refused.
    @Test(arguments: ["numpy1-arrays-2.bin", "bytes-0.bin", "numpy2-scalars-5.bin"])
    func survivesDamage(name: String) throws {
        let whole = try Fixture.bytes("packs/\(name)")
        var stream = SeededRandom(seed: 1, name)
        func open(_ bytes: [UInt8]) {
            let pack = try? VerificationPack(
                MemoryBytes(bytes), location: URL(fileURLWithPath: "/a.bin"))
            for position in 0..<(pack?.count ?? 0) { _ = try? pack?.bytes(of: position) }
        }
        for length in 0..<whole.count { open(Array(whole.prefix(length))) }
        for _ in 0..<2000 {
            var damaged = whole
            for _ in 0..<3 { damaged[stream.below(whole.count)] = UInt8(stream.below(256)) }
            open(damaged)
        }
    }

    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realPacks() throws {
        let root = try #require(RealData.root)
        let folder = root.appendingPathComponent("verification-bin")
        for name in ["small_lfw.bin", "all-same.bin"] {
            let pairs = try VerificationPairs.pack(folder.appendingPathComponent(name))
            for position in 0..<pairs.source.count { _ = try pairs.source.image(position) }
            #expect(pairs.pairs.count * 2 == pairs.source.count)
        }
    }
}
