import FaceData
import Foundation
import Testing

@Suite struct ImageScanTests {
    private static func paths(_ folder: TemporaryFolder, count: Int) throws -> [String] {
        try (0..<count).map { index in
            let side = index % 3 == 0 ? 10 : 28
            let path = "id \(index / 10)/\(index).png"
            try folder.write(
                RGBImage.noise(width: side, height: 28, seed: UInt64(index)), to: path)
            return path
        }
    }

    private static func scan(
        _ paths: [String], _ folder: TemporaryFolder, threads: Int = 1
    ) throws -> ImageScan {
        try ImageScan(ImageFiles(paths, in: folder.url), threads: threads)
    }

    @Test func theResultDoesNotDependOnThreads() throws {
        let folder = try TemporaryFolder()
        let few = try Self.paths(folder, count: 30)
        let paths = (0..<40).flatMap { _ in few }
        let one = try Self.scan(paths, folder)
        #expect(one.good == 1200)
        #expect(one.bad.isEmpty)
        #expect(one.sizes == ["10x28": 400, "28x28": 800])
        for threads in [0, 2, 7] {
            #expect(try Self.scan(paths, folder, threads: threads) == one)
        }
    }

    @Test func everyBadFileIsTold() throws {
        let folder = try TemporaryFolder()
        var paths = try Self.paths(folder, count: 5)
        try folder.write("<html>", to: "a.jpg")
        try folder.write("", to: "b.jpg")
        paths.insert("a.jpg", at: 2)
        paths += ["b.jpg", "gone.jpg"]
        let scan = try Self.scan(paths, folder)
        let gone = folder.url.appendingPathComponent("gone.jpg").path
        #expect(scan.good == 5)
        #expect(
            scan.bad.map(\.reason) == [
                "the image 'a.jpg' cannot be decoded: it is neither JPEG, PNG, WebP, BMP, PGM nor PPM",
                "the image 'b.jpg' cannot be decoded: it is empty",
                "the image '\(gone)' cannot be decoded: there is no such file",
            ])
        #expect(scan.bad.map(\.index) == [2, 6, 7])
        #expect(scan.bad.map(\.path) == ["a.jpg", "b.jpg", "gone.jpg"])
        let without = try Self.scan(Array(paths.filter { $0.hasSuffix("png") }), folder)
        #expect(without.meanFace == scan.meanFace)
        #expect(without.contentHash != scan.contentHash)
    }

    @Test func theHashChangesWithNamesContentsAndOrder() throws {
        let folder = try TemporaryFolder()
        let paths = try Self.paths(folder, count: 4)
        let hash = try Self.scan(paths, folder).contentHash
        #expect(hash.count == 64)
        #expect(try Self.scan(paths.reversed(), folder).contentHash != hash)
        try folder.write(RGBImage.noise(width: 10, height: 28, seed: 99), to: paths[0])
        #expect(try Self.scan(paths, folder).contentHash != hash)
    }

    @Test func theMeanFaceIsTheImagesMean() throws {
        let folder = try TemporaryFolder()
        try folder.write(RGBImage.plain(width: 56, height: 56, 0, 0, 0), to: "a.png")
        try folder.write(RGBImage.plain(width: 28, height: 40, 200, 200, 200), to: "b.png")
        let mean = try Self.scan(["a.png", "b.png"], folder).meanFace
        #expect(mean.count == MeanFace.side * MeanFace.side)
        #expect(mean.allSatisfy { abs($0 - 100) < 1e-9 })
    }

    @Test func tellsHowFarItHasComeAndStopsWhenAsked() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let few = try Self.paths(folder, count: 10)
        let paths = (0..<60).flatMap { _ in few }
        var told: [Int] = []
        _ = try ImageScan(ImageFiles(paths, in: folder.url), threads: 1) { told.append($0) }
        #expect(told == [256, 512, 600])
        #expect(throws: Stop.self) {
            try ImageScan(ImageFiles(paths, in: folder.url), threads: 2) { _ in throw Stop() }
        }
    }

    @Test func nothingIsScannedToNothing() throws {
        let scan = try Self.scan([], try TemporaryFolder())
        #expect(scan.good == 0)
        #expect(scan.meanFace.allSatisfy { $0 == 0 })
    }

    @Test func picturesAreCollectedAndFound() throws {
        let folder = try TemporaryFolder()
        for seed in 0..<4 as Range<UInt64> {
            try folder.write(RGBImage.noise(width: 24, height: 24, seed: seed), to: "\(seed).png")
        }
        try folder.write(RGBImage.plain(width: 24, height: 24, 9, 9, 9), to: "blank.png")
        let test = ImageFiles(["1.png", "3.png", "blank.png"], in: folder.url)
        let collected = try ImageScan(test, threads: 2, pictures: .collected)
        // A blank picture is like every other one.
        #expect(collected.pictures.count == 2 && collected.matches.isEmpty)
        let train = ImageFiles(["0.png", "blank.png", "3.png", "2.png", "1.png"], in: folder.url)
        let found = try ImageScan(
            train, threads: 2, pictures: .sought(PictureIndex(collected.pictures)))
        #expect(found.matches.map(\.index) == [2, 4] && found.matches.map(\.picture) == [1, 0])
        #expect(found.pictures.count == 0)
        let plain = try ImageScan(train, threads: 2)
        #expect(plain.matches.isEmpty && plain.contentHash == found.contentHash)
    }
}
