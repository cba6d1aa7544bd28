import FaceData
import Foundation
import Testing

/// Every format written from every other one, and read back.
@Suite struct AllFormatsTests {
    /// An image as it is compared: whose it is and what it shows.
    private struct Known: Hashable {
        let identity: String
        let pixels: [UInt8]
        /// Nothing where bytes are rebuilt.
        let bytes: [UInt8]
    }

    private static func known(_ set: LabelledImageSet, bytes: Bool) throws -> [Known: Int] {
        var counts: [Known: Int] = [:]
        for index in 0..<set.count {
            let known = Known(
                identity: set.identities[set.labels[index]],
                pixels: try set.source.image(index).pixels,
                bytes: bytes ? try set.source.bytes(of: index) : [])
            counts[known, default: 0] += 1
        }
        return counts
    }

    private static func picture(_ seed: Int) -> RGBImage {
        .noise(width: 12, height: 12, seed: UInt64(seed))
    }

    // MARK: Training sets

    /// Names that collide in all ways: endings, case, folders below an identity.
    private static let files = [
        "Ann/1.jpg", "Ann/1.jpeg", "Ann/1.png", "Ann/a.png", "Ann/A.png", "Bob/1.png",
        "Bob/1-2.png", "Bob/e\u{301}.png", "Cy C/x y.png",
    ]

    /// The content of the image file at a position of ``files``.
    private static func bytes(of index: Int) throws -> [UInt8] {
        files[index].hasSuffix("png")
            ? try ImageEncoder.png(picture(index))
            : try ImageEncoder.jpeg(picture(index), quality: 90)
    }

    private static func folderSet(_ folder: TemporaryFolder) throws -> LabelledImageSet {
        for (index, file) in files.enumerated() {
            try folder.write(try bytes(of: index), to: "set/\(file)")
        }
        return try .folder(folder.url.appendingPathComponent("set"))
    }

    /// Training sets of all formats that are read, of the same images.
    private static func sources(_ folder: TemporaryFolder) throws -> [String: LabelledImageSet] {
        var list = ""
        var rows = ""
        for (seed, file) in files.enumerated() {
            let bytes = try bytes(of: seed)
            let identity = file.prefix { $0 != "/" }
            // Two files of one name, and an identity that no folder is called by.
            let deep = "deep/\(seed % 2)/x/\(file.dropFirst(identity.count + 1))"
            try folder.write(bytes, to: deep)
            list += "\(deep)\t\(identity)\n"
            rows +=
                "\(identity)\t\(seed % 2)\tu\tp\tFaceId-\(seed / 2)\tr\t"
                + Data(bytes).base64EncodedString() + "\n"
        }
        let set = try folderSet(folder)
        let pack = folder.url.appendingPathComponent("source/train.rec")
        _ = try SetConversion().write(set, toPack: pack)
        var tar = TestTar()
        tar.bytes = []
        for index in 0..<set.count {
            tar.add("some/set/" + set.source.name(of: index), try set.source.bytes(of: index))
        }
        tar.end()
        try folder.write(tar.bytes, to: "source/set.tar")
        return [
            "folder": set, "pack": try .open(pack.path),
            "tar": try .open(folder.url.appendingPathComponent("source/set.tar").path),
            "list": try .list(try folder.write(list, to: "list.txt")),
            "rows": try .open(try folder.write(rows, to: "rows.tsv").path),
        ]
    }

