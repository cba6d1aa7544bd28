import Foundation
import SeededRandom
import Testing

@testable import FaceData

@Suite struct RecordPackTests {
    private static let magic: [UInt8] = [0x0a, 0x23, 0xd7, 0xce]

    private static func payload(_ i: Int, _ n: Int) -> [UInt8] {
        (0..<n).map { UInt8((7 * i + $0 * $0) % 256) }
    }

    /// The images of the golden packs, as the script that made them has them.
    private static let images: [[UInt8]] = [
        payload(0, 40), payload(1, 37), payload(2, 8) + magic + payload(3, 5),
        magic + magic + payload(4, 3) + magic + payload(5, 9) + magic,
        payload(6, 2) + magic + payload(7, 10), payload(8, 1),
    ]
    private static let labels = [0, 0, 0, 1, 2, 2]

    /// A copy of a golden pack in a folder of its own.
    private static func copy(_ name: String, _ folder: TemporaryFolder) throws -> URL {
        try folder.write(Fixture.bytes("records/\(name).idx"), to: "\(name).idx")
        return try folder.write(Fixture.bytes("records/\(name).rec"), to: "\(name).rec")
    }

    private static func expect(
        _ pack: some ImageSource, _ images: [[UInt8]],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(pack.count == images.count, sourceLocation: location)
        for (position, image) in images.enumerated() {
            #expect(try pack.bytes(of: position) == image, sourceLocation: location)
        }
    }

    @Test func readsAnInsightFacePackOfMXNet() throws {
        let folder = try TemporaryFolder()
        let pack = try RecordPack(try Self.copy("insight", folder))
        try Self.expect(pack, Self.images)
        #expect(try pack.labels(threads: 2) == Self.labels)
        #expect(pack.identityRecords == 3)
        #expect(try pack.identityRanges() == [0..<3, 3..<4, 4..<6])
        #expect(pack.warnings.isEmpty)
        #expect(pack.name(of: 0) == "record 1")
    }

    @Test func readsAPlainPackOfMXNet() throws {
        let folder = try TemporaryFolder()
        let pack = try RecordPack(try Self.copy("plain", folder))
        try Self.expect(pack, [3, 0, 5, 1].map { Self.images[$0] })
        #expect(try pack.labels() == [0, 1, 4, 3])
        #expect((0..<4).map(pack.name(of:)) == [3, 0, 5, 1].map { "record \($0)" })
        let set = try LabelledImageSet.open(pack.location.path)
        #expect(set.identities == ["0", "1", "3", "4"])
        #expect(set.labels == [0, 1, 3, 2])
    }

    @Test(arguments: [
        ("", "it is empty"), ("0\t0\n", "a record ends at byte 40"), ("0 0\n1 x\n", "line 2"),
        ("0\t0\n1\t36\n2\t112\n", "ends at byte 40"), ("0\t0\n1\t999\n", "byte 999 of 516"),
        ("1\t40\n2\t112\n", "ends at byte 184"), ("0\t4\n", "no record starts at byte 4"),
    ])
    func aWrongIndexIsMadeAnew(text: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try Self.copy("insight", folder)
        try folder.write(text, to: "insight.idx")
        let pack = try RecordPack(file)
        try Self.expect(pack, Self.images)
        #expect(pack.warnings.count == 1 && pack.warnings[0].contains(reason), "\(pack.warnings)")
    }

