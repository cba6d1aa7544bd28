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
        let count = side * side * 3
        let pixels = image.pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: count) { target, filled in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                fit(
                    from, width: image.width, height: image.height, side: side, into: to,
                    numbers: ReadBuffer())
                filled = count
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    /// Writes the square to memory.
    ///
    /// - Parameters:
    ///   - target: `side * side * 3` bytes that are not the picture's own.
    ///   - numbers: Memory that this thread uses exclusively.
    static func fit(
        _ pixels: UnsafePointer<UInt8>, width: Int, height: Int, side: Int,
        into target: UnsafeMutablePointer<UInt8>, numbers: ReadBuffer
    ) {
        let short = min(width, height)
        func axis(_ length: Int) -> AxisWeights {
            AxisWeights(
                side: side, short: short, offset: (length - short) / 2, limit: length)
        }
        let columns = axis(width)
        let rows = width == height ? columns : axis(height)
        columns.withPointers { columns in
            rows.withPointers { rows in
                let count = pixels_resample_numbers(columns, rows, side)
                numbers.fill(count * MemoryLayout<Float>.stride) {
                    pixels_resample(
                        pixels, width, height, columns, rows, side,
                        $0.assumingMemoryBound(to: Float.self).baseAddress, target)
                }
            }
        }
    }
}

/// For each output position along an axis, the consecutive input positions that contribute to it
/// and their weights, which sum to 1.
private struct AxisWeights {
    /// Number of weights of each output position, of which the last may be 0.
    private let taps: Int
    /// The first input position of each output position.
    private var first: [Int]
    /// The weights of all output positions, concatenated.
    private var weights: [Float]

    /// - Parameters:
    ///   - side: Number of output positions.
    ///   - short: Number of input positions that the output covers.
    ///   - offset: The first of them.
    ///   - limit: Number of all input positions.
    init(side: Int, short: Int, offset: Int, limit: Int) {
        let isReduced = short > side
        taps = !isReduced ? 2 : short.isMultiple(of: side) ? short / side : short / side + 2
        first = [Int](repeating: 0, count: side)
        weights = [Float](repeating: 0, count: side * taps)
        for index in 0..<side {
            if isReduced {
                setArea(index, side, short, offset)
            } else {
                let scale = Double(short) / Double(side)
                setBilinear(index, (Double(index) + 0.5) * scale - 0.5, offset, limit)
            }
        }
    }

    /// The fraction of each input position in the area that an output position covers.
    private mutating func setArea(_ index: Int, _ side: Int, _ short: Int, _ offset: Int) {
        // In units of 1 / side of an input position, in which all bounds are integers.
        let (from, to) = (index * short, (index + 1) * short)
        let start = from / side
        first[index] = start + offset
        for input in start...(to - 1) / side {
            let covered = min(to, (input + 1) * side) - max(from, input * side)
            weights[index * taps + input - start] = Float(covered) / Float(short)
        }
    }

    private mutating func setBilinear(
        _ index: Int, _ position: Double, _ offset: Int, _ limit: Int
    ) {
        let floor = position.rounded(.down)
        let fraction = Float(position - floor)
        let input = Int(floor) + offset
        first[index] = min(limit - 1, max(0, input))
        let isBetween = input >= 0 && input + 1 < limit
        weights[index * taps] = isBetween ? 1 - fraction : 1
        weights[index * taps + 1] = isBetween ? fraction : 0
    }

    /// Calls a body with the addresses.
    func withPointers(_ body: (pixels_axis) -> Void) {
        first.withUnsafeBufferPointer { first in
            weights.withUnsafeBufferPointer { weights in
                body(
                    pixels_axis(
                        taps: taps, first: first.baseAddress, weights: weights.baseAddress))
            }
        }
    }
}
