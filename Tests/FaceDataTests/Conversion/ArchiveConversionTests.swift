import Foundation
import Testing

@testable import FaceData

/// Archives and Parquet as other programs read them, and what these forms cannot hold.
@Suite struct ArchiveConversionTests {
    private static func picture(_ seed: Int) throws -> [UInt8] {
        try ImageEncoder.png(.noise(width: 9, height: 9, seed: UInt64(seed)))
    }

    private static func set(_ names: [String], _ folder: TemporaryFolder) throws -> LabelledImageSet
    {
        for (seed, name) in names.enumerated() {
            try folder.write(try picture(seed), to: "set/\(name)")
        }
        return try .folder(folder.url.appendingPathComponent("set"))
    }

    /// A program's lines, where it is installed.
    private static func lines(_ program: String, _ arguments: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(
        .enabled("tar is not installed") { FileManager.default.fileExists(atPath: "/usr/bin/tar") })
    func tarReadsTheArchive() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "n", count: 120)
        let names = ["__a__/x.y.png", "b c/\(long).png", "b c/é.png"]
        let set = try Self.set(names, folder)
        let out = folder.url.appendingPathComponent("x.tar")
        #expect(try SetConversion().write(set, toTar: out).written == 3)
        let target = folder.url.appendingPathComponent("unpacked")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        _ = try Self.lines("/usr/bin/tar", ["-xf", out.path, "-C", target.path])
        for (seed, name) in names.enumerated() {
            let file = target.appendingPathComponent(name)
            #expect(try [UInt8](Data(contentsOf: file)) == Self.picture(seed), "\(name)")
        }
        #expect(try LabelledImageSet.open(out.path).names == set.names)
    }

    @Test(
        .enabled("unzip is not installed") {
            FileManager.default.fileExists(atPath: "/usr/bin/unzip")
        })
    func unzipFindsNoFault() throws {
        let folder = try TemporaryFolder()
        // What Macs add to archives is passed over; a person of that name is not.
        let set = try Self.set(["__MACOSX/1.png", "b/1.png", "b/2.png"], folder)
        let out = folder.url.appendingPathComponent("x.zip")
        #expect(try SetConversion().write(set, toZip: out).written == 3)
        let listed = try Self.lines("/usr/bin/unzip", ["-Z1", out.path])
        #expect(listed == ["set/__MACOSX/1.png", "set/b/1.png", "set/b/2.png"])
        #expect(
            try Self.lines("/usr/bin/unzip", ["-tqq", out.path]).allSatisfy {
                $0.hasPrefix("No errors")
            })
        let back = try LabelledImageSet.open(out.path)
        #expect(back.names == set.names && back.identities == set.identities)
    }

    @Test func namesThatArchivesCannotHoldAreTold() throws {
        let folder = try TemporaryFolder()
        let set = try Self.set(["Ann/1.png", "ann/1.png", "b/x\u{7}.png"], folder)
        for ending in ["tar", "zip"] {
            let out = folder.url.appendingPathComponent("x.\(ending)")
            let outcome = try SetConversion().write(
                set, as: ending == "tar" ? .tar : .zip, to: out)
            #expect(outcome.renamed.map(\.file) == ["ann-2/1.png", "b/x_.png"], "\(outcome)")
            #expect(
                try LabelledImageSet.open(out.path).names == [
                    "Ann/1.png", "ann-2/1.png", "b/x_.png",
                ])
        }
    }

    /// A sample's key ends at the first point of its name.
    @Test func namesThatShardsCannotHoldAreTold() throws {
        let folder = try TemporaryFolder()
        let set = try Self.set(["a.b/1.x.png", "a.b/1_x.png", "a.b/2.png"], folder)
        let out = folder.url.appendingPathComponent("x.tar")
        let outcome = try SetConversion().write(set, as: .shards, to: out)
        #expect(outcome.renamed.map(\.name) == ["a.b/1.x.png", "a.b/1_x.png"], "\(outcome)")
        #expect(outcome.renamed.map(\.file) == ["a.b/1_x.png", "a.b/1_x-2.png"], "\(outcome)")
        let back = try LabelledImageSet.open(folder.url.appendingPathComponent("x-000000.tar").path)
        #expect(back.names == outcome.renamed.map(\.file) + ["a.b/2.png"])
    }

    // MARK: Parquet

    @Test func aFileOfManyGroupsAndPages() throws {
        let folder = try TemporaryFolder()
        var set = try Self.set((0..<7).map { "p\($0 % 3)/\($0).png" }, folder)
        // A picture of more than a page.
        let large = try ImageEncoder.png(.noise(width: 700, height: 700, seed: 99))
        #expect(large.count > 1 << 20)
        try folder.write(large, to: "set/p1/large.png")
        set = try .folder(folder.url.appendingPathComponent("set"))
        for (groupBytes, expected) in [(1, 8...8), (600, 2...7), (1 << 25, 1...1)] {
            let out = folder.url.appendingPathComponent("\(groupBytes).parquet")
            let outcome = try SetConversion(threads: 2).write(
                set, toParquet: out, groupBytes: groupBytes)
            #expect(outcome.written == 8)
            let back = try LabelledImageSet.open(out.path)
            #expect(back.names == set.names && back.labels == set.labels)
            #expect(back.identities == set.identities && back.warnings.isEmpty)
            for index in 0..<8 {
                #expect(try back.source.bytes(of: index) == set.source.bytes(of: index))
            }
            let file = try ParquetFile(FileReader(out))
            let groups = try #require(file.chunks.values.first).count
            #expect(expected.contains(groups), "\(groups)")
        }
    }

    @Test func namesOfClassesAreKeptWhateverTheyAre() throws {
        // Composed and decomposed letters stay as they are.
        let identities = ["a/b", "\"q\"", "e\u{301}", "\u{fc}", "", "\\n\n", "名"]
        let folder = try TemporaryFolder()
        for index in 0..<7 { try folder.write(try Self.picture(index), to: "\(index).png") }
        let set = LabelledImageSet(
            source: ImageFiles((0..<7).map { "\($0).png" }, in: folder.url), identities: identities,
            labels: Array(0..<7))
        let out = folder.url.appendingPathComponent("x.parquet")
        #expect(try SetConversion().write(set, toParquet: out).written == 7)
        let back = try LabelledImageSet.open(out.path)
        #expect(back.identities.map { Array($0.utf8) } == identities.map { Array($0.utf8) })
        #expect(back.labels == Array(0..<7))
    }

    @Test func twoClassesOfOneNameAreRefused() throws {
        let folder = try TemporaryFolder()
        for index in 0..<2 { try folder.write(try Self.picture(index), to: "\(index).png") }
        let set = LabelledImageSet(
            source: ImageFiles(["0.png", "1.png"], in: folder.url), identities: ["ann", "ann"],
            labels: [0, 1])
        let out = folder.url.appendingPathComponent("x.parquet")
        let error = #expect(throws: FaceDataError.self) {
            try SetConversion().write(set, toParquet: out)
        }
        #expect(
            "\(try #require(error))".contains("two identities are called 'ann'"), "\(error as Any)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "0.png", "1.png",
            ])
    }

    @Test(arguments: ["parquet", "tar", "zip"])
    func nothingHalfWrittenIsLeft(ending: String) throws {
        let folder = try TemporaryFolder()
        _ = try Self.set(["a/1.png", "b/1.png"], folder)
        try folder.write("no picture", to: "set/c/1.png")
        let set = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        let out = folder.url.appendingPathComponent("out/x.\(ending)")
        let target = ending == "tar" ? ConversionTarget.tar : ConversionTarget(out)
        let conversion = SetConversion(recoding: ImageRecoding(side: 8))
        #expect(throws: FaceDataError.self) { try conversion.write(set, as: target, to: out) }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(left == ["set"])
        try folder.write("mine", to: "out/x.\(ending)")
        #expect(
            throws: FaceDataError.cannotWrite(
                path: out.path, reason: "it already exists; remove it, or choose another name")
        ) { try SetConversion().write(set, as: target, to: out) }
        #expect(try String(contentsOf: out, encoding: .utf8) == "mine")
    }

    // MARK: Against pyarrow and datasets

    /// A Python that has pyarrow, pandas, polars and datasets.
    private static let python = ProcessInfo.processInfo.environment["FACET_PARQUET_PYTHON"]

    @Test(.enabled("FACET_PARQUET_PYTHON does not name a Python with pyarrow") { python != nil })
    func othersReadTheSame() throws {
        let folder = try TemporaryFolder()
        let set = try Self.set((0..<40).map { "p\($0 % 3)/\($0).png" }, folder)
        for (groupBytes, name) in [(1 << 25, "one"), (900, "many")] {
            let out = folder.url.appendingPathComponent("\(name).parquet")
            _ = try SetConversion().write(set, toParquet: out, groupBytes: groupBytes)
        }
        let zip = folder.url.appendingPathComponent("x.zip")
        _ = try SetConversion().write(set, toZip: zip)
        let tar = folder.url.appendingPathComponent("x.tar")
        _ = try SetConversion().write(set, toTar: tar)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/check_written.py")
        let said = try Self.lines(try #require(Self.python), [script.path, folder.url.path])
        #expect(said.last == "the same", "\(said)")
    }
}