    /// Not even the folder that the files would lie in.
    @Test(arguments: ConversionTarget.allCases)
    func aFailureLeavesNothing(target: ConversionTarget) throws {
        let folder = try TemporaryFolder()
        for seed in 0..<3 {
            let bytes = try ImageEncoder.png(Self.picture(seed))
            try folder.write(bytes, to: "set/Ann/\(seed).png")
        }
        let set = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("set/Ann/0.png"))
        let file = folder.url.appendingPathComponent("out/new/train.\(target)")
        #expect(throws: FaceDataError.self) {
            _ = try SetConversion().write(set, as: target, to: file)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["set"])
    }

    /// Writes a set in a format and reads it back.
    private static func written(
        _ set: LabelledImageSet, as format: String, _ conversion: SetConversion,
        _ folder: TemporaryFolder
    ) throws -> LabelledImageSet {
        let out = folder.url.appendingPathComponent("out/\(UUID().uuidString)")
        guard format == "folder" else {
            let isShards = format == "shards"
            let file = out.appendingPathComponent("train.\(isShards ? "tar" : format)")
            let target = format == "tar" ? ConversionTarget.tar : ConversionTarget(file)
            let outcome = try conversion.write(set, as: target, to: file, shardImages: 4)
            #expect(outcome.written == set.count && outcome.bad.isEmpty)
            // What is there is never replaced.
            #expect(throws: FaceDataError.self) {
                try conversion.write(set, as: target, to: file, shardImages: 4)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
            #expect(!names.contains { $0.hasSuffix(".part") })
            return try .open(isShards ? out.path + "/train-{000000..000002}.tar" : file.path)
        }
        let outcome = try conversion.write(set, toFolder: out)
        #expect(outcome.written == set.count && outcome.kept == 0 && outcome.bad.isEmpty)
        let again = try conversion.write(set, toFolder: out)
        #expect(again.written == 0 && again.kept == set.count)
        return try .folder(out)
    }

    private static let formats = [
        "folder", "lmdb", "parquet", "rec", "shards", "tar", "tfrecord", "zip",
    ]

    /// A conversion that copies files, or one that encodes images anew.
    private static func conversion(copies: Bool) -> SetConversion {
        copies
            ? SetConversion()
            : SetConversion(recoding: ImageRecoding(side: 12), leavesOutBad: true)
    }

    @Test(arguments: formats)
    func everySourceSurvives(format: String) throws {
        let folder = try TemporaryFolder()
        for (name, set) in try Self.sources(folder) {
            #expect(set.count == Self.files.count, "\(name)")
            for isCopied in [true, false] {
                let expected = try Self.known(set, bytes: isCopied)
                #expect(expected.values.allSatisfy { $0 == 1 })
                let out = try Self.written(
                    set, as: format, Self.conversion(copies: isCopied), folder)
                #expect(try Self.known(out, bytes: isCopied) == expected, "\(name), \(isCopied)")
            }
        }
    }

    @Test(arguments: formats, formats)
    func trainingSetsSurvive(first: String, second: String) throws {
        let folder = try TemporaryFolder()
        let set = try Self.folderSet(folder)
        for isCopied in [true, false] {
            let conversion = Self.conversion(copies: isCopied)
            let once = try Self.written(set, as: first, conversion, folder)
            let twice = try Self.written(once, as: second, conversion, folder)
            let expected = try Self.known(set, bytes: isCopied)
            #expect(try Self.known(twice, bytes: isCopied) == expected, "\(isCopied)")
        }
    }

    /// Identities that differ in case only, and whose folders are called otherwise.
    @Test(arguments: formats)
    func whatIsRenamedIsListed(format: String) throws {
        let folder = try TemporaryFolder()
        for index in 1...2 {
            try folder.write(
                try ImageEncoder.png(Self.picture(index)), to: "deep/x/\(index).png")
        }
        let list = try folder.write("deep/x/1.png\tAnn\ndeep/x/2.png\tann\n", to: "list.txt")
        let out = folder.url.appendingPathComponent(
            format == "folder" ? "out" : "out.\(format == "shards" ? "tar" : format)")
        let target =
            format == "tar" ? .tar : format == "folder" ? .folder : ConversionTarget(out)
        let outcome = try SetConversion().write(.list(list), as: target, to: out)
        #expect(outcome.renamed.map(\.name) == ["deep/x/2.png"])
        #expect(outcome.renamed.map(\.file) == ["ann-2/2.png"])
    }

    @Test(arguments: ["lmdb", "parquet", "rec", "shards", "tar", "tfrecord", "zip"])
    func namesOfAFolderComeBack(format: String) throws {
        let folder = try TemporaryFolder()
        let set = try #require(try Self.sources(folder)["folder"])
        let out = try Self.written(set, as: format, SetConversion(), folder)
        // Keys of shards have no endings, and may become files: those of one name are numbered. In archives, as in
        // folders, names differ in more than case.
        let renamed = [
            "shards": [
                "Ann/1.jpeg": "Ann/1.jpg", "Ann/1.jpg": "Ann/1-2.jpg", "Ann/1.png": "Ann/1-3.png",
                "Ann/a.png": "Ann/a-2.png",
            ], "tar": ["Ann/a.png": "Ann/a-2.png"], "zip": ["Ann/a.png": "Ann/a-2.png"],
        ][format, default: [:]]
        let order = set.names.map { renamed[$0] ?? $0 }
        let names = ["tar", "zip"].contains(format) ? order.sorted(by: <) : order
        #expect(out.names == names && out.identities == set.identities)
    }

    // MARK: Test sets

    /// A pair as it is compared.
    private struct KnownPair: Hashable {
        let first: [UInt8]
        let second: [UInt8]
        let same: Bool
        let fold: Int
    }

    private static func known(
        _ pairs: VerificationPairs, bytes: Bool, folds: Bool
    ) throws -> [KnownPair] {
        try pairs.pairs.map { pair in
            let images = try [pair.first, pair.second].map {
                bytes ? try pairs.source.bytes(of: $0) : try pairs.source.image($0).pixels
            }
            return KnownPair(
                first: images[0], second: images[1], same: pair.same,
                fold: folds ? pair.fold : 0)
        }
    }

    /// Four people of three frontal faces and two profiles, in the layout of CFP.
    private static func celebrities(_ folder: TemporaryFolder) throws -> URL {
        var lists = ["F": "", "P": ""]
        for person in 1...4 {
            for (letter, kind, count) in [("F", "frontal", 3), ("P", "profile", 2)] {
                for image in 1...count {
                    let path = "Data/Images/00\(person)/\(kind)/0\(image).png"
                    try folder.write(
                        picture(100 * person + 10 * count + image), to: "cfp/\(path)")
                    lists[letter, default: ""] +=
                        "\((person - 1) * count + image) ../\(path)\n"
                }
            }
        }
        for (letter, list) in lists {
            try folder.write(list, to: "cfp/Protocol/Pair_list_\(letter).txt")
        }
        for (part, each) in [("FF", 3), ("FP", 2)] {
            for split in 1...2 {
                let people = [2 * split - 2, 2 * split - 1]
                let same = people.map { "\(3 * $0 + 1),\(each * $0 + 2)\n" }.joined()
                let other = people.map { "\(3 * $0 + 2),\(each * (($0 + 1) % 4) + 1)\n" }.joined()
                try folder.write(same, to: "cfp/Protocol/Split/\(part)/0\(split)/same.txt")
                try folder.write(other, to: "cfp/Protocol/Split/\(part)/0\(split)/diff.txt")
            }
        }
        return folder.url.appendingPathComponent("cfp")
    }

    private static func testSets(_ folder: TemporaryFolder) throws -> [String: VerificationPairs] {
        let cfp = try celebrities(folder)
        for (name, seed) in [("Ann", 1), ("Bob", 2)] {
            for image in 1...3 {
                try folder.write(
                    picture(1000 * seed + image), to: "lfw/\(name)/\(name)_000\(image).png")
            }
        }
        let lfw = folder.url.appendingPathComponent("lfw")
        try folder.write(
            "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t2\nBob\t1\t3\nBob\t3\tAnn\t3\n", to: "lfw/pairs.txt")
        // Two pictures of one name in other folders, and folds in another order.
        let list = try folder.write(
            """
            cfp/Data/Images/001/frontal/01.png\tcfp/Data/Images/001/profile/01.png\t1\t1
            cfp/Data/Images/002/frontal/01.png\tcfp/Data/Images/001/frontal/01.png\t0\t1
            lfw/Ann/Ann_0001.png\tlfw/Ann/Ann_0002.png\t1\t0
            lfw/Ann/Ann_0001.png\tcfp/Data/Images/002/frontal/01.png\t0\t0

            """, to: "list.txt")
        let pairs = try VerificationPairs.open(images: lfw, pairs: "")
        let pack = folder.url.appendingPathComponent("source.bin")
        _ = try SetConversion().write(pairs, toPack: pack)
        return [
            "lfw": pairs, "FF": try .open(images: cfp, pairs: "FF"),
            "FP": try .open(images: cfp, pairs: "fp"),
            "list": try .open(images: folder.url, pairs: list.path), "bin": try .pack(pack),
        ]
    }

    /// Writes a test set in a format and reads it back.
    private static func written(
        _ pairs: VerificationPairs, as format: String, _ conversion: SetConversion,
        _ folder: TemporaryFolder
    ) throws -> VerificationPairs {
        let out = folder.url.appendingPathComponent("out/\(UUID().uuidString)")
        guard format == "folder" else {
            let pack = out.appendingPathComponent("x.bin")
            _ = try conversion.write(pairs, toPack: pack)
            return try .pack(pack)
        }
        #expect(try conversion.write(pairs, toFolder: out).written == pairs.images.count)
        #expect(try conversion.write(pairs, toFolder: out).kept == pairs.images.count)
        return try .open(images: out, pairs: "")
    }

    @Test(arguments: ["folder", "bin"], ["folder", "bin"])
    func testSetsSurvive(first: String, second: String) throws {
        let folder = try TemporaryFolder()
        let recoded = SetConversion(recoding: ImageRecoding(side: 12), leavesOutBad: true)
        for (name, pairs) in try Self.testSets(folder) {
            for isCopied in [true, false] {
                let conversion = isCopied ? SetConversion() : recoded
                func known(_ pairs: VerificationPairs, folds: Bool) throws -> [KnownPair] {
                    try Self.known(pairs, bytes: isCopied, folds: folds)
                }
                let once = try Self.written(pairs, as: first, conversion, folder)
                // A .bin keeps no folds.
                #expect(
                    try known(once, folds: first == "folder")
                        == known(pairs, folds: first == "folder"), "\(name), \(first)")
                let twice = try Self.written(once, as: second, conversion, folder)
                let keepsFolds = first == "folder" && second == "folder"
                #expect(
                    try known(twice, folds: keepsFolds) == known(pairs, folds: keepsFolds),
                    "\(name), \(first), \(second), \(isCopied)")
            }
        }
    }

    @Test func peopleStayPeople() throws {
        let folder = try TemporaryFolder()
        let sets = try Self.testSets(folder)
        for (name, people) in [
            ("FF", ["001", "002", "003", "004"]), ("FP", ["001", "002", "003", "004"]),
            ("lfw", ["Ann", "Bob"]), ("bin", []),
        ] {
            let pairs = try #require(sets[name])
            let out = try Self.written(pairs, as: "folder", SetConversion(), folder)
            #expect(out.identities.sorted() == people, "\(name)")
        }
    }
}
