import FaceData
import Foundation
import Testing

@Suite struct SetConversionTests {
    /// Three people, files of three kinds, two of one name.
    private static func set(_ folder: TemporaryFolder) throws -> LabelledImageSet {
        for (path, seed) in [("a/1.png", 1), ("a/2.png", 2), ("b/1.png", 3), ("c c/é.png", 4)] {
            try folder.write(
                RGBImage.noise(width: 12, height: 12, seed: UInt64(seed)), to: "set/\(path)")
        }
        try folder.write(
            ImageEncoder.jpeg(.noise(width: 12, height: 12, seed: 5), quality: 90),
            to: "set/b/2.jpg")
        return try .folder(folder.url.appendingPathComponent("set"))
    }

    private static func contents(_ set: LabelledImageSet) throws -> [[UInt8]] {
        try (0..<set.count).map { try set.source.bytes(of: $0) }
    }

    @Test(arguments: [1, 3])
    func folderToPackToFolderIsTheSame(threads: Int) throws {
        let folder = try TemporaryFolder()
        let set = try Self.set(folder)
        let conversion = SetConversion(threads: threads)
        let file = folder.url.appendingPathComponent("p/train.rec")
        #expect(try conversion.write(set, toPack: file).written == 5)
        let pack = try LabelledImageSet.open(file.path)
        #expect(pack.identities == set.identities && pack.labels == set.labels)
        #expect(pack.names == set.names)
        #expect(try Self.contents(pack) == Self.contents(set))
        let out = folder.url.appendingPathComponent("out")
        #expect(try conversion.write(pack, toFolder: out).written == 5)
        let again = try LabelledImageSet.folder(out)
        #expect(again.names == set.names)
        #expect(try Self.contents(again) == Self.contents(set))
        // A second time nothing is left to do; what is missing is made again.
        try FileManager.default.removeItem(at: out.appendingPathComponent("b/1.png"))
        let second = try conversion.write(pack, toFolder: out)
        #expect(second.written == 1 && second.kept == 4)
    }

