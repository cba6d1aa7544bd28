import Foundation

/// A perceptual hash of a picture, which finds copies that were recompressed, resized, mirrored or
/// cropped slightly.
///
/// The picture is reduced to 16 x 16 greys. Their mean and contrast are removed, as is their component
/// along a typical aligned face (``TypicalFace``), so that two people in the same light are less alike
/// than two copies of one picture. The signs of the lowest frequencies of the rest are bits by which
/// copies are searched for (``PictureIndex``); the values themselves then decide.
public struct PictureFingerprint: Sendable, Hashable {
    /// Height and width of the reduced picture.
    static let side = 16
    /// Number of bits that searches use.
    static let bitCount = 128

    /// The reduced picture, row by row.
    let values: [Int8]
    /// Whether the coefficient of each of the lowest frequencies is positive.
    let bits: SIMD2<UInt64>

    /// Reduces a picture; nil for one with next to no contrast, which cannot be distinguished from
    /// others of that kind.
    public init?(_ image: RGBImage) {
        guard let picture = Self.distinctive(Self.grey(image)) else { return nil }
        // Values beyond five standard deviations are rare, and clipped.
        let step = 24 * Float(Self.side)
        values = picture.map { Int8(max(-127, min(127, ($0 * step).rounded()))) }
        bits = Self.signs(picture)
    }

    /// Creates a fingerprint from its parts.
    init(values: [Int8], bits: SIMD2<UInt64>) {
        self.values = values
        self.bits = bits
    }

    /// The fingerprint of the mirrored picture.
    var mirrored: PictureFingerprint {
        let side = Self.side
        return PictureFingerprint(
            values: values.indices.map { values[$0 - $0 % side + side - 1 - $0 % side] },
            bits: bits ^ Frequencies.negatedByMirroring)
    }

    // MARK: Reduction

    private static func grey(_ image: RGBImage) -> [Float] {
        let small = ImageFitting.fit(image, side: side).pixels
        return (0..<side * side).map { (position: Int) -> Float in
            let (red, green) = (Float(small[3 * position]), Float(small[3 * position + 1]))
            return 0.299 * red + 0.587 * green + 0.114 * Float(small[3 * position + 2])
        }
    }

    /// The distinctive part of a picture: centred, without its component along the typical face, and of
    /// length 1. Nil where the greys deviate by less than 1 of 255, or nothing is left.
    private static func distinctive(_ grey: [Float]) -> [Float]? {
        let centred = centred(grey)
        guard product(centred, centred) >= Float(centred.count) else { return nil }
        let along = product(centred, typical)
        let rest = zip(centred, typical).map { $0 - along * $1 }
        let square = product(rest, rest)
        guard square > 1e-3 * product(centred, centred) else { return nil }
        let scale = 1 / square.squareRoot()
        return rest.map { $0 * scale }
    }

    /// The typical face, centred and of length 1.
    private static let typical: [Float] = {
        let pixels = TypicalFace.greys.flatMap { grey in [UInt8](repeating: UInt8(grey), count: 3) }
        let face = centred(
            grey(RGBImage(width: MeanFace.side, height: MeanFace.side, pixels: pixels)))
        let scale = 1 / product(face, face).squareRoot()
        return face.map { $0 * scale }
    }()

    private static func centred(_ values: [Float]) -> [Float] {
        let mean = values.reduce(0, +) / Float(values.count)
        return values.map { $0 - mean }
    }

    private static func product(_ first: [Float], _ second: [Float]) -> Float {
        zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    }

    // MARK: Bits

    private static func signs(_ picture: [Float]) -> SIMD2<UInt64> {
        let rows = transformed(picture)
        var bits = SIMD2<UInt64>(0, 0)
        for (number, frequency) in Frequencies.lowest.enumerated() {
            let column = frequency.across * side
            var sum: Float = 0
            for y in 0..<side {
                sum += Frequencies.waves[frequency.down * side + y] * rows[column + y]
            }
            if sum > 0 { bits |= Frequencies.mask(number) }
        }
        return bits
    }

    /// The horizontal transform of each row, stored frequency by frequency.
    private static func transformed(_ picture: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: side * side)
        for across in 0..<side {
            for y in 0..<side {
                var sum: Float = 0
                for x in 0..<side {
                    sum += Frequencies.waves[across * side + x] * picture[y * side + x]
                }
                result[across * side + y] = sum
            }
        }
        return result
    }
}

/// The discrete cosine transform of a reduced picture, and the frequencies that become bits.
private enum Frequencies {
    /// The numbers of half periods across and down the picture.
    struct Frequency {
        var across: Int
        var down: Int
    }

    private static let side = PictureFingerprint.side

    /// The lowest frequencies, without the mean.
    static let lowest: [Frequency] =
        (1..<2 * side - 1).flatMap { sum in
            (max(0, sum - side + 1)...min(sum, side - 1)).map {
                Frequency(across: $0, down: sum - $0)
            }
        }.prefix(PictureFingerprint.bitCount).map { $0 }

    /// Value of each wave at each position.
    static let waves: [Float] = (0..<side * side).map { index in
        Float(cosine(of: index / side * (2 * (index % side) + 1)))
    }

    /// The cosine of `halves * pi / (2 * side)`.
    private static func cosine(of halves: Int) -> Double {
        cos(Double(halves % (4 * side)) * Double.pi / Double(2 * side))
    }

    /// The bit of a frequency. Neighbouring frequencies are in different parts, so that a
    /// disturbance of one band of frequencies affects all parts alike.
    static func mask(_ number: Int) -> SIMD2<UInt64> {
        let (part, position) = (number % PictureIndex.parts, number / PictureIndex.parts)
        let shift = PictureIndex.partBits * (part % 4) + position
        return part < 4 ? SIMD2(1 << shift, 0) : SIMD2(0, 1 << shift)
    }

    /// The bits of frequencies whose sign changes when the picture is mirrored.
    static let negatedByMirroring: SIMD2<UInt64> =
        lowest.enumerated().reduce(SIMD2(0, 0)) { bits, entry in
            entry.element.across % 2 == 1 ? bits | mask(entry.offset) : bits
        }
}
