import Foundation

/// An operation of RandAugment (Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a
/// Reduced Search Space", 2020, section 3), pixel by pixel as torchvision applies it to Pillow's images.
///
/// Its strength follows from a magnitude of 0 to ``magnitudes``, as in torchvision's `RandAugment` with 31
/// magnitudes; operations with a direction are applied in either one.
enum RandAugmentOperation: String, CaseIterable {
    case autocontrast, brightness, colour, contrast, equalize, identity, posterize, rotate,
        sharpness
    case shearX, shearY, solarize, translateX, translateY

    static let magnitudes = 30.0

    /// Whether it has an opposite direction.
    var hasDirection: Bool {
        switch self {
        case .autocontrast, .equalize, .identity, .posterize, .solarize: false
        case .brightness, .colour, .contrast, .rotate, .sharpness, .shearX, .shearY, .translateX,
            .translateY:
            true
        }
    }

    /// An element of `torch.linspace(0, most, 31)` in float32, which is computed from both ends.
    private static func amount(_ magnitude: Double, of most: Double) -> Double {
        let step = Float(most) / Float(magnitudes)
        return Double(
            magnitude < (magnitudes / 2)
                ? step * Float(magnitude) : Float(most) - step * Float(magnitudes - magnitude))
    }

    /// Applies the operation in place.
    ///
    /// - Parameters:
    ///   - magnitude: 0...``magnitudes``.
    ///   - isOpposite: Whether to apply it in the opposite direction, if it has one.
    func apply(to image: MutablePixels, magnitude: Double, isOpposite: Bool) {
        let sign = isOpposite && hasDirection ? -1.0 : 1.0
        /// The signed strength, whose largest value is `most`.
        func amount(_ most: Double) -> Double { sign * Self.amount(magnitude, of: most) }
        switch self {
        case .identity: break
        case .autocontrast: ChannelTables.stretch(image)
        case .equalize: ChannelTables.equalize(image)
        case .posterize:
            ChannelTables.posterize(
                image, bits: 8 - Int((magnitude / 7.5).rounded(.toNearestOrEven)))
        case .solarize:
            ChannelTables.solarize(
                image, from: 255 * (Self.magnitudes - magnitude) / Self.magnitudes)
        case .brightness: Enhancement.brightness(image, 1 + amount(0.9))
        case .colour: Enhancement.colour(image, 1 + amount(0.9))
        case .contrast: Enhancement.contrast(image, 1 + amount(0.9))
        case .sharpness: Enhancement.sharpness(image, 1 + amount(0.9))
        case .rotate: AffineMap(degrees: amount(30), of: image).move(image)
        case .shearX: AffineMap(x: (1, tan(atan(amount(0.3))), 0)).move(image)
        case .shearY: AffineMap(y: (tan(atan(amount(0.3))), 1, 0)).move(image)
        case .translateX:
            let pixels = Double(Int(amount(150.0 / 331 * Double(image.width))))
            AffineMap(x: (1, 0, -pixels)).move(image)
        case .translateY:
            let pixels = Double(Int(amount(150.0 / 331 * Double(image.height))))
            AffineMap(y: (0, 1, -pixels)).move(image)
        }
    }
}

/// Lookup tables for the values of each channel: Pillow's `ImageOps`.
private enum ChannelTables {
    private static func apply(
        to image: MutablePixels, _ table: (_ counts: [Int]) -> [Int]
    ) {
        for channel in 0..<3 {
            var counts = [Int](repeating: 0, count: 256)
            let indices = stride(from: channel, to: image.bytes.count, by: 3)
            for index in indices { counts[Int(image.bytes[index])] += 1 }
            let bytes = table(counts).map { UInt8(max(0, min(255, $0))) }
            for index in indices { image.bytes[index] = bytes[Int(image.bytes[index])] }
        }
    }

    /// The darkest value becomes 0 and the lightest 255.
    static func stretch(_ image: MutablePixels) {
        apply(to: image) { counts in
            guard let low = counts.firstIndex(where: { $0 > 0 }),
                let high = counts.lastIndex(where: { $0 > 0 }), low < high
            else { return Array(0...255) }
            let scale = 255 / Double(high - low)
            return (0...255).map { Int(Double($0) * scale - Double(low) * scale) }
        }
    }

    /// Histogram equalisation.
    static func equalize(_ image: MutablePixels) {
        apply(to: image) { counts in
            let all = counts.reduce(0, +)
            let last = counts.last { $0 > 0 } ?? 0
            let step = (all - last) / 255
            guard step > 0 else { return Array(0...255) }
            var below = step / 2
            return counts.map { count in
                defer { below += count }
                return below / step
            }
        }
    }

    static func posterize(_ image: MutablePixels, bits: Int) {
        let mask = ~((1 << (8 - bits)) - 1)
        apply(to: image) { _ in (0...255).map { $0 & mask } }
    }

