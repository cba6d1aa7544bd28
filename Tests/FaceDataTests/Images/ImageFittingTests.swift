import FaceData
import Testing

@Suite struct ImageFittingTests {
    @Test func theRightSizeIsLeftAlone() {
        let image = RGBImage.noise(width: 13, height: 13)
        #expect(ImageFitting.fit(image, side: 13) == image)
    }

    @Test(arguments: [(112, 112), (250, 250), (37, 61), (300, 20), (1, 1), (3, 2)])
    func oneColourStaysThatColour(width: Int, height: Int) {
        let image = RGBImage.plain(width: width, height: height, 255, 127, 1)
        for side in [1, 2, 28, 112] {
            #expect(
                ImageFitting.fit(image, side: side)
                    == RGBImage.plain(width: side, height: side, 255, 127, 1))
        }
    }

    @Test(arguments: [2, 3, 4])
    func shrinkingByAWholeNumberTakesMeans(factor: Int) {
        let image = RGBImage.noise(width: 6 * factor, height: 6 * factor)
        let small = ImageFitting.fit(image, side: 6)
        for index in 0..<108 {
            let (x, y, channel) = (index / 3 % 6, index / 18, index % 3)
            let sum = (0..<factor * factor).reduce(0) { sum, part in
                sum
                    + Int(image[x * factor + part % factor, y * factor + part / factor][channel])
            }
            let mean = Double(sum) / Double(factor * factor)
            #expect(abs(Double(small[x, y][channel]) - mean) <= 0.501)
        }
    }

    @Test func theMiddleSquareIsCutOut() {
        let wide = RGBImage.noise(width: 20, height: 8)
        let tall = RGBImage.noise(width: 8, height: 21)
        let fromWide = ImageFitting.fit(wide, side: 8)
        let fromTall = ImageFitting.fit(tall, side: 8)
        for y in 0..<8 {
            for x in 0..<8 {
                #expect(fromWide[x, y] == wide[x + 6, y])
                #expect(fromTall[x, y] == tall[x, y + 6])
            }
        }
    }

    @Test func enlargingIsBilinear() {
        let image = RGBImage(
            width: 2, height: 2, pixels: [0, 0, 0, 100, 0, 0, 0, 80, 0, 100, 80, 0])
        let large = ImageFitting.fit(image, side: 4)
        let steps: [Double] = [0, 0.25, 0.75, 1]
        for y in 0..<4 {
            for x in 0..<4 {
                #expect(large[x, y] == [UInt8(100 * steps[x]), UInt8(80 * steps[y]), 0])
            }
        }
    }

    @Test func aMeanKeepsTheWholePicturesMean() {
        let image = RGBImage.noise(width: 97, height: 97, seed: 5)
        let small = ImageFitting.fit(image, side: 28)
        func mean(_ image: RGBImage) -> Double {
            image.pixels.reduce(0) { $0 + Double($1) } / Double(image.pixels.count)
        }
        #expect(abs(mean(image) - mean(small)) < 0.1)
    }

    /// Input positions and weights of an output position, by the definition: area averages, or bilinear.
    private static func weights(
        _ index: Int, side: Int, short: Int, limit: Int
    ) -> [(position: Int, weight: Float)] {
        let offset = (limit - short) / 2
        if short > side {
            let (from, to) = (index * short, (index + 1) * short)
            return (from / side...(to - 1) / side).map { input in
                let covered = min(to, (input + 1) * side) - max(from, input * side)
                return (input + offset, Float(covered) / Float(short))
            }
        }
        let place = (Double(index) + 0.5) * Double(short) / Double(side) - 0.5
        let fraction = Float(place - place.rounded(.down))
        let input = Int(place.rounded(.down)) + offset
        guard input >= 0, input + 1 < limit else {
            return [(min(limit - 1, max(0, input)), 1)]
        }
        return [(input, 1 - fraction), (input + 1, fraction)]
    }

    /// Rows are blended in groups, with few weights or many, and kept in a ring.
    @Test(
        arguments: [(1, 1), (2, 3), (7, 5), (61, 37), (112, 112), (97, 300), (250, 251)],
        [1, 2, 3, 5, 23, 37, 100, 112, 130])
    func pixelsAreThoseOfTheDefinition(size: (width: Int, height: Int), side: Int) {
        let image = RGBImage.noise(width: size.width, height: size.height, seed: 9)
        let short = min(size.width, size.height)
        let columns = (0..<side).map {
            Self.weights($0, side: side, short: short, limit: size.width)
        }
        let rows = (0..<side).map {
            Self.weights($0, side: side, short: short, limit: size.height)
        }
        let lines = (0..<size.height).map { y in
            columns.map { taps in
                (0..<3).map { channel in
                    taps.reduce(Float(0)) {
                        $0 + $1.weight
                            * Float(image.pixels[(y * size.width + $1.position) * 3 + channel])
                    }
                }
            }
        }
        var expected: [UInt8] = []
        for taps in rows {
            for x in 0..<side {
                for channel in 0..<3 {
                    let sum = taps.reduce(Float(0)) {
                        $0 + $1.weight * lines[$1.position][x][channel]
                    }
                    expected.append(UInt8(sum + 0.5))
                }
            }
        }
        #expect(ImageFitting.fit(image, side: side).pixels == expected)
    }
}
