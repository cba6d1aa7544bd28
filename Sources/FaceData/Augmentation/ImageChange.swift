import CVectors
import Foundation
import SeededRandom

/// The pixel operations of an ``Augmentation``.
enum ImageChange {
    static func apply(
        _ step: Augmentation.Step, to image: inout RGBImage, _ stream: inout SeededRandom
    ) {
        switch step.kind {
        case .blur: blur(&image, deviation: stream.number(in: step.bounds))
        case .colour: jitter(&image, step.bounds.upperBound, &stream)
        case .crop: keep(rectangle(image, step.bounds, &stream), of: &image)
        case .erase: erase(rectangle(image, step.bounds, &stream), of: &image, &stream)
        case .grey: grey(&image)
        case .hsv:
            rotateHue(
                &image, degrees: stream.number(in: step.bounds),
                saturation: stream.number(in: 1...1.2))
        case .jpeg: compress(&image, quality: Int(stream.number(in: step.bounds).rounded()))
        case .lowres: scale(&image, to: stream.number(in: step.bounds), &stream)
        case .rand: applyOne(to: &image, magnitude: stream.number(in: step.bounds), &stream)
        }
    }

    /// The sum of all pixels' luminances, each as Pillow computes it.
    static func luminances(_ image: RGBImage) -> Int {
        image.pixels.withUnsafeBufferPointer { pixels in
            pixels.baseAddress.map { Int(pixels_luminances($0, pixels.count / 3)) } ?? 0
        }
    }

    /// Replaces every byte by its entry in a table of 256.
    static func apply(_ table: [UInt8], to image: inout RGBImage) {
        precondition(table.count == 256, "every byte has an entry")
        change(&image) { pixels_look_up($0, 3 * $1, table) }
    }

    /// Calls a body with the address and the number of the pixels.
    private static func change(
        _ image: inout RGBImage,
        _ body: (_ pixels: UnsafeMutablePointer<UInt8>, _ count: Int) -> Void
    ) {
        image.pixels.withUnsafeMutableBufferPointer { pixels in
            if let first = pixels.baseAddress { body(first, pixels.count / 3) }
        }
    }

    private static func byte(_ value: Double) -> UInt8 {
        let bounded = max(0, min(255, value))
        // Same as `rounded()`, which is a function call if the compiler may not use the processor's
        // instruction.
        let whole = UInt8(bounded)
        return bounded - Double(whole) < 0.5 ? whole : whole + 1
    }

    static func grey(_ image: inout RGBImage) { change(&image) { pixels_grey($0, $1) } }

    // MARK: Colours

    /// torchvision's ColorJitter without hue.
    private static func jitter(
        _ image: inout RGBImage, _ amount: Double, _ stream: inout SeededRandom
    ) {
        let changes = stream.shuffled([brighten, contrast, saturate])
        for change in changes {
            change(&image, stream.number(in: max(0, 1 - amount)...1 + amount))
        }
    }

    static func brighten(_ image: inout RGBImage, _ factor: Double) {
        apply((0...255).map { byte(Double($0) * factor) }, to: &image)
    }

    /// Towards the mean luminance, or away from it.
    static func contrast(_ image: inout RGBImage, _ factor: Double) {
        let count = image.pixels.count / 3
        let mean = (Double(luminances(image)) / Double(max(1, count))).rounded()
        apply((0...255).map { byte(mean + factor * (Double($0) - mean)) }, to: &image)
    }

    /// Towards each pixel's luminance, or away from it.
    static func saturate(_ image: inout RGBImage, _ factor: Double) {
        change(&image) { pixels_saturate($0, $1, factor) }
    }

