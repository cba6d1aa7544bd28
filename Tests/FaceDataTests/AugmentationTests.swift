import Foundation
import Testing

@testable import FaceData
import SeededRandom

@Suite("Random changes to training images")
struct AugmentationTests {
    /// Noise, so that every pixel tells where it came from.
    private static let image: RGBImage = {
        var stream = SeededRandom(seed: 5, "augmented")
        return RGBImage(
            width: 24, height: 24, pixels: (0..<24 * 24 * 3).map { _ in UInt8(stream.below(256)) })
    }()

    private func changed(
        _ list: String..., seed: UInt64 = 1, epoch: Int = 0, step: Int = 0, place: Int = 0
    ) throws -> RGBImage {
        AugmentationRule(
            try Augmentation(parsing: list), seed: seed, epoch: epoch, step: step
        ).image(Self.image, at: place)
    }

    @Test(
        "Every change is a function of seed, epoch, step and place", arguments: Augmentation.names)
    func pure(_ name: String) throws {
        let list = Augmentation.presets[name] == nil ? "\(name):p=1" : name
        var seen: Set<[UInt8]> = []
        for place in 0..<12 {
            let first = try changed(list, place: place)
            #expect(try changed(list, place: place) == first)
            #expect(first.width == 24 && first.height == 24)
            seen.insert(first.pixels)
        }
        // Grey draws nothing; anything else differs from position to position.
        #expect(name == "grey" ? seen.count == 1 : seen.count > 2)
        #expect(seen != [Self.image.pixels])
        guard name != "grey", Augmentation.presets[name] == nil else { return }
        let others = try [
            changed(list, seed: 2), changed(list, epoch: 1), changed(list, step: 1),
        ]
        let same = try changed(list)
        #expect(others.contains { $0 != same })
    }

    @Test("A probability of 0 changes nothing, and others come as often as they say")
    func probability() throws {
        #expect(try changed("crop:p=0", "blur:p=0") == Self.image)
        let count = try (0..<2000).count {
            try changed("grey:p=0.3", place: $0) != Self.image
        }
        // Five standard deviations of a binomial count.
        #expect(abs(count - 600) < 103)
    }

    @Test(
        "The nearest pixels are those under the middle of each",
        arguments: [(24, 24), (7, 24), (24, 7), (1, 1), (5, 3)], [1, 2, 7, 24, 60])
    func nearest(size: (width: Int, height: Int), side: Int) {
        var stream = SeededRandom(seed: 6, "nearest")
        var image = RGBImage(
            width: size.width, height: size.height,
            pixels: (0..<size.width * size.height * 3).map { _ in UInt8(stream.below(256)) })
        var found = RGBImage.plain(width: side, height: side, 0, 0, 0)
        image.change { image in
            found.change {
                ImageChange.resize(image, to: $0, isNearest: true, ImageChange.Memory())
            }
        }
        for y in 0..<side {
            for x in 0..<side {
                let (column, row) = (
                    Int((Double(x) + 0.5) * Double(size.width) / Double(side)),
                    Int((Double(y) + 0.5) * Double(size.height) / Double(side))
                )
                #expect(found[x, y] == image[column, row])
            }
        }
    }

    @Test("A crop keeps a rectangle of the image and blackens the rest")
    func crop() throws {
        for place in 0..<20 {
            let pixels = try changed("crop:p=1,min=0.3,max=0.5", place: place).pixels
            var kept = 0
            for index in stride(from: 0, to: pixels.count, by: 3) {
                let (mine, theirs) = (
                    pixels[index..<index + 3], Self.image.pixels[index..<index + 3]
                )
                if mine.elementsEqual(theirs) {
                    kept += 1
                } else {
                    #expect(mine.allSatisfy { $0 == 0 })
                }
            }
            #expect((0.25...0.55).contains(Double(kept) / 576))
        }
    }

    @Test("Erased is a rectangle of one colour, and the rest stays")
    func erase() throws {
        let pixels = try changed("erase:p=1,min=0.1,max=0.1").pixels
        let moved = stride(from: 0, to: pixels.count, by: 3).filter {
            !pixels[$0..<$0 + 3].elementsEqual(Self.image.pixels[$0..<$0 + 3])
        }
        #expect((0.07...0.13).contains(Double(moved.count) / 576))
        #expect(Set(moved.map { Array(pixels[$0..<$0 + 3]) }).count == 1)
    }

