import FaceData
import Foundation
import Testing

@Suite struct ImageDecoderTests {
    private static func decode(_ name: String) throws -> RGBImage {
        try ImageDecoder().decode(try Fixture.bytes("images/\(name)"), path: name)
    }

    /// Differences to Pillow come from the rounding of a colour conversion, or from other releases
    /// of a library.
    @Test(arguments: [
        ("colour.jpg", 2), ("progressive.jpg", 2), ("grey.jpg", 1), ("cmyk.jpg", 3), ("one.jpg", 1),
        ("colour.png", 0), ("grey.png", 0), ("one.png", 0), ("palette.png", 0), ("sixteen.png", 0),
        ("alpha.png", 1), ("profile.png", 0), ("palette-alpha.png", 0),
    ])
    func decodesWhatPillowDecodes(name: String, tolerance: Int) throws {
        let distance = try Self.decode(name).distance(to: try Fixture.pixels(of: name))
        #expect(try #require(distance) <= tolerance)
    }

    @Test(arguments: 1...8)
    func turnsPicturesAsTheirCameraSaysTo(orientation: Int) throws {
        let name = "exif-\(orientation).jpg"
        let distance = try Self.decode(name).distance(to: try Fixture.pixels(of: name))
        #expect(try #require(distance) <= 2)
    }

    @Test(arguments: ["exif-nine.jpg", "exif-cut.jpg", "exif-far.jpg", "exif-order.jpg"])
    func passesOverBrokenOrientations(name: String) throws {
        let distance = try Self.decode(name).distance(to: try Fixture.pixels(of: name))
        #expect(try #require(distance) <= 2)
    }

    @Test(arguments: [
        ("text.jpg", "it is neither JPEG, PNG, WebP, PGM nor PPM"), ("empty.jpg", "it is empty"),
        ("cut.jpg", "Premature end of JPEG file"), ("header.jpg", "it holds no picture"),
        ("tables.jpg", "it holds no picture"),
        ("cut.png", ""), ("header.png", ""),
        ("huge.png", "65500x65500 pixels are more than \(ImageDecoder.mostPixels)"),
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
    @Test(arguments: ["exif-6.jpg", "cmyk.jpg", "progressive.jpg", "palette.png", "alpha.png"])
    func survivesDamage(name: String) throws {
        let decoder = ImageDecoder()
        let whole = try Fixture.bytes("images/\(name)")
        var stream = RandomStream(seed: 1, name: name)
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
                    path: folder.url.path, reason: "it is no file but a folder or a device"))
    }
}