    @Test func aMissingIndexIsMadeAnew() throws {
        let folder = try TemporaryFolder()
        for name in ["insight", "plain"] {
            let file = try Self.copy(name, folder)
            try FileManager.default.removeItem(
                at: folder.url.appendingPathComponent("\(name).idx"))
            let pack = try RecordPack(file)
            let expected = name == "plain" ? [3, 0, 5, 1] : Array(0..<6)
            try Self.expect(pack, expected.map { Self.images[$0] })
            #expect(pack.warnings.first?.contains("there is no such file") == true)
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("new/train.rec")
        let writer = try RecordPackWriter(url, labels: Self.labels, side: 112)
        for (position, image) in Self.images.enumerated() {
            try image.withUnsafeBytes {
                try writer.append($0, name: "p\(Self.labels[position])/\(position).jpg")
            }
        }
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: url.deletingLastPathComponent().path
            )
            .allSatisfy { $0.hasSuffix(".part") })
        try writer.finish()
        // To the byte what MXNet writes.
        #expect(try Array(Data(contentsOf: url)) == Fixture.bytes("records/insight.rec"))
        let index = url.deletingPathExtension().appendingPathExtension("idx")
        #expect(try Array(Data(contentsOf: index)) == Fixture.bytes("records/insight.idx"))
        let set = try LabelledImageSet.open(url.deletingLastPathComponent().path)
        #expect(set.labels == Self.labels)
        #expect(set.identities == ["p0", "p1", "p2"])
        #expect(set.names == Self.labels.enumerated().map { "p\($1)/\($0).jpg" })
        try Self.expect(set.source, Self.images)
        #expect(set.warnings.isEmpty)
    }

    @Test func aPackThatIsNotFinishedLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        do {
            let writer = try RecordPackWriter(
                folder.url.appendingPathComponent("a.rec"), labels: [0, 1], side: 112)
            try [1].withUnsafeBytes { try writer.append($0, name: "x") }
            #expect(throws: FaceDataError.self) { try writer.finish() }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
        for labels in [[1], [0, 2], [0, 1, 0]] {
            #expect(throws: FaceDataError.self) {
                try RecordPackWriter(
                    folder.url.appendingPathComponent("a.rec"), labels: labels, side: 112)
            }
        }
    }

    /// A payload of a record and what is wrong with it.
    private static func damaged(
        _ change: (inout [UInt8]) -> Void, property: String? = nil
    ) throws -> FaceDataError? {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes("records/insight.rec")
        change(&bytes)
        try folder.write(bytes, to: "insight.rec")
        try folder.write(Fixture.bytes("records/insight.idx"), to: "insight.idx")
        if let property { try folder.write(property, to: "property") }
        return refusal {
            let set = try LabelledImageSet.open(
                folder.url.appendingPathComponent("insight.rec").path)
            for position in 0..<set.count { _ = try set.source.bytes(of: position) }
        }
    }

    private static func word(_ value: Float) -> [UInt8] {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }

    @Test func damageIsToldWithFileRecordAndOffset() throws {
        func expect(
            _ record: Int, _ offset: Int, _ reason: String, property: String? = nil,
            _ change: (inout [UInt8]) -> Void
        ) throws {
            let error = try Self.damaged(change, property: property)
            guard case .badRecord(let path, record, offset, let found) = error else {
                Issue.record("\(reason): \(String(describing: error))")
                return
            }
            #expect(path.hasSuffix("insight.rec") && found.contains(reason), "\(found)")
        }
        try expect(9, 476, "truncated") { $0.removeLast(20) }
        try expect(2, 112, "no record starts here") { $0[112] = 0 }
        try expect(3, 184, "its parts are out of order") { $0[191] = 0x60 }
        try expect(1, 40, "its flag is 7") { $0[47] = 0xe0 }
        try expect(1, 40, "truncated: 536870911 bytes") {
            $0.replaceSubrange(44..<48, with: [255, 255, 255, 31])
        }
        try expect(1, 40, "its label nan") { $0.replaceSubrange(52..<56, with: Self.word(.nan)) }
        try expect(1, 40, "its label -1.0") { $0.replaceSubrange(52..<56, with: Self.word(-1)) }
        try expect(1, 40, "its label 0.5") { $0.replaceSubrange(52..<56, with: Self.word(0.5)) }
        try expect(1, 40, "its label inf") {
            $0.replaceSubrange(52..<56, with: Self.word(.infinity))
        }
        try expect(1, 40, "its label 1.5") { $0[48] = 200 }
        try expect(5, 312, "not below the 2 identities", property: "2,112,112\n") { _ in }
        try expect(0, 0, "cannot describe a pack of 10 records") {
            $0.replaceSubrange(32..<36, with: Self.word(12))
        }
        try expect(0, 0, "cannot describe a pack") {
            $0.replaceSubrange(32..<36, with: Self.word(.nan))
        }
        // Six images from record 1 on, of which the header says that there are two.
        try expect(0, 0, "images end before record 3, but record 3 has an image") {
            $0.replaceSubrange(32..<36, with: Self.word(3))
        }
        #expect(try Self.damaged({ _ in }) == nil)
        guard case .line = try Self.damaged({ _ in }, property: "many\n") else {
            Issue.record("a bad property was accepted")
            return
        }
    }

    @Test func aFileThatChangesIsTold() throws {
        let folder = try TemporaryFolder()
        let file = try Self.copy("insight", folder)
        let pack = try RecordPack(file)
        _ = try pack.bytes(of: 0)
        try Data(Fixture.bytes("records/insight.rec").prefix(300)).write(to: file, options: [])
        #expect(refusal { _ = try pack.bytes(of: 4) } == .changed(path: file.path))
        #expect(refusal { _ = try pack.labels() } == .changed(path: file.path))
    }

    @Test func otherFilesAreRefused() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write("", to: "a.rec")
        #expect(
            refusal { _ = try RecordPack(empty) }
                == .unknownFormat(path: empty.path, reason: "it has no records"))
        let text = try folder.write("no record at all", to: "b.rec")
        #expect(
            refusal { _ = try RecordPack(text) }?.description.contains("no record starts here")
                == true)
        #expect(
            refusal { _ = try RecordPack(folder.url) }
                == .unreadable(
                    path: folder.url.path, reason: "it is a folder"))
        let gone = folder.url.appendingPathComponent("gone.rec")
        #expect(
            refusal { _ = try RecordPack(gone) }
                == .unreadable(path: gone.path, reason: "there is no such file"))
    }

    /// A pack as `im2rec` writes it: keys and labels in the records' order.
    private static func pack(
        _ records: [(key: Int, label: Float)], list: String?, index: Bool = true,
        _ folder: TemporaryFolder
    ) throws -> URL {
        var (bytes, lines): ([UInt8], String) = ([], "")
        for (key, label) in records {
            lines += "\(key)\t\(bytes.count)\n"
            let payload = RecordHeader(label: label, id: key).bytes + [UInt8(key), 0, 0, 0]
            bytes += magic + [UInt8(payload.count), 0, 0, 0] + payload
        }
        if index { try folder.write(lines, to: "train.idx") }
        if let list { try folder.write(list, to: "train.lst") }
        return try folder.write(bytes, to: "train.rec")
    }

    /// The keys of a set's images, which are the first bytes of the images of ``pack``.
    private static func keys(_ set: LabelledImageSet) throws -> [UInt8] {
        try (0..<set.count).map { try set.source.bytes(of: $0)[0] }
    }

    /// Labels of which the first and the third are no 32-bit floats.
    private static let large: [(key: Int, label: Float)] =
        [25_130_987, 25_130_988, 25_130_989, 3].enumerated().map { ($0, Float($1 as Int)) }

    @Test(arguments: [true, false])
    func theListKnowsLabelsThatFloatsRound(hasIndex: Bool) throws {
        let folder = try TemporaryFolder()
        // In another order than the records.
        let list =
            "3\t3\td/0.jpg\n2\t25130989\tc/0.jpg\n0\t25130987\ta/0.jpg\n1\t25130988\tb/0.jpg\n"
        let set = try LabelledImageSet.open(
            try Self.pack(Self.large, list: list, index: hasIndex, folder).path)
        #expect(set.identities == ["d", "a", "b", "c"])
        #expect(set.labels == [1, 2, 3, 0])
        #expect(set.names == ["a/0.jpg", "b/0.jpg", "c/0.jpg", "d/0.jpg"])
        #expect(try Self.keys(set) == [0, 1, 2, 3])
        #expect(set.warnings.count == (hasIndex ? 0 : 1), "\(set.warnings)")
        let flat = list.replacingOccurrences(of: "/", with: "-")
        let plain = try LabelledImageSet.open(
            try Self.pack(Self.large, list: flat, index: hasIndex, folder).path)
        #expect(plain.identities == ["3", "25130987", "25130988", "25130989"])
    }

    @Test(
        arguments: [
            (nil, "there is no 'train.lst' with the exact labels"),
            ("0\t25130987\ta\n1\t25130988\tb\n2\t25130989\tc\n", "key 3 is not in the list"),
            (
                "0\t25130987\ta\n1\t25130988\tb\n2\t25130995\tc\n3\t3\td\n",
                "key 2 has label 25130995 in the list and 25130988 in the pack"
            ),
            ("some text", "expected a key, a label and a path"),
        ] as [(String?, String)])
    func roundedLabelsAreRefusedWithoutAListThatAgrees(list: String?, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try Self.pack(Self.large, list: list, folder)
        let error = refusal { _ = try LabelledImageSet.open(file.path) }
        guard case .unknownFormat(_, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.contains("3 labels of 4 are 16777216 or more (record 0 has 25130988)"))
        #expect(found.contains(reason), "\(found)")
    }

    @Test func theLargestExactLabelNeedsNoList() throws {
        let folder = try TemporaryFolder()
        let file = try Self.pack([(0, 16_777_215), (1, 7)], list: nil, folder)
        #expect(try LabelledImageSet.open(file.path).identities == ["7", "16777215"])
        let next = try Self.pack([(0, 16_777_216), (1, 7)], list: nil, folder)
        #expect(refusal { _ = try LabelledImageSet.open(next.path) } != nil)
    }

    @Test func aListOfOtherOrderIsMatchedByKeys() throws {
        let folder = try TemporaryFolder()
        let list =
            "9\t1.000000\tb/9.jpg\n4\t0.000000\ta/4.jpg\n7\t1.000000\tb/7.jpg\n5\t0\ta/5.jpg\n"
        let set = try LabelledImageSet.open(
            try Self.pack([(7, 1), (4, 0), (9, 1)], list: list, folder).path)
        #expect(set.names == ["b/7.jpg", "a/4.jpg", "b/9.jpg"])
        #expect(set.identities == ["a", "b"] && set.labels == [1, 0, 1])
        #expect(try Self.keys(set) == [7, 4, 9])
        #expect(set.warnings.isEmpty)
    }

    @Test(arguments: [
        ("4\t0\ta/1.jpg\n7\t5\ta/2.jpg", "key 7 has label 5 in the list and 1 in the pack"),
        ("0\t0\ta/1.jpg\n1\t1\ta/2.jpg", "key 4 is not in the list, and has label 0 in the pack"),
        ("4\t0\ta/1.jpg\n7\t1\ta/2.jpg\n7\t1\tb/2.jpg", "key 7 occurs twice in the list"),
        ("a/1.jpg 0", "expected a key, a label and a path"),
    ])
    func aListOfAnotherPackIsToldAndNotUsed(list: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let set = try LabelledImageSet.open(
            try Self.pack([(4, 0), (7, 1)], list: list, folder).path)
        #expect(set.identities == ["0", "1"] && set.names == ["record 4", "record 7"])
        #expect(set.warnings.count == 1 && set.warnings[0].contains(reason), "\(set.warnings)")
        #expect(set.warnings[0].hasSuffix("names are not taken from it"))
    }

    @Test func insightFacesListHasTheLinesNumberAsKey() throws {
        let folder = try TemporaryFolder()
        let file = try Self.copy("insight", folder)
        let lines = Self.labels.enumerated().map { "1\t/data/p\($1)/\($0).jpg\t\($1)\n" }
        try folder.write(lines.joined(), to: "insight.lst")
        let set = try LabelledImageSet.open(file.path)
        #expect(set.identities == ["p0", "p1", "p2"] && set.labels == Self.labels)
        #expect(set.names.last == "/data/p2/5.jpg")
    }

    /// From 2^24 on the header's floats are rounded; the border is found by looking at records.
    @Test(arguments: [16_777_217, 20_000_001, 42_474_558, 42_474_559])
    func bordersBeyondExactFloats(images: Int) throws {
        let (border, identities) = (images + 1, 2_059_906)
        let first = RecordHeader(labels: [Float(border), Float(border + identities)], id: 0)
        var asked = 0
        let layout = try RecordLayout.of(first: first, count: border + identities) {
            asked += 1
            return $0 < border
        }
        #expect(
            layout
                == .success(
                    RecordLayout(images: 1..<border, identities: border..<border + identities)))
        #expect(asked < 40)
    }

    @Test func survivesDamage() throws {
        let record = try Fixture.bytes("records/insight.rec")
        let index = try Fixture.bytes("records/insight.idx")
        var stream = SeededRandom(seed: 1, "damage")
        func open(_ record: [UInt8], _ index: [UInt8]) {
            let pack = try? RecordPack(
                MemoryBytes(record), location: URL(fileURLWithPath: "/a.rec"),
                index: .success(MemoryBytes(index)))
            _ = try? pack?.labels()
            for position in 0..<(pack?.count ?? 0) { _ = try? pack?.bytes(of: position) }
        }
        for length in 0..<record.count { open(Array(record.prefix(length)), index) }
        for _ in 0..<3000 {
            var (record, index) = (record, index)
            for _ in 0..<3 { record[stream.below(record.count)] = UInt8(stream.below(256)) }
            if stream.below(2) == 0 { index[stream.below(index.count)] = UInt8(stream.below(256)) }
            open(record, index)
        }
    }

    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realPacks() throws {
        let root = try #require(RealData.root).appendingPathComponent("recordio")
        for (name, images, identities) in [("im2rec/validation", 229, 25), ("tiny/train", 8, 0)] {
            let set = try LabelledImageSet.open(root.appendingPathComponent("\(name).rec").path)
            #expect(set.count == images)
            if identities > 0 { #expect(set.identities.count == identities) }
            for position in 0..<set.count { _ = try set.source.image(position) }
            let list = try LabelledImageSet.open(root.appendingPathComponent("\(name).lst").path)
            #expect(list.count == images)
        }
    }
}
