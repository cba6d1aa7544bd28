import CVectors
import Foundation
import SeededRandom

/// The pixel operations of an ``Augmentation``.
enum ImageChange {
    /// Memory for pictures between two operations, which a thread uses exclusively and again and again: between two
    /// batches, pieces of other sizes would keep the system from giving a batch the memory of the one before.
    final class Memory {
        let picture = ReadBuffer()
        let numbers = ReadBuffer()
    }

    static func apply(
        _ step: Augmentation.Step, to image: MutablePixels, _ stream: inout SeededRandom,
        _ memory: Memory
    ) {
        switch step.kind {
        case .blur: blur(image, deviation: stream.number(in: step.bounds))
        case .colour: jitter(image, step.bounds.upperBound, &stream)
        case .crop: keep(rectangle(image, step.bounds, &stream), of: image)
        case .erase: erase(rectangle(image, step.bounds, &stream), of: image, &stream)
        case .grey: grey(image)
        case .hsv:
            rotateHue(
                image, degrees: stream.number(in: step.bounds),
                saturation: stream.number(in: 1...1.2))
        case .jpeg: compress(image, quality: Int(stream.number(in: step.bounds).rounded()))
        case .lowres: scale(image, to: stream.number(in: step.bounds), &stream, memory)
        case .rand: applyOne(to: image, magnitude: stream.number(in: step.bounds), &stream)
        }
    }

    /// The sum of all pixels' luminances, each as Pillow computes it.
    static func luminances(_ image: MutablePixels) -> Int {
        Int(pixels_luminances(image.bytes.baseAddress, image.count))
    }

    /// Replaces every byte by its entry in a table of 256.
    static func apply(_ table: [UInt8], to image: MutablePixels) {
        precondition(table.count == 256, "every byte has an entry")
        pixels_look_up(image.bytes.baseAddress, image.bytes.count, table)
    }

    private static func byte(_ value: Double) -> UInt8 {
        let bounded = max(0, min(255, value))
        // Same as `rounded()`, which is a function call if the compiler may not use the processor's
        // instruction.
        let whole = UInt8(bounded)
        return bounded - Double(whole) < 0.5 ? whole : whole + 1
    }

    /// Multiplies the difference of every byte from a number by a factor.
    private static func spread(_ image: MutablePixels, from centre: Double, by factor: Double) {
        pixels_spread(image.bytes.baseAddress, image.bytes.count, centre, factor)
    }

    static func grey(_ image: MutablePixels) { pixels_grey(image.bytes.baseAddress, image.count) }

    // MARK: Colours

    /// torchvision's ColorJitter without hue.
    private static func jitter(
        _ image: MutablePixels, _ amount: Double, _ stream: inout SeededRandom
    ) {
        let changes = stream.shuffled([brighten, contrast, saturate])
        for change in changes {
            change(image, stream.number(in: max(0, 1 - amount)...1 + amount))
        }
    }

    static func brighten(_ image: MutablePixels, _ factor: Double) {
        spread(image, from: 0, by: factor)
    }

    /// Towards the mean luminance, or away from it.
    static func contrast(_ image: MutablePixels, _ factor: Double) {
        let mean = (Double(luminances(image)) / Double(max(1, image.count))).rounded()
        spread(image, from: mean, by: factor)
    }

    /// Towards each pixel's luminance, or away from it.
    static func saturate(_ image: MutablePixels, _ factor: Double) {
        pixels_saturate(image.bytes.baseAddress, image.count, factor)
    }

    /// Rotates the hue about the grey axis and scales the saturation, in YIQ.
    static func rotateHue(_ image: MutablePixels, degrees: Double, saturation: Double) {
        let (c, s) = (
            saturation * cos(degrees * .pi / 180), saturation * sin(degrees * .pi / 180)
        )
        for index in stride(from: 0, to: image.bytes.count, by: 3) {
            let (r, g, b) = (
                Double(image.bytes[index]), Double(image.bytes[index + 1]),
                Double(image.bytes[index + 2])
            )
            let y = 0.299 * r + 0.587 * g + 0.114 * b
            let i = 0.595716 * r - 0.274453 * g - 0.321263 * b
            let q = 0.211456 * r - 0.522591 * g + 0.311135 * b
            let (u, v) = (c * i - s * q, s * i + c * q)
            image.bytes[index] = byte(y + 0.9563 * u + 0.6210 * v)
            image.bytes[index + 1] = byte(y - 0.2721 * u - 0.6474 * v)
            image.bytes[index + 2] = byte(y - 1.1070 * u + 1.7046 * v)
        }
    }

    // MARK: Rectangles

    private struct Rectangle {
        var rows: Range<Int>
        var columns: Range<Int>
    }

    /// A rectangle with a random fraction of the area and an aspect ratio from 3/4 to 4/3, drawn as
    /// by torchvision's RandomResizedCrop.
    private static func rectangle(
        _ image: MutablePixels, _ fractions: ClosedRange<Double>, _ stream: inout SeededRandom
    ) -> Rectangle {
        let area = Double(image.width * image.height)
        for _ in 0..<10 {
            let target = area * stream.number(in: fractions)
            let aspect = exp(stream.number(in: log(0.75)...log(4.0 / 3)))
            let width = Int((target * aspect).squareRoot().rounded())
            let height = Int((target / aspect).squareRoot().rounded())
            guard (1...image.width).contains(width), (1...image.height).contains(height) else {
                continue
            }
            let row = stream.below(image.height - height + 1)
            let column = stream.below(image.width - width + 1)
            return Rectangle(rows: row..<row + height, columns: column..<column + width)
        }
        return Rectangle(rows: 0..<image.height, columns: 0..<image.width)
    }