    /// Rotates the hue about the grey axis and scales the saturation, in YIQ.
    static func rotateHue(_ image: inout RGBImage, degrees: Double, saturation: Double) {
        let (c, s) = (
            saturation * cos(degrees * .pi / 180), saturation * sin(degrees * .pi / 180)
        )
        for index in stride(from: 0, to: image.pixels.count, by: 3) {
            let (r, g, b) = (
                Double(image.pixels[index]), Double(image.pixels[index + 1]),
                Double(image.pixels[index + 2])
            )
            let y = 0.299 * r + 0.587 * g + 0.114 * b
            let i = 0.595716 * r - 0.274453 * g - 0.321263 * b
            let q = 0.211456 * r - 0.522591 * g + 0.311135 * b
            let (u, v) = (c * i - s * q, s * i + c * q)
            image.pixels[index] = byte(y + 0.9563 * u + 0.6210 * v)
            image.pixels[index + 1] = byte(y - 0.2721 * u - 0.6474 * v)
            image.pixels[index + 2] = byte(y - 1.1070 * u + 1.7046 * v)
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
        _ image: RGBImage, _ fractions: ClosedRange<Double>, _ stream: inout SeededRandom
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

    private static func keep(_ part: Rectangle, of image: inout RGBImage) {
        let (width, line) = (image.width, image.width * 3)
        image.pixels.withUnsafeMutableBufferPointer { pixels in
            func clear(_ range: Range<Int>) { pixels[range].update(repeating: 0) }
            clear(0..<part.rows.lowerBound * line)
            for row in part.rows {
                clear(row * line..<(row * width + part.columns.lowerBound) * 3)
                clear((row * width + part.columns.upperBound) * 3..<(row + 1) * line)
            }
            clear(part.rows.upperBound * line..<pixels.count)
        }
    }

    private static func erase(
        _ part: Rectangle, of image: inout RGBImage, _ stream: inout SeededRandom
    ) {
        let colour = (0..<3).map { _ in UInt8(stream.below(256)) }
        for row in part.rows {
            for column in part.columns {
                let index = (row * image.width + column) * 3
                for channel in 0..<3 { image.pixels[index + channel] = colour[channel] }
            }
        }
    }

    // MARK: Detail

    private static func scale(
        _ image: inout RGBImage, to fraction: Double, _ stream: inout SeededRandom
    ) {
        let side = min(image.width, image.height)
        let small = max(1, Int(fraction * Double(side)))
        let isNearest = (stream.below(2) == 0, stream.below(2) == 0)
        let reduced =
            isNearest.0 ? nearest(image, side: small) : ImageFitting.fit(image, side: small)
        image =
            isNearest.1 ? nearest(reduced, side: side) : ImageFitting.fit(reduced, side: side)
    }

    /// The image as a square of the given side, of pixels nearest to the middle of each.
    static func nearest(_ image: RGBImage, side: Int) -> RGBImage {
        precondition(side > 0 && image.width > 0 && image.height > 0, "a picture without pixels")
        let columns = (0..<side).map { (2 * $0 + 1) * image.width / (2 * side) }
        let width = 3 * side
        let pixels = image.pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: side * width) { target, filled in
                guard let first = source.baseAddress, let chosen = target.baseAddress else {
                    return
                }
                var above = -1
                for row in 0..<side {
                    let line = (2 * row + 1) * image.height / (2 * side)
                    let place = chosen + row * width
                    if line == above {
                        place.update(from: place - width, count: width)
                    } else {
                        pixels_choose(first + line * image.width * 3, columns, side, place)
                    }
                    above = line
                }
                filled = side * width
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }

    /// A separable Gaussian blur, truncated at three standard deviations; the image is mirrored at
    /// its border.
    static func blur(_ image: inout RGBImage, deviation: Double) {
        let radius = max(1, Int((3 * deviation).rounded(.up)))
        let taps = (-radius...radius).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
        let sum = taps.reduce(0, +)
        let weights = taps.map { Float($0 / sum) }
        image.pixels = blurred(
            image.pixels, lines: image.height, length: image.width, line: image.width * 3, step: 3,
            weights)
        image.pixels = blurred(
            image.pixels, lines: image.width, length: image.height, line: 3,
            step: image.width * 3, weights)
    }

    private static func blurred(
        _ pixels: [UInt8], lines: Int, length: Int, line: Int, step: Int, _ weights: [Float]
    ) -> [UInt8] {
        let radius = weights.count / 2
        var result = pixels
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
                    result[start + position * step] = UInt8(max(0, min(255, value.rounded())))
                }
            }
        }
        return result
    }

    /// One of RandAugment's operations.
    private static func applyOne(
        to image: inout RGBImage, magnitude: Double, _ stream: inout SeededRandom
    ) {
        let all = RandAugmentOperation.allCases
        let operation = all[stream.below(all.count)]
        operation.apply(to: &image, magnitude: magnitude, isOpposite: stream.below(2) == 0)
    }

    private static func compress(_ image: inout RGBImage, quality: Int) {
        // A decoded image can always be encoded, unless memory runs out; then it stays unchanged.
        guard let bytes = try? ImageEncoder.jpeg(image, quality: quality),
            let decoded = try? ImageDecoder().decode(bytes, path: "")
        else { return }
        image = decoded
    }
}
