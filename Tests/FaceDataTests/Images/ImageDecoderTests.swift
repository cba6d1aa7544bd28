import FaceData
import Foundation
import SeededRandom
import Testing

@Suite struct ImageDecoderTests {
    private static func decode(_ name: String) throws -> RGBImage {
        try ImageDecoder().decode(try Fixture.bytes("images/\(name)"), path: name)
    }

    /// Only JPEG and lossy WebP may differ from Pillow, by the rounding of another release of a library.
    @Test(arguments: Fixture.pictures)
    func decodesWhatPillowDecodes(name: String) throws {
        let tolerance = name.hasSuffix(".jpg") ? 3 : name == "lossy.webp" ? 2 : 0
        let distance = try Self.decode(name).distance(to: try Fixture.pixels(of: name))
        #expect(try #require(distance) <= tolerance)
    }

    @Test func picturesOfAllKindsAreThere() {
        for (ending, least) in [
            ("jpg", 20), ("png", 30), ("webp", 11), ("bmp", 20), ("pgm", 4), ("ppm", 4),
        ] {
            #expect(Fixture.pictures.count { $0.hasSuffix(".\(ending)") } >= least, "\(ending)")
        }
    }

    /// The same samples with and without what other programs apply to them.
    @Test(arguments: ["gamma.png", "key.png", "bits.png", "interlaced.png", "profile.png"])
    func takesSamplesAsTheyAre(name: String) throws {
        #expect(try Self.decode(name) == Self.decode("colour.png"))
    }

    @Test(arguments: [
        ("text.jpg", "it is neither JPEG, PNG, WebP, BMP, PGM nor PPM"),
        ("empty.jpg", "it is empty"),
        ("cut.jpg", "Premature end of JPEG file"), ("header.jpg", "it contains no image"),
        ("tables.jpg", "it contains no image"),
        ("cut.png", "it is truncated"), ("header.png", "it is truncated"),
        ("cut.bmp", "it is truncated"), ("header.bmp", "it is truncated"),
        ("runs-cut.bmp", "it is truncated"),
        ("runs-down.bmp", "a top-down bitmap with run-length encoding"),
        ("masks.bmp", "its masks are not contiguous"), ("jpeg.bmp", "a bitmap of kind 4"),
        ("huge.bmp", "65500x65500 pixels are more than \(ImageDecoder.maxPixels)"),
        ("cut.webp", "damaged or truncated"),
        ("moving.png", "it is a PNG animation"),
        ("moving.webp", "it is a WebP animation"), ("cut.ppm", "it is truncated"),
        ("huge.pgm", "30000x30000 pixels are more than"), ("over.pgm", "a sample above 9"),
        ("huge.png", "65500x65500 pixels are more than \(ImageDecoder.maxPixels)"),
        ("promises.png", "325 bytes cannot hold 8000x8000 pixels"),
    ])
    func refusesBrokenFiles(name: String, reason: String) throws {
        let error = refusal { _ = try Self.decode(name) }
        guard case .badImage(let path, let found) = error else {
            Issue.record("\(String(describing: error)) is no refusal of an image")
            return
        }
        #expect(path == name)
        #expect(!found.isEmpty && (reason.isEmpty || found.contains(reason)), "\(found)")
        #expect(error?.description == "the image '\(name)' cannot be decoded: \(found)")
    }

    /// What compresses best stays below the bound on what so few bytes can hold.
    @Test func decodesWhatDeflateMakesSmallest() throws {
        let flat = RGBImage(
            width: 2000, height: 1500, pixels: [UInt8](repeating: 0, count: 2000 * 1500 * 3))
        let bytes = try ImageEncoder.png(flat)
        #expect(bytes.count < flat.pixels.count / 900)
        #expect(try ImageDecoder().decode(bytes, path: "flat.png") == flat)
    }

    /// A chunk before the picture that is longer than the file is a file cut short; one behind it leaves the picture
    /// whole.
    @Test func chunksLongerThanTheFileAreNotRead() throws {
        let whole = try Fixture.bytes("images/colour.png")
        let long: [UInt8] = [0x7A, 0, 0x45, 0x7A] + Array("zTXt".utf8) + [1, 2, 3]
        let error = refusal {
            _ = try ImageDecoder().decode(Array(whole.prefix(33) + long), path: "long.png")
        }
        #expect(error?.description.contains("it is truncated") == true)
        // In place of the last chunk, which has twelve bytes.
        #expect(
            try ImageDecoder().decode(Array(whole.dropLast(12) + long), path: "tail.png")
                == Self.decode("colour.png"))
    }

    @Test func goesOnAfterARefusal() throws {
        let decoder = ImageDecoder()
        let good = try Fixture.bytes("images/colour.jpg")
        let before = try decoder.decode(good, path: "good")
        for name in ["cut.jpg", "header.jpg", "tables.jpg", "cut.png", "text.jpg"] {
            let bad = try Fixture.bytes("images/\(name)")
            #expect(throws: FaceDataError.self) { try decoder.decode(bad, path: name) }
            #expect(try decoder.decode(good, path: "good") == before)
        }
    }

    /// Whatever a file holds, it decodes or is refused: no byte may bring the program down.
    @Test(arguments: [
        "exif-6.jpg", "cmyk.jpg", "progressive.jpg", "palette.png", "alpha.png", "lossy.webp",
        "alpha.webp", "plain.pgm", "colour.ppm", "exif-3.png", "exif-profile.png",
        "interlaced-palette.png", "xmp-compressed.png", "exif-5.webp", "xmp.jpg", "few.bmp",
        "sixteen.bmp", "runs-4.bmp", "runs-8.bmp", "alpha.bmp",
    ])
    func survivesDamage(name: String) throws {
        let decoder = ImageDecoder()
        let whole = try Fixture.bytes("images/\(name)")
        var stream = SeededRandom(seed: 1, name)
        for length in stride(from: 0, to: whole.count, by: 7) {
            _ = try? decoder.decode(Array(whole.prefix(length)), path: name)
        }
        for _ in 0..<200 {
            var damaged = whole
            for _ in 0..<3 { damaged[stream.below(whole.count)] = UInt8(stream.below(256)) }
            _ = try? decoder.decode(damaged, path: name)
        }
    }

    @Test func readsFiles() throws {
        let folder = try TemporaryFolder()
        let image = RGBImage.noise(width: 5, height: 3)
        let file = try folder.write(image, to: "Zoë #1 100%.png")
        #expect(try ImageDecoder().decode(file) == image)
        let gone = folder.url.appendingPathComponent("gone.png")
        #expect(
            refusal { _ = try ImageDecoder().decode(gone) }
                == .badImage(path: gone.path, reason: "there is no such file"))
        #expect(
            refusal { _ = try ImageDecoder().decode(folder.url) }
                == .badImage(
                    path: folder.url.path, reason: "it is a folder"))
    }
}
