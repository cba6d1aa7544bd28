import FaceData
import Foundation
import Testing

@Suite struct BatchLoaderTests {
    /// Nine noisy pictures of 8 x 8.
    private static func pictures(_ folder: TemporaryFolder) throws -> [(file: URL, image: RGBImage)]
    {
        try (0..<9).map { index in
            let image = RGBImage.noise(width: 8, height: 8, seed: UInt64(index))
            return (try folder.write(image, to: "\(index).png"), image)
        }
    }

    private static func source(_ files: [URL]) -> ImageFiles {
        ImageFiles(files.map(\.path), in: URL(fileURLWithPath: "/"))
    }

    private static func all(_ loader: BatchLoader) throws -> [ImageBatch] {
        var batches: [ImageBatch] = []
        while let batch = try loader.next() { batches.append(batch) }
        return batches
    }

    @Test func orderDoesNotDependOnThreads() throws {
        let folder = try TemporaryFolder()
        let pictures = try Self.pictures(folder)
        let files = pictures.map(\.file)
        let expected = (0..<20).map { position in
            [position % 9, (position + 4) % 9].flatMap { pictures[$0].image.pixels }
        }
        for threads in [1, 2, 5] {
            let loader = BatchLoader(
                Self.source(files), count: 20, side: 8, threads: threads
            ) { position in
                BatchLoader.Request(
                    indices: [position % 9, (position + 4) % 9], labels: [position, -position])
            }
            let batches = try Self.all(loader)
            #expect(batches.map(\.pixels) == expected)
            #expect(batches.map(\.labels) == (0..<20).map { [$0, -$0] })
            #expect(batches.allSatisfy { $0.count == 2 && $0.height == 8 && $0.width == 8 })
            #expect(try loader.next() == nil)
        }
    }

    /// Sides around the pixels that are swapped at once.
    @Test(arguments: [1, 2, 5, 6, 7, 8, 11, 16, 112], ["png", "jpg"])
    func mirroredRowsRunBackwards(side: Int, ending: String) throws {
        let folder = try TemporaryFolder()
        let picture = RGBImage.noise(width: side, height: side)
        let bytes =
            try ending == "png"
            ? ImageEncoder.png(picture) : ImageEncoder.jpeg(picture, quality: 90)
        let file = try folder.write(bytes, to: "a.\(ending)")
        let loader = BatchLoader(Self.source([file]), count: 1, side: side) { _ in
            BatchLoader.Request(indices: [0, 0], mirrored: [false, true])
        }
        let batch = try #require(try loader.next())
        let size = side * side * 3
        func image(_ bytes: ArraySlice<UInt8>) -> RGBImage {
            RGBImage(width: side, height: side, pixels: Array(bytes))
        }
        let (plain, mirrored) = (image(batch.pixels[..<size]), image(batch.pixels[size...]))
        #expect(plain == (try ImageDecoder().decode(file)))
        for y in 0..<side {
            for x in 0..<side { #expect(mirrored[x, y] == plain[side - 1 - x, y]) }
        }
    }

    @Test func fitsImagesOfOtherSizes() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(RGBImage.plain(width: 40, height: 30, 9, 8, 7), to: "a.png")
        let loader = BatchLoader(Self.source([file]), count: 1, side: 16) { _ in .init(indices: [0])
        }
        let batch = try #require(try loader.next())
        #expect(batch.pixels == RGBImage.plain(width: 16, height: 16, 9, 8, 7).pixels)
    }

    @Test func anErrorNamesTheFileAndComesInItsPlace() throws {
        let folder = try TemporaryFolder()
        let good = try folder.write(RGBImage.noise(width: 8, height: 8), to: "good.png")
        let bad = try folder.write("<html>", to: "bad.jpg")
        let gone = folder.url.appendingPathComponent("gone.jpg")
        let files = [good, bad, gone, good]
        let loader = BatchLoader(Self.source(files), count: 4, side: 8, threads: 3) {
            .init(indices: [$0])
        }
        #expect(try loader.next()?.count == 1)
        #expect(
            refusal { _ = try loader.next() }
                == .badImage(
                    path: bad.path, reason: "it is neither JPEG, PNG, WebP, BMP, PGM nor PPM"))
        #expect(
            refusal { _ = try loader.next() }
                == .badImage(path: gone.path, reason: "there is no such file"))
        #expect(try loader.next()?.count == 1)
        #expect(try loader.next() == nil)
    }

    /// Alive as long as anything that may call for batches is.
    private final class Witness: Sendable {}

    @Test func droppedMidwayItEndsItsThreads() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(RGBImage.noise(width: 8, height: 8), to: "a.png")
        weak var witness: Witness?
        do {
            let strong = Witness()
            witness = strong
            let loader = BatchLoader(
                Self.source([file]), count: 1_000_000, side: 8, threads: 3
            ) { _ in withExtendedLifetime(strong) { BatchLoader.Request(indices: [0]) } }
            #expect(try loader.next() != nil)
        }
        // A thread keeps its request, and so the witness, until it ends.
        let deadline = Date(timeIntervalSinceNow: 300)
        while witness != nil, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        #expect(witness == nil)
    }

    @Test func noBatchesAreNone() throws {
        let loader = BatchLoader(Self.source([]), count: 0, side: 8) { _ in .init(indices: []) }
        #expect(try loader.next() == nil)
    }
}
