/// The one rule that turns an image of another size into a network's input: scaled so that the
/// short side fits, then cut to the square in its middle.
///
/// Each output pixel is the mean of the input area it covers when shrinking, and bilinear when
/// enlarging. An image that has the size already is left alone.
public enum ImageFitting {
    /// The image as a square of the given side.
    public static func fit(_ image: RGBImage, side: Int) -> RGBImage {
        if image.width == side, image.height == side { return image }
        let short = min(image.width, image.height)
        let scale = Double(short) / Double(side)
        let columns = weights(side, scale, (image.width - short) / 2, image.width)
        let rows = weights(side, scale, (image.height - short) / 2, image.height)
        var pixels = [UInt8](repeating: 0, count: side * side * 3)
        for y in 0..<side {
            for x in 0..<side {
                for channel in 0..<3 {
                    var sum = 0.0
                    for (row, rowWeight) in rows[y] {
                        for (column, columnWeight) in columns[x] {
                            let place = (row * image.width + column) * 3 + channel
                            sum += rowWeight * columnWeight * Double(image.pixels[place])
                        }
                    }
                    pixels[(y * side + x) * 3 + channel] = UInt8(min(255, max(0, sum.rounded())))
                }
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    /// For each output place, the input places it is made of and their weights, which sum to 1.
    private static func weights(
        _ side: Int, _ scale: Double, _ offset: Int, _ limit: Int
    ) -> [[(Int, Double)]] {
        (0..<side).map { place in
            scale > 1
                ? area(Double(place) * scale, Double(place + 1) * scale, offset, limit)
                : bilinear((Double(place) + 0.5) * scale - 0.5, offset, limit)
        }
    }

    private static func area(
        _ from: Double, _ to: Double, _ offset: Int, _ limit: Int
    ) -> [(Int, Double)] {
        (Int(from)...Int(to.rounded(.up)) - 1).map { place in
            let covered = min(to, Double(place + 1)) - max(from, Double(place))
            return (min(limit - 1, place + offset), covered / (to - from))
        }
    }

    private static func bilinear(
        _ position: Double, _ offset: Int, _ limit: Int
    ) -> [(Int, Double)] {
        let floor = position.rounded(.down)
        let share = position - floor
        let first = min(limit - 1, max(0, Int(floor) + offset))
        let second = min(limit - 1, max(0, Int(floor) + 1 + offset))
        return [(first, 1 - share), (second, share)]
    }
}
