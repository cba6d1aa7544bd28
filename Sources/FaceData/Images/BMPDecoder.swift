/// Decodes Windows and OS/2 bitmaps: with palettes of 1, 4 and 8 bits, optionally run-length encoded,
/// and with 16, 24 and 32 bits, optionally with masks; bottom-up and top-down.
///
/// Sources: Microsoft, "Bitmap Storage" and `BITMAPINFOHEADER`; IBM, "OS/2 Bitmap File Format". What
/// they leave open is done as in Pillow: a component of five or six bits is scaled to 255 and
/// truncated, alpha is dropped, and colours missing from the palette are black.
enum BMPDecoder {
    static func isBMP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 18 && bytes[0] == 0x42 && bytes[1] == 0x4d
            && BMPHeader.sizes.contains(BMPHeader.word(bytes, 14))
    }

    static func image(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        let header = try BMPHeader(bytes)
        var pixels: [UInt8]
        if header.isInRunLengths {
            let data = UnsafeRawBufferPointer(rebasing: bytes[header.pixels...])
            // Two bytes encode at most 255 pixels, so a larger picture is truncated and no memory is
            // allocated for it. Small pictures may omit their remaining pixels.
            let count = header.width * header.height
            guard count <= max(1 << 16, 256 * data.count) else {
                throw ImageRefusal("it is truncated")
            }
            pixels = coloured(try BMPRunLengths(header).samples(data), header.palette)
        } else {
            pixels = try raw(bytes, header)
        }
        if !header.isTopDown { flip(&pixels, rowSize: header.width * 3) }
        return RGBImage(width: header.width, height: header.height, pixels: pixels)
    }

    /// The colours of palette indices.
    private static func coloured(_ samples: [UInt8], _ palette: [UInt8]) -> [UInt8] {
        filled(samples.count) { pixels in
            for sample in samples { pixels.append(palette, Int(sample)) }
        }
    }

    /// Pixels in the file's order of rows; each row is padded to a multiple of four bytes.
    private static func raw(
        _ bytes: UnsafeRawBufferPointer, _ header: BMPHeader
    ) throws(ImageRefusal) -> [UInt8] {
        let rowSize = (header.width * header.bits + 31) / 32 * 4
        // The last row may lack its padding.
        let needed = (header.height - 1) * rowSize + (header.width * header.bits + 7) / 8
        guard bytes.count - header.pixels >= needed else { throw ImageRefusal("it is truncated") }
        return filled(header.width * header.height) { pixels in
            for row in 0..<header.height {
                append(bytes, header.pixels + row * rowSize, header, to: &pixels)
            }
        }
    }

    /// Appends the row that begins at an offset.
    private static func append(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ header: BMPHeader,
        to pixels: inout BMPPixels
    ) {
        switch header.bits {
        case 1, 4, 8: appendIndexed(bytes, start, header, to: &pixels)
        case 24 where header.masks == nil:
            for index in stride(from: start, to: start + header.width * 3, by: 3) {
                pixels.append(bytes[index + 2], bytes[index + 1], bytes[index])
            }
        default: appendMasked(bytes, start, header, to: &pixels)
        }
    }

    /// Appends a row of palette indices, the first one in the highest bits of a byte.
    private static func appendIndexed(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ header: BMPHeader,
        to pixels: inout BMPPixels
    ) {
        let each = 8 / header.bits
        let mask = (1 << header.bits) - 1
        for column in 0..<header.width {
            let shift = (each - 1 - column % each) * header.bits
            pixels.append(header.palette, Int(bytes[start + column / each]) >> shift & mask)
        }
    }

    /// Appends a row of numbers whose components are selected by masks.
    private static func appendMasked(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ header: BMPHeader,
        to pixels: inout BMPPixels
    ) {
        let size = header.bits / 8
        let masks = header.masks ?? BMPMask.defaultMasks(bits: header.bits)
        let (red, green, blue) = (masks[0], masks[1], masks[2])
        for column in 0..<header.width {
            var number: UInt32 = 0
            for part in 0..<size {
                number |= UInt32(bytes[start + column * size + part]) << UInt32(8 * part)
            }
            pixels.append(red.part(of: number), green.part(of: number), blue.part(of: number))
        }
    }

    /// The bytes of pixels that a closure appends to uninitialised memory.
    private static func filled(_ count: Int, _ body: (inout BMPPixels) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count * 3) { buffer, initialized in
            var pixels = BMPPixels(buffer)
            body(&pixels)
            initialized = pixels.count
        }
    }

    /// Reverses the order of the rows, in place.
    private static func flip(_ pixels: inout [UInt8], rowSize: Int) {
        pixels.withUnsafeMutableBufferPointer { pixels in
            var (low, high) = (0, pixels.count - rowSize)
            while low < high {
                for offset in 0..<rowSize { pixels.swapAt(low + offset, high + offset) }
                low += rowSize
                high -= rowSize
            }
        }
    }
}

/// Memory that is filled pixel by pixel.
private struct BMPPixels {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    /// Number of bytes so far.
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.buffer = buffer
    }

    mutating func append(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        buffer[count] = red
        buffer[count + 1] = green
        buffer[count + 2] = blue
        count += 3
    }

    /// Appends a colour of a palette.
    mutating func append(_ palette: [UInt8], _ index: Int) {
        append(palette[index * 3], palette[index * 3 + 1], palette[index * 3 + 2])
    }
}

/// The bits of a number that are a colour component.
struct BMPMask {
    private let mask: UInt32
    private let shift: UInt32
    private let maximum: UInt32

    /// Creates a mask; nil if its bits are not contiguous.
    init?(_ mask: UInt32) {
        self.mask = mask
        shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
        maximum = mask >> shift
        guard maximum & (maximum &+ 1) == 0 else { return nil }
    }

    /// The component, 0...255; 0 for an empty mask.
    func part(of number: UInt32) -> UInt8 {
        let part = UInt64(number & mask) >> UInt64(shift)
        return maximum == 0 ? 0 : UInt8(part * 255 / UInt64(maximum))
    }

    /// Red, green and blue for files without masks.
    static func defaultMasks(bits: Int) -> [BMPMask] {
        let masks: [UInt32] = bits == 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff]
        return masks.compactMap(BMPMask.init)
    }
}