    @Test func badImagesAreLeftOutWhenAsked() throws {
        let folder = try TemporaryFolder()
        _ = try Self.set(folder)
        try folder.write("no picture", to: "set/a/0.jpg")
        let set = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        let conversion = SetConversion(
            recoding: ImageRecoding(side: 8), leavesOutBad: true, threads: 2)
        let file = folder.url.appendingPathComponent("train.rec")
        let outcome = try conversion.write(set, toPack: file)
        #expect(outcome.written == 5 && outcome.bad.map(\.path) == ["a/0.jpg"])
        let pack = try LabelledImageSet.open(file.path)
        #expect(pack.count == 5)
        let image = try pack.source.image(4)
        #expect(image.width == 8 && image.height == 8)
        let out = folder.url.appendingPathComponent("out")
        #expect(try conversion.write(set, toFolder: out).bad.count == 1)
        #expect(try LabelledImageSet.folder(out).names.allSatisfy { $0.hasSuffix(".png") })
        #expect(throws: FaceDataError.self) {
            try SetConversion(recoding: ImageRecoding(side: 8)).write(set, toFolder: out)
        }
    }

    @Test func drawnPairsGoThroughAPack() throws {
        let folder = try TemporaryFolder()
        for person in 0..<8 {
            for image in 0..<4 {
                try folder.write(
                    RGBImage.noise(width: 9, height: 9, seed: UInt64(10 * person + image)),
                    to: "set/p\(person)/\(image).png")
            }
        }
        let root = folder.url.appendingPathComponent("set")
        let pairs = try PairDraw(folds: 2, each: 5, seed: 3).pairs(of: try .folder(root))
        #expect(pairs.folds == 2 && pairs.pairs.count == 20)
        #expect(pairs.pairs.map(\.same) == (0..<20).map { $0 % 10 < 5 })
        let people = (0..<2).map { fold in
            Set(
                pairs.pairs.filter { $0.fold == fold }.flatMap { [$0.first, $0.second] }
                    .map { pairs.images[$0].prefix(2) })
        }
        #expect(people[0].isDisjoint(with: people[1]))
        let named = pairs.pairs.map { Set([pairs.images[$0.first], pairs.images[$0.second]]) }
        #expect(Set(named).count == 20 && named.allSatisfy { $0.count == 2 })
        for (pair, names) in zip(pairs.pairs, named) {
            #expect((Set(names.map { $0.prefix(2) }).count == 1) == pair.same)
        }
        let text = try pairs.listText(for: folder.url.appendingPathComponent("pairs.txt"))
        let list = try folder.write(text, to: "pairs.txt")
        let read = try VerificationPairs.open(images: root, pairs: list.path)
        #expect(read.images == pairs.images && read.pairs == pairs.pairs)
        let file = folder.url.appendingPathComponent("p.bin")
        #expect(try SetConversion().write(pairs, toPack: file).written == 40)
        let pack = try VerificationPairs.pack(file)
        #expect(pack.pairs.map(\.same) == pairs.pairs.map(\.same))
        for (left, right) in zip(pack.pairs, pairs.pairs) {
            #expect(try pack.source.bytes(of: left.first) == pairs.source.bytes(of: right.first))
            #expect(try pack.source.bytes(of: left.second) == pairs.source.bytes(of: right.second))
        }
        #expect(throws: FaceDataError.self) {
            try PairDraw(folds: 4, each: 500, seed: 3).pairs(of: try .folder(root))
        }
    }

    @Test(
        "A list of pairs is read again, whatever its names are, or not written",
        arguments: [
            " lead", "#1", "\u{FEFF}mark", "\"said\"", "a,b", "a b", "x;y", "-1", "é", "trail ",
            "0", "\\x20",
        ])
    func hostileNames(name: String) throws {
        let folder = try TemporaryFolder()
        let root = folder.url.appendingPathComponent("set")
        for (person, other) in [(name, 1), ("plain", 2)] {
            for image in 0..<2 {
                try folder.write(
                    RGBImage.noise(width: 9, height: 9, seed: UInt64(10 * other + image)),
                    to: "set/\(person)/\(image).png")
            }
        }
        let pairs = VerificationPairs(
            source: ImageFiles(
                ["\(name)/0.png", "\(name)/1.png", "plain/0.png", "plain/1.png"], in: root),
            pairs: [
                .init(first: 0, second: 1, same: true, fold: 0),
                .init(first: 2, second: 0, same: false, fold: 0),
                .init(first: 2, second: 3, same: true, fold: 1),
                .init(first: 1, second: 3, same: false, fold: 1),
            ], folds: 2)
        let file = folder.url.appendingPathComponent("pairs.txt")
        try folder.write(try pairs.listText(for: file), to: "pairs.txt")
        let read = try VerificationPairs.open(images: root, pairs: file.path)
        #expect(read.pairs.map(\.same) == pairs.pairs.map(\.same))
        for (one, other) in zip(read.pairs, pairs.pairs) {
            #expect(try read.source.bytes(of: one.first) == pairs.source.bytes(of: other.first))
            #expect(try read.source.bytes(of: one.second) == pairs.source.bytes(of: other.second))
        }
    }

    @Test(arguments: ["a\nb", "a\tb", "a\rb", "a\u{2028}b"])
    func namesThatNoLineHolds(name: String) throws {
        let pairs = VerificationPairs(
            source: ImageFiles(
                ["\(name)/0.png", "c/1.png"], in: URL(fileURLWithPath: "/nowhere")),
            pairs: [.init(first: 0, second: 1, same: false, fold: 0)], folds: 1)
        #expect(throws: FaceDataError.self) {
            try pairs.listText(for: URL(fileURLWithPath: "/nowhere/pairs.txt"))
        }
    }
}
