/// Decodes PGM and PPM, plain and raw, with up to 16 bits per sample (Netpbm's `pgm(5)` and
/// `ppm(5)`).
///
/// Samples are scaled as in Pillow: to 255, except that 16-bit grey is scaled to 65535 and then clipped
/// at 255.
enum PortableAnymap {
    static func isAnymap(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 3 && bytes[0] == UInt8(ascii: "P")
            && "2356".utf8.contains(bytes[1]) && isSpace(bytes[2])
    }

    static func image(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        let kind = bytes[1]
        let isGrey = kind == UInt8(ascii: "2") || kind == UInt8(ascii: "5")
        let isPlain = kind < UInt8(ascii: "5")
        var reader = Reader(bytes: bytes, index: 2)
        guard let width = reader.number(), let height = reader.number(),
            let maximum = reader.number(), (1...65535).contains(maximum)
        else { throw ImageRefusal("its header is not that of a PGM or PPM") }
        try ImageRefusal.require(width, height)
        // A single space ends the header of raw samples.
        if !isPlain { reader.index += 1 }
        let samples = isGrey ? 1 : 3
        let count = width * height * samples
        let width8 = maximum < 256 ? 1 : 2
        // A plain sample takes at least a byte.
        guard bytes.count - reader.index >= (isPlain ? count : count * width8) else {
            throw ImageRefusal("it is truncated")
        }
        // Raw bytes of three colours are the pixels.
        if !isPlain, !isGrey, maximum == 255 {
            let pixels = Array(bytes[reader.index..<reader.index + count])
            return RGBImage(width: width, height: height, pixels: pixels)
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for _ in 0..<count {
            guard let value = isPlain ? reader.number() : reader.sample(width8), value <= maximum
            else { throw ImageRefusal("it has a sample above \(maximum), or is truncated") }
            let byte =
                maximum == 255 ? UInt8(value) : scaled(value, maximum, to: isGrey ? width8 : 1)
            pixels.append(byte)
            if isGrey { pixels += [byte, byte] }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// A sample in one or two bytes, clipped to one.
    private static func scaled(_ value: Int, _ maximum: Int, to bytes: Int) -> UInt8 {
        let white: Double = bytes == 1 ? 255 : 65535
        // Halves are rounded to even, as in Python.
        let sample = (Double(value) / Double(maximum) * white).rounded(.toNearestOrEven)
        return UInt8(min(255, sample))
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var index: Int

        /// The next decimal number, after spaces and comments.
        mutating func number() -> Int? {
            while index < bytes.count {
                if bytes[index] == UInt8(ascii: "#") {
                    while index < bytes.count, bytes[index] != 0x0a { index += 1 }
                } else if PortableAnymap.isSpace(bytes[index]) {
                    index += 1
                } else {
                    break
                }
            }
            var value = 0
            let start = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]), index - start < 9 {
                value = value * 10 + Int(bytes[index] - 0x30)
                index += 1
            }
            return index > start ? value : nil
        }

        /// The next raw big-endian sample of one or two bytes.
        mutating func sample(_ width: Int) -> Int? {
            guard index + width <= bytes.count else { return nil }
            defer { index += width }
            return width == 1 ? Int(bytes[index]) : Int(bytes[index]) << 8 | Int(bytes[index + 1])
        }
    }
}
