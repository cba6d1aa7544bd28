import Foundation
import Testing

@testable import FaceData

/// Files of Hugging Face's `datasets`, written by pyarrow (make_parquet.py).
@Suite struct ParquetTests {
    private static let count = 40
    private static let people = ["ann", "bea", "cleo"]

    private static func picture(_ index: Int) -> [UInt8] {
        let width = index % 5 + 1
        return Array("P5 \(width) 1 255\n".utf8) + Array(repeating: UInt8(index), count: width)
    }

    private static func file(_ name: String) throws -> URL {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/parquet/\(name)")
    }

    private static func open(_ name: String) throws -> LabelledImageSet {
        try LabelledImageSet.open(Self.file("\(name).parquet").path)
    }

    @Test(arguments: [
        "defaults", "plain", "groups", "pages", "second", "second-plain", "unused", "zstd", "gzip",
    ])
    func picturesLabelsAndNames(file: String) throws {
        let set = try Self.open(file)
        #expect(set.count == Self.count && set.identities == Self.people)
        for index in 0..<Self.count {
            #expect(set.labels[index] == index * 7 % 3)
            #expect(set.source.name(of: index) == "\(Self.people[index * 7 % 3])/\(index).jpg")
            #expect(try set.source.bytes(of: index) == Self.picture(index), "\(index)")
        }
        // In any order, too.
        for index in [39, 0, 17, 39, 3] {
            #expect(try set.source.bytes(of: index) == Self.picture(index))
        }
        #expect(set.source.path(of: 5).hasSuffix("\(file).parquet, row 5"))
        #expect(set.warnings.isEmpty == (file != "unused"), "\(set.warnings)")
    }

    @Test func classesWithoutImagesAreTold() throws {
        let warning = try #require(try Self.open("unused").warnings.first)
        #expect(warning.contains("names 5 classes, of which 3 have images"), "\(warning)")
    }

    /// polars drops what the file says about its classes.
    @Test(arguments: [("no-names", "2/row 5"), ("polars", "2/5.jpg")])
    func labelsWithoutNamesAreIdentities(file: String, name: String) throws {
        let set = try Self.open(file)
        #expect(set.identities == ["0", "1", "2"])
        #expect(set.source.name(of: 5) == name)
        #expect(try set.source.bytes(of: 5) == Self.picture(5))
    }

    @Test func shardsAndFoldersAreOneSet() throws {
        let folder = try TemporaryFolder()
        let parts = (0..<2).map { "train-0000\($0)-of-00002.parquet" }
        for part in parts {
            try folder.write(
                Array(Data(contentsOf: Self.file("\(part)"))), to: "hub/data/\(part)")
        }
        try folder.write("# A set", to: "hub/README.md")
        let hub = folder.url.appendingPathComponent("hub").path
        let pattern = "\(hub)/data/train-{00000..00001}-of-00002.parquet"
        for source in [hub, "\(hub)/data", pattern] {
            let set = try LabelledImageSet.open(source)
            #expect(set.count == Self.count && set.identities == Self.people, "\(source)")
            for index in 0..<Self.count {
                #expect(try set.source.bytes(of: index) == Self.picture(index))
                #expect(set.labels[index] == index * 7 % 3)
            }
        }
        let other = try Data(contentsOf: Self.file("defaults.parquet"))
        try folder.write(Array(other), to: "hub/data/test-00000-of-00001.parquet")
        let error = refusal { _ = try LabelledImageSet.open(hub) }
        #expect(error?.description.contains("it has the splits test, train") == true)
    }

    @Test func rowsWithPathsAloneHaveNoPicture() throws {
        let set = try Self.open("one-missing")
        #expect(try set.source.bytes(of: 4) == Self.picture(4))
        for set in [set, try Self.open("paths-only")] {
            let error = refusal { _ = try set.source.bytes(of: 3) }
            #expect(
                error?.description.contains(
                    "row 3' cannot be decoded: the row has no bytes, only a path") == true)
        }
    }

    @Test(arguments: [
        ("brotli", "its columns are compressed with Brotli, which is not read"),
        ("no-label", "no column says whose a picture is"),
        ("delta", "the column 'label' is written in a way (encoding 5) that is not supported"),
    ])
    func whatIsNotRead(file: String, reason: String) {
        let error = refusal { _ = try Self.open(file) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func convertedSetsAreEqual() throws {
        let folder = try TemporaryFolder()
        let set = try Self.open("groups")
        let file = folder.url.appendingPathComponent("train.rec")
        #expect(try SetConversion(threads: 2).write(set, toPack: file).written == Self.count)
        let copy = try LabelledImageSet.open(file.path)
        #expect(copy.identities == set.identities && copy.count == Self.count)
        let original = (0..<Self.count).map { [UInt8($0 * 7 % 3)] + Self.picture($0) }
        let copied = try (0..<Self.count).map {
            [UInt8(copy.labels[$0])] + (try copy.source.bytes(of: $0))
        }
        #expect(Set(copied) == Set(original))
    }

    @Test("Files that were cut or changed are errors and never end the process")
    func damaged() throws {
        for file in ["defaults", "plain", "second", "pages", "zstd", "gzip"] {
            let whole = Array(try Data(contentsOf: Self.file("\(file).parquet")))
            for end in stride(from: 0, to: whole.count, by: 13) {
                #expect(throws: FaceDataError.self) {
                    try ParquetTable(MemoryBytes(Array(whole[..<end])))
                }
            }
            for place in stride(from: 0, to: whole.count, by: 3) {
                for change: UInt8 in [0xff, 0x01] {
                    var bytes = whole
                    bytes[place] ^= change
                    Self.readAll(MemoryBytes(bytes))
                }
            }
        }
    }

    /// Reads all that can be read of a table.
    static func readAll(_ store: MemoryBytes) {
        guard let table = try? ParquetTable(store) else { return }
        for part in table.parts {
            _ = try? ParquetTable.values(of: part, table.images, store.path) {
                (page) throws(FaceDataError) in
                try store.bytes(at: page.start, count: page.size)
            }
        }
    }

    /// Elements of Snappy's format, by its description.
    @Test(
        arguments: [
            ([5, 16, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
            // A copy of itself: four times one byte.
            ([5, 0, 9, 1, 1], [9, 9, 9, 9, 9]),
            // A copy of three bytes from two before, with two bytes of distance.
            ([5, 4, 7, 8, 10, 2, 0], [7, 8, 7, 8, 7]),
            // With four.
            ([3, 4, 7, 8, 3, 2, 0, 0, 0], [7, 8, 7]),
            // A length in a byte of its own.
            ([3, 240, 2, 4, 5, 6], [4, 5, 6]),
            ([0], []),
            ([5, 16, 1, 2, 3, 4], nil), ([5, 0, 9, 1, 2], nil), ([4, 16, 1, 2, 3, 4, 5], nil),
            ([6, 16, 1, 2, 3, 4, 5], nil), ([], nil), ([1, 252], nil),
        ] as [([UInt8], [UInt8]?)])
    func snappy(packed: [UInt8], expected: [UInt8]?) {
        let count = expected?.count ?? Int(packed.first ?? 0)
        let found = packed.withUnsafeBytes { Snappy.unpacked($0, count: count) }
        #expect(found == expected)
    }
}