    private static func keep(_ part: Rectangle, of image: MutablePixels) {
        let (width, line) = (image.width, image.width * 3)
        func clear(_ range: Range<Int>) { image.bytes[range].update(repeating: 0) }
        clear(0..<part.rows.lowerBound * line)
        for row in part.rows {
            clear(row * line..<(row * width + part.columns.lowerBound) * 3)
            clear((row * width + part.columns.upperBound) * 3..<(row + 1) * line)
        }
        clear(part.rows.upperBound * line..<image.bytes.count)
    }

    private static func erase(
        _ part: Rectangle, of image: MutablePixels, _ stream: inout SeededRandom
    ) {
        let colour = (0..<3).map { _ in UInt8(stream.below(256)) }
        for row in part.rows {
            for column in part.columns {
                let index = (row * image.width + column) * 3
                for channel in 0..<3 { image.bytes[index + channel] = colour[channel] }
            }
        }
    }

    // MARK: Detail

    private static func scale(
        _ image: MutablePixels, to fraction: Double, _ stream: inout SeededRandom, _ memory: Memory
    ) {
        let side = min(image.width, image.height)
        let small = max(1, Int(fraction * Double(side)))
        let isNearest = (stream.below(2) == 0, stream.below(2) == 0)
        memory.picture.fill(small * small * 3) { bytes in
            let reduced = MutablePixels(
                width: small, height: small, bytes: bytes.assumingMemoryBound(to: UInt8.self))
            resize(image, to: reduced, isNearest: isNearest.0, memory)
            resize(reduced, to: image, isNearest: isNearest.1, memory)
        }
    }

    /// Writes a picture in the size of a square.
    static func resize(
        _ image: MutablePixels, to square: MutablePixels, isNearest: Bool, _ memory: Memory
    ) {
        precondition(square.width == square.height, "not a square")
        guard let from = image.bytes.baseAddress, let to = square.bytes.baseAddress else { return }
        let (width, height, side) = (image.width, image.height, square.width)
        if width == side, height == side {
            to.update(from: from, count: square.bytes.count)
        } else if isNearest {
            chooseNearest(from, width, height, side, to)
        } else {
            ImageFitting.fit(
                from, width: width, height: height, side: side, into: to, numbers: memory.numbers)
        }
    }

    /// Takes the pixels that lie nearest to the middle of each.
    private static func chooseNearest(
        _ pixels: UnsafePointer<UInt8>, _ width: Int, _ height: Int, _ side: Int,
        _ square: UnsafeMutablePointer<UInt8>
    ) {
        func nearest(_ length: Int) -> [Int] {
            (0..<side).map { (2 * $0 + 1) * length / (2 * side) }
        }
        let columns = nearest(width)
        pixels_nearest(
            pixels, width, columns, width == height ? columns : nearest(height), side, square)
    }

    /// A separable Gaussian blur, truncated at three standard deviations; the image is mirrored at
    /// its border.
    static func blur(_ image: MutablePixels, deviation: Double) {
        let radius = max(1, Int((3 * deviation).rounded(.up)))
        let taps = (-radius...radius).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
        let sum = taps.reduce(0, +)
        let weights = taps.map { Float($0 / sum) }
        blur(
            image.bytes, lines: image.height, length: image.width, line: image.width * 3, step: 3,
            weights)
        blur(
            image.bytes, lines: image.width, length: image.height, line: 3, step: image.width * 3,
            weights)
    }

    private static func blur(
        _ bytes: UnsafeMutableBufferPointer<UInt8>, lines: Int, length: Int, line: Int, step: Int,
        _ weights: [Float]
    ) {
        let radius = weights.count / 2
        let pixels = Array(bytes)
        let offsets = (-radius..<length + radius).map { position -> Int in
            let period = max(1, 2 * (length - 1))
            let folded = ((position % period) + period) % period
            return (folded < length ? folded : period - folded) * step
        }
        for number in 0..<lines {
            for position in 0..<length {
                for channel in 0..<3 {
                    var value: Float = 0
                    let start = number * line + channel
                    for tap in weights.indices {
                        value += weights[tap] * Float(pixels[start + offsets[position + tap]])
                    }
                    bytes[start + position * step] = UInt8(max(0, min(255, value.rounded())))
                }
            }
        }
    }

    /// One of RandAugment's operations.
    private static func applyOne(
        to image: MutablePixels, magnitude: Double, _ stream: inout SeededRandom
    ) {
        let all = RandAugmentOperation.allCases
        let operation = all[stream.below(all.count)]
        operation.apply(to: image, magnitude: magnitude, isOpposite: stream.below(2) == 0)
    }

    private static func compress(_ image: MutablePixels, quality: Int) {
        let picture = RGBImage(
            width: image.width, height: image.height, pixels: Array(image.bytes))
        // A decoded image can always be encoded, unless memory runs out; then it stays unchanged.
        guard let bytes = try? ImageEncoder.jpeg(picture, quality: quality),
            let decoded = try? ImageDecoder().decode(bytes, path: "")
        else { return }
        _ = image.bytes.update(fromContentsOf: decoded.pixels)
    }
}
