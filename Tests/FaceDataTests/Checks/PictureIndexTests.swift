import FaceData
import Foundation
import SeededRandom
import Testing

@Suite struct PictureIndexTests {
    private struct Wave {
        let x: Double
        let y: Double
        let phase: Double
        let height: Double
    }

    /// A picture whose waves are the higher the longer they are, as a photograph's.
    static func picture(
        _ seed: UInt64, width: Int = 64, zoom: Double = 1, mirrored: Bool = false
    ) -> RGBImage {
        var stream = SeededRandom(seed: seed, "waves")
        var waves: [Wave] = []
        for x in -6...6 {
            for y in 0...6 {
                let phase = Double(stream.below(628)) / 100
                let strength = Double(4 + stream.below(24))
                waves.append(
                    Wave(
                        x: Double(x), y: Double(y), phase: phase,
                        height: strength / Double(1 + abs(x) + y)))
            }
        }
        var pixels: [UInt8] = []
        for row in 0..<width {
            for column in 0..<width {
                let across: Double = (Double(column) + 0.5) / Double(width) - 0.5
                let down: Double = (Double(row) + 0.5) / Double(width) - 0.5
                let x: Double = (mirrored ? -across : across) / zoom
                let y: Double = down / zoom
                var value = 120.0
                for wave in waves {
                    let angle: Double = 2 * Double.pi * (wave.x * x + wave.y * y) + wave.phase
                    value += wave.height * cos(angle)
                }
                let grey = UInt8(max(0, min(255, value.rounded())))
                pixels += [grey, grey, grey]
            }
        }
        return RGBImage(width: width, height: width, pixels: pixels)
    }

    private static func table(_ images: [RGBImage]) -> PictureTable {
        var table = PictureTable()
        for (position, image) in images.enumerated() {
            table.append(PictureFingerprint(image), at: position)
        }
        return table
    }

    private static func compressed(_ image: RGBImage, quality: Int) throws -> RGBImage {
        try ImageDecoder().decode(ImageEncoder.jpeg(image, quality: quality), path: "")
    }

    @Test func copiesOfEveryKindAreFoundAndStrangersAreNot() throws {
        let originals = (0..<120).map { Self.picture(UInt64($0)) }
        let index = PictureIndex(Self.table(originals))
        #expect(try index.groups(threads: 2).isEmpty)
        for seed in 0..<10 {
            let copies = [
                try Self.compressed(originals[seed], quality: 50),
                Self.picture(UInt64(seed), width: 128), Self.picture(UInt64(seed), width: 32),
                Self.picture(UInt64(seed), mirrored: true),
                Self.picture(UInt64(seed), zoom: 1.01),
            ]
            for (kind, copy) in copies.enumerated() {
                let print = try #require(PictureFingerprint(copy))
                #expect(index.copies(of: print) == [seed], "kind \(kind) of \(seed)")
            }
            let stranger = try #require(PictureFingerprint(Self.picture(UInt64(1000 + seed))))
            #expect(index.copies(of: stranger).isEmpty)
        }
    }

    @Test func groupsHangTogetherWhateverTheThreads() throws {
        var images = (0..<600).map { Self.picture(UInt64($0), width: 32) }
        images[7] = try Self.compressed(images[500], quality: 80)
        images[300] = Self.picture(500, width: 64, mirrored: true)
        images[599] = images[2]
        images[4] = RGBImage.plain(width: 32, height: 32, 90, 90, 90)
        images[5] = images[4]
        let index = PictureIndex(Self.table(images))
        let groups = try index.groups(threads: 1)
        #expect(groups == [[2, 599], [7, 300, 500]], "blank pictures are no copies")
        #expect(try index.groups(threads: 3) == groups)
        let matches = try index.matches(in: Self.table([images[7], images[9]]), threads: 2)
        #expect(
            matches == [7, 300, 500].map { PictureIndex.Match(index: 0, picture: $0) }
                + [PictureIndex.Match(index: 1, picture: 9)])
    }

    @Test func manyCopiesOfOnePictureAreOneGroup() throws {
        // More than a list is looked through for, so that the nearest of it are taken.
        let one = try #require(PictureFingerprint(Self.picture(1, width: 32)))
        var table = PictureTable()
        for position in 0..<2500 { table.append(one, at: 2 * position) }
        table.append(PictureFingerprint(Self.picture(2, width: 32)), at: 5001)
        let groups = try PictureIndex(table).groups(threads: 2)
        #expect(groups == [(0..<2500).map { 2 * $0 }])
    }

    @Test func anEmptyIndexFindsNothing() throws {
        let index = PictureIndex(PictureTable())
        #expect(try index.groups(threads: 2).isEmpty)
        let print = try #require(PictureFingerprint(Self.picture(1)))
        #expect(index.copies(of: print).isEmpty)
        #expect(PictureFingerprint(RGBImage.plain(width: 9, height: 9, 0, 0, 0)) == nil)
    }

    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realFacesAreToldApart() throws {
        let root = try #require(RealData.root)
        let set = try LabelledImageSet.open(root.appendingPathComponent("lfw-aligned-112").path)
        let copies = try ImageSurvey(set.source, threads: 2).copies
        let across = copies.filter { Set($0.map { set.labels[$0] }).count > 1 }
        // One picture stands under two names, and nobody else's is taken for another's.
        #expect(across.count == 1)
        #expect(
            across.first?.map(set.source.name(of:)) == [
                "Gabrielle_Rose/Gabrielle_Rose_0001.jpg", "Martha_Bowen/Martha_Bowen_0002.jpg",
            ])
    }
}