    /// Values from a threshold on are inverted.
    static func solarize(_ image: MutablePixels, from threshold: Double) {
        apply(to: image) { _ in (0...255).map { Double($0) < threshold ? $0 : 255 - $0 } }
    }
}

/// Interpolation towards a degenerate image or extrapolation away from it: Pillow's `ImageEnhance`.
private enum Enhancement {
    /// `plain + factor * (value - plain)`, truncated.
    private static func blended(_ plain: UInt8, _ value: UInt8, _ factor: Float) -> UInt8 {
        let blend = Float(plain) + factor * (Float(value) - Float(plain))
        return UInt8(max(0, min(255, blend)))
    }

    static func brightness(_ image: MutablePixels, _ factor: Double) {
        towards(0, image, factor)
    }

    private static func towards(_ plain: UInt8, _ image: MutablePixels, _ factor: Double) {
        ImageChange.apply((0...255).map { blended(plain, $0, Float(factor)) }, to: image)
    }

    /// The plain image has the mean luminance everywhere.
    static func contrast(_ image: MutablePixels, _ factor: Double) {
        let mean = Double(ImageChange.luminances(image)) / Double(max(1, image.count))
        towards(UInt8(max(0, min(255, mean + 0.5))), image, factor)
    }

    /// The plain image is grey.
    static func colour(_ image: MutablePixels, _ factor: Double) {
        let colours = Array(image.bytes)
        ImageChange.grey(image)
        for (index, colour) in colours.enumerated() {
            image.bytes[index] = blended(image.bytes[index], colour, Float(factor))
        }
    }

    /// The plain image is smoothed by a 3x3 kernel whose centre has weight 5 and whose other weights are 1.
    /// Pixels at the border stay unchanged.
    static func sharpness(_ image: MutablePixels, _ factor: Double) {
        let (width, pixels) = (image.width, Array(image.bytes))
        guard width > 2, image.height > 2 else { return }
        let (side, middle) = (Float(1) / 13, Float(5) / 13)
        for row in 1..<image.height - 1 {
            for index in (row * width + 1) * 3..<(row * width + width - 1) * 3 {
                var sum: Float = 0.5
                for line in [index + 3 * width, index, index - 3 * width] {
                    let weight = line == index ? middle : side
                    sum +=
                        Float(pixels[line - 3]) * side + Float(pixels[line]) * weight
                        + Float(pixels[line + 3]) * side
                }
                let plain = UInt8(max(0, min(255, sum)))
                image.bytes[index] = blended(plain, pixels[index], Float(factor))
            }
        }
    }
}

/// The source position of each pixel: `(x[0] column + x[1] row + x[2], y[0] column + y[1] row + y[2])`,
/// at the centres of pixels. Pixels whose source is outside are black.
private struct AffineMap {
    var x = (1.0, 0.0, 0.0)
    var y = (0.0, 1.0, 0.0)

    init(x: (Double, Double, Double) = (1, 0, 0), y: (Double, Double, Double) = (0, 1, 0)) {
        self.x = x
        self.y = y
    }

    /// A rotation around the centre, counterclockwise.
    init(degrees: Double, of image: MutablePixels) {
        let angle = -degrees * .pi / 180
        /// Pillow rounds to 15 decimal places.
        func digits(_ value: Double) -> Double { (value * 1e15).rounded(.toNearestOrEven) / 1e15 }
        let (c, s) = (digits(cos(angle)), digits(sin(angle)))
        let (column, row) = (Double(image.width) / 2, Double(image.height) / 2)
        x = (c, s, (c * -column + s * -row) + column)
        y = (-s, c, (-s * -column + c * -row) + row)
    }

    func move(_ image: MutablePixels) {
        let pixels = Array(image.bytes)
        let (width, height) = (image.width, image.height)
        // 16.16 fixed point, as Pillow uses for transforms that are more than a translation.
        func fixed(_ value: Double) -> Int { Int((value * 65_536 + 0.5).rounded(.down)) }
        let (across, down) = ((fixed(x.0), fixed(y.0)), (fixed(x.1), fixed(y.1)))
        var start = (
            fixed(x.2 + x.0 * 0.5 + x.1 * 0.5), fixed(y.2 + y.0 * 0.5 + y.1 * 0.5)
        )
        var index = 0
        for _ in 0..<height {
            var position = start
            for _ in 0..<width {
                let (from, line) = (position.0 >> 16, position.1 >> 16)
                let isInside = (0..<width).contains(from) && (0..<height).contains(line)
                let source = (line * width + from) * 3
                for channel in 0..<3 {
                    image.bytes[index + channel] = isInside ? pixels[source + channel] : 0
                }
                index += 3
                position = (position.0 + across.0, position.1 + across.1)
            }
            start = (start.0 + down.0, start.1 + down.1)
        }
    }
}
