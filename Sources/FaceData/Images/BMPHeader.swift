/// The header before a bitmap's pixels.
struct BMPHeader {
    /// Sizes of the known headers in bytes: OS/2 version 1, Windows version 3 without and with masks,
    /// OS/2 version 2, Windows versions 4 and 5.
    static let sizes: Set<Int> = [12, 40, 52, 56, 64, 108, 124]

    let width: Int
    let height: Int
    /// Whether the top row comes first.
    let isTopDown: Bool
    /// Bits per pixel.
    let bits: Int
    /// Whether pixels are run-length encoded.
    let isInRunLengths: Bool
    /// The masks of red, green and blue; nil for the default ones.
    let masks: [BMPMask]?
    /// 256 RGB colours; black where the file has none.
    let palette: [UInt8]
    /// Offset of the pixels.
    let pixels: Int

    /// Reads a header, whose first 18 bytes exist.
    init(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) {
        let size = Self.word(bytes, 14)
        guard bytes.count >= 14 + size else { throw ImageRefusal("it is truncated") }
        let isFirst = size == 12
        width = isFirst ? Self.short(bytes, 18) : Self.signed(bytes, 18)
        let rows = isFirst ? Self.short(bytes, 20) : Self.signed(bytes, 22)
        (isTopDown, height) = (rows < 0, abs(rows))
        try ImageRefusal.require(width, height)
        bits = Self.short(bytes, isFirst ? 24 : 28)
        let kind = isFirst ? 0 : Self.word(bytes, 30)
        // In OS/2 bitmaps, numbers from 3 on have other meanings.
        guard kind < (size == 64 ? 3 : 7), Self.fits(kind, bits) else {
            throw ImageRefusal(
                "it is a bitmap of kind \(kind) with \(bits) bits, which is not read")
        }
        isInRunLengths = kind == 1 || kind == 2
        guard !(isInRunLengths && isTopDown) else {
            throw ImageRefusal(
                "it is a top-down bitmap with run-length encoding, which is not allowed")
        }
        var end = 14 + size
        masks = try Self.masks(bytes, kind, bits, size, &end)
        palette = Self.palette(bytes, bits, size, &end)
        let stated = Self.word(bytes, 10)
        // Some programs store the offset of the palette, or 0.
        pixels = stated == 0 || (stated == 14 + size && bits <= 8) ? end : stated
        guard pixels <= bytes.count else { throw ImageRefusal("it is truncated") }
    }

    /// Whether a compression is valid with a number of bits.
    private static func fits(_ kind: Int, _ bits: Int) -> Bool {
        switch kind {
        case 0: [1, 4, 8, 16, 24, 32].contains(bits)
        case 1: bits == 8
        case 2: bits == 4
        case 3, 6: [16, 24, 32].contains(bits)
        default: false
        }
    }

    /// The masks of compressions 3 and 6, which are part of newer headers and follow one of 40
    /// bytes.
    private static func masks(
        _ bytes: UnsafeRawBufferPointer, _ kind: Int, _ bits: Int, _ size: Int, _ end: inout Int
    ) throws(ImageRefusal) -> [BMPMask]? {
        guard kind == 3 || kind == 6 else { return nil }
        if size == 40 { end += kind == 3 ? 12 : 16 }
        guard end <= bytes.count else { throw ImageRefusal("it is truncated") }
        let numbers = (0..<3).map { UInt32(word(bytes, 54 + 4 * $0)) }
        if numbers == [0, 0, 0] { return nil }
        let masks = numbers.compactMap(BMPMask.init)
        guard masks.count == 3 else {
            throw ImageRefusal("its masks are not contiguous")
        }
        return masks
    }

    private static func palette(
        _ bytes: UnsafeRawBufferPointer, _ bits: Int, _ size: Int, _ end: inout Int
    ) -> [UInt8] {
        var palette = [UInt8](repeating: 0, count: 256 * 3)
        guard bits <= 8 else { return palette }
        let named = size == 12 ? 0 : word(bytes, 46)
        let colours = named == 0 ? 1 << bits : named
        let each = size == 12 ? 3 : 4
        for colour in 0..<min(256, colours, max(0, bytes.count - end) / each) {
            for part in 0..<3 { palette[colour * 3 + part] = bytes[end + colour * each + 2 - part] }
        }
        end += colours * each
        return palette
    }

    static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int {
        Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)))
    }

    private static func signed(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int {
        Int(Int32(truncatingIfNeeded: word(bytes, index)))
    }

    private static func short(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int {
        Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self)))
    }
}
