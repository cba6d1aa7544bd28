import FaceData
import Testing

@Suite struct ImageEncoderTests {
    @Test(arguments: [(1, 1), (7, 5), (112, 112), (1, 40)])
    func pngKeepsEveryByte(width: Int, height: Int) throws {
        let image = RGBImage.noise(width: width, height: height)
        let bytes = try ImageEncoder.png(image)
        #expect(try ImageDecoder().decode(bytes, path: "a.png") == image)
    }

    @Test func jpegKeepsWhatTheEyeSees() throws {
        let image = try Fixture.pixels(of: "colour.png")
        let fine = try ImageDecoder().decode(ImageEncoder.jpeg(image, quality: 100), path: "a")
        let coarse = try ImageDecoder().decode(ImageEncoder.jpeg(image, quality: 30), path: "a")
        #expect(try #require(fine.distance(to: image)) < 24)
        #expect(fine.distance(to: image) ?? 255 < coarse.distance(to: image) ?? 0)
    }

    @Test func jpegOfOneColourIsThatColour() throws {
        let image = RGBImage.plain(width: 19, height: 11, 200, 100, 50)
        let again = try ImageDecoder().decode(ImageEncoder.jpeg(image, quality: 95), path: "a")
        #expect(try #require(again.distance(to: image)) <= 2)
    }

    @Test func theSameBytesEachTime() throws {
        let image = RGBImage.noise(width: 20, height: 20)
        #expect(
            try ImageEncoder.jpeg(image, quality: 90) == ImageEncoder.jpeg(image, quality: 90))
        #expect(try ImageEncoder.png(image) == ImageEncoder.png(image))
    }

    @Test func refusesWhatTheFormatsCannotHold() {
        let nothing = RGBImage(width: 0, height: 0, pixels: [])
        let wide = RGBImage(width: 70_000, height: 1, pixels: Array(repeating: 0, count: 210_000))
        let good = RGBImage.plain(width: 1, height: 1, 0, 0, 0)
        #expect(throws: FaceDataError.self) { try ImageEncoder.jpeg(nothing, quality: 90) }
        #expect(throws: FaceDataError.self) { try ImageEncoder.png(nothing) }
        #expect(throws: FaceDataError.self) { try ImageEncoder.jpeg(wide, quality: 90) }
        for quality in [-1, 0, 101, Int.max] {
            #expect(
                refusal { _ = try ImageEncoder.jpeg(good, quality: quality) }
                    == .cannotEncode(
                        format: "JPEG", reason: "quality \(quality) is not from 1 to 100"))
        }
    }
}