    @Test("Grey is Pillow's luminance")
    func grey() throws {
        let pixels = try changed("grey:p=1").pixels
        for index in stride(from: 0, to: pixels.count, by: 3) {
            let colour = Self.image.pixels[index..<index + 3].map(Double.init)
            let expected = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
            #expect(abs(Double(pixels[index]) - expected) < 0.51)
            #expect(Set(pixels[index..<index + 3]).count == 1)
        }
    }

    @Test("Factors of 1 and an angle of 0 leave an image, but for rounding")
    func neutral() {
        for change in [
            ImageChange.brighten, ImageChange.contrast, ImageChange.saturate,
        ] {
            var image = Self.image
            image.change { change($0, 1) }
            #expect(image == Self.image)
            image.change { change($0, 0.5) }
            #expect(image != Self.image)
        }
        var turned = Self.image
        turned.change { ImageChange.rotateHue($0, degrees: 0, saturation: 1) }
        for (one, other) in zip(turned.pixels, Self.image.pixels) {
            #expect(abs(Int(one) - Int(other)) <= 1)
        }
    }

    /// Sizes around those that are computed together, and every byte beside every other.
    @Test("Colours follow their equations", arguments: [1, 2, 5, 63, 64, 256])
    func colours(side: Int) {
        var bytes: [UInt8] = []
        for row in 0..<side {
            for column in 0..<side {
                let mixed = (row + 3 * column) & 255
                bytes += [UInt8(column), UInt8(row), UInt8(mixed)]
            }
        }
        let before = RGBImage(width: side, height: side, pixels: bytes)
        func luminance(_ index: Int) -> Int {
            let pixel = bytes[index / 3 * 3..<index / 3 * 3 + 3].map { Int($0) }
            let sum: Int = 19_595 * pixel[0] + 38_470 * pixel[1] + 7_471 * pixel[2]
            return (sum + 0x8000) >> 16
        }
        let greys = before.pixels.indices.map(luminance)
        var grey = before
        grey.change {
            #expect(ImageChange.luminances($0) == greys.reduce(0, +) / 3)
            ImageChange.grey($0)
        }
        #expect(grey.pixels.map(Int.init) == greys)
        // The last has products next to a half: 127 times it is 129.4999999.
        for factor in [0, 0.3, 1, 1.27, 2.0, 129.499_999_9 / 127] {
            var changed = before
            changed.change { ImageChange.saturate($0, factor) }
            let expected = zip(bytes, greys).map { (byte: UInt8, grey: Int) -> UInt8 in
                let moved: Double = (factor * Double(Int(byte) - grey) + 0.5).rounded(.down)
                return UInt8(max(0, min(255, grey + Int(moved))))
            }
            #expect(changed.pixels == expected)
        }
        var inverted = before
        inverted.change { ImageChange.apply((0...255).map { UInt8(255 - $0) }, to: $0) }
        #expect(inverted.pixels == bytes.map { 255 - $0 })
    }

    @Test("A blur is a Gaussian: a point becomes its weights, and a flat image stays")
    func blur() {
        var flat = RGBImage(width: 9, height: 9, pixels: [UInt8](repeating: 77, count: 243))
        flat.change { ImageChange.blur($0, deviation: 1) }
        #expect(flat.pixels.allSatisfy { $0 == 77 })
        var point = RGBImage(width: 9, height: 9, pixels: [UInt8](repeating: 0, count: 243))
        point.pixels[(4 * 9 + 4) * 3] = 255
        point.change { ImageChange.blur($0, deviation: 1) }
        let sum = (-3...3).reduce(0.0) { $0 + exp(-Double($1 * $1) / 2) }
        func weight(_ offset: Int) -> Double { exp(-Double(offset * offset) / 2) / sum }
        for (row, column) in [(4, 4), (4, 5), (5, 5), (4, 6)] {
            let expected = 255 * weight(row - 4) * weight(column - 4)
            #expect(abs(Double(point.pixels[(row * 9 + column) * 3]) - expected) <= 1)
        }
    }

    @Test(
        "What is no augmentation is one sentence",
        arguments: [
            ("crp", "there are adaface"), ("crop:q=1", "p is from 0 to 1"),
            ("blur:p=2", "p is from"),
            ("crop:min", "parameters are p, min and max"),
            ("erase:min=0.5,max=0.1", "min must not"),
        ])
    func refused(_ text: String, _ reason: String) {
        let error = #expect(throws: FaceDataError.self) {
            _ = try Augmentation(parsing: [text])
        }
        #expect(error?.description.contains(reason) == true)
    }
}
