import CVectors

/// Turns an image of any size into a network's input: scaled so that the shorter side fits, then
/// cropped to the square in the centre.
///
/// Reduction averages the area that each output pixel covers; enlargement is bilinear. An image
/// that already has the size is returned unchanged.
public enum ImageFitting {
    /// The image as a square of the given side.
    ///
    /// - Parameter side: Height and width of the result, in pixels; at least 1.
    public static func fit(_ image: RGBImage, side: Int) -> RGBImage {
        precondition(side > 0 && image.width > 0 && image.height > 0, "a picture without pixels")
        if image.width == side, image.height == side { return image }
        let short = min(image.width, image.height)
        let columns = AxisWeights(
            side: side, short: short, offset: (image.width - short) / 2, limit: image.width)
        let rows = AxisWeights(
            side: side, short: short, offset: (image.height - short) / 2, limit: image.height)
        return RGBImage(
            width: side, height: side,
            pixels: blendRows(blendColumns(image, columns, in: rows.inputs), rows, columns))
    }

    /// Resamples some rows to the output width; `[rows, side, 3]`.
    private static func blendColumns(
        _ image: RGBImage, _ columns: AxisWeights, in rows: Range<Int>
    ) -> [Float] {
        let count = rows.count * columns.side * 3
        return [Float](unsafeUninitializedCapacity: count) { blended, filled in
            image.pixels.withUnsafeBufferPointer { pixels in
                guard let first = pixels.baseAddress else { return }
                pixels_blend_columns(
                    first + rows.lowerBound * image.width * 3, rows.count, image.width,
                    columns.first, columns.starts, columns.weights, columns.side,
                    blended.baseAddress)
            }
            filled = count
        }
    }

    /// Resamples columns to the output height, and rounds.
    private static func blendRows(
        _ blended: [Float], _ rows: AxisWeights, _ columns: AxisWeights
    ) -> [UInt8] {
        let width = columns.side * 3
        var sums = [Float](repeating: 0, count: width)
        return [UInt8](unsafeUninitializedCapacity: rows.side * width) { pixels, filled in
            for y in 0..<rows.side {
                blend(
                    blended, rows, y, &sums, UnsafeMutableBufferPointer(rebasing: pixels[filled...])
                )
                filled += width
            }
        }
    }

    private static func blend(
        _ blended: [Float], _ rows: AxisWeights, _ y: Int, _ sums: inout [Float],
        _ pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        let (width, weights) = (sums.count, rows.starts[y]..<rows.starts[y + 1])
        blended.withUnsafeBufferPointer { blended in
            rows.weights.withUnsafeBufferPointer { all in
                guard let first = blended.baseAddress, let weight = all.baseAddress else { return }
                pixels_blend_rows(
                    first + (rows.first[y] - rows.inputs.lowerBound) * width, width,
                    weight + weights.lowerBound, weights.count, &sums, pixels.baseAddress)
            }
        }
    }
}

/// For each output position along an axis, the consecutive input positions that contribute to it
/// and their weights, which sum to 1.
private struct AxisWeights {
    let side: Int
    /// The first input position of each output position.
    private(set) var first: [Int] = []
    /// The weights of all output positions, concatenated.
    private(set) var weights: [Float] = []
    /// Offset of each output position's weights, followed by their number.
    private(set) var starts = [0]
    /// All input positions that have a weight.
    var inputs: Range<Int> {
        (first.first ?? 0)..<(first.last ?? 0) + starts[side] - starts[side - 1]
    }

    /// - Parameters:
    ///   - side: Number of output positions.
    ///   - short: Number of input positions that the output covers.
    ///   - offset: The first of them.
    ///   - limit: Number of all input positions.
    init(side: Int, short: Int, offset: Int, limit: Int) {
        self.side = side
        let scale = Double(short) / Double(side)
        for index in 0..<side {
            if scale > 1 {
                appendArea(index, short, offset)
            } else {
                appendBilinear((Double(index) + 0.5) * scale - 0.5, offset, limit)
            }
            starts.append(weights.count)
        }
    }

    /// The fraction of each input position in the area that an output position covers.
    private mutating func appendArea(_ index: Int, _ short: Int, _ offset: Int) {
        // In units of 1 / side of an input position, in which all bounds are integers.
        let (from, to) = (index * short, (index + 1) * short)
        first.append(from / side + offset)
        for input in from / side...(to - 1) / side {
            let covered = min(to, (input + 1) * side) - max(from, input * side)
            weights.append(Float(covered) / Float(short))
        }
    }

    private mutating func appendBilinear(_ position: Double, _ offset: Int, _ limit: Int) {
        let floor = position.rounded(.down)
        let fraction = Float(position - floor)
        let index = Int(floor) + offset
        first.append(min(limit - 1, max(0, index)))
        if index >= 0, index + 1 < limit, fraction > 0 {
            weights += [1 - fraction, fraction]
        } else {
            weights.append(1)
        }
    }
}
