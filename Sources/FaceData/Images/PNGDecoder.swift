import LibPNG
import Spelling

/// Decodes PNGs with libpng: samples as stored, ignoring gamma, colour profile and alpha.
enum PNGDecoder {
    static func isPNG(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x89 && bytes[1] == 0x50
    }

    /// Decodes a picture, upright.
    static func image(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        let chunks = PNGChunks(bytes)
        guard let reading = facet_png_open(bytes.baseAddress, chunks.readable) else {
            throw ImageRefusal("libpng ran out of memory")
        }
        defer { facet_png_close(reading) }
        guard !chunks.isAnimated else { throw ImageRefusal("it is a PNG animation") }
        guard facet_png_header(reading) != 0 else { throw refusal(of: reading) }
        let (png, info) = (reading.pointee.png, reading.pointee.info)
        let width = Int(png_get_image_width(png, info))
        let height = Int(png_get_image_height(png, info))
        try ImageRefusal.require(width, height)
        let samples = width * height * bitsPerPixel(bytes) / 8
        guard samples <= maxExpansion * bytes.count else {
            throw ImageRefusal(
                "\(counted(bytes.count, "byte")) cannot hold \(width)x\(height) pixels; it is truncated"
            )
        }
        var pixels = [UInt8](repeating: 0, count: png_get_rowbytes(png, info) * height)
        guard facet_png_rows(reading, &pixels) != 0 else { throw refusal(of: reading) }
        facet_png_tail(reading)
        if png_get_bit_depth(png, info) == 16 { pixels = clipped(pixels) }
        return orientation(of: reading).upright(
            RGBImage(width: width, height: height, pixels: pixels))
    }

    /// The largest expansion of deflate: 258 bytes for two bits (RFC 1951).
    private static let maxExpansion = 1032

    /// Stored bits per pixel, according to the first chunk.
    private static func bitsPerPixel(_ bytes: UnsafeRawBufferPointer) -> Int {
        let (depth, colours) = (Int(bytes[24]), bytes[25])
        return switch colours {
        case 2: 3 * depth
        case 4: 2 * depth
        case 6: 4 * depth
        default: depth
        }
    }

    /// 16-bit grey samples as pixels; values above 255 become white, as in Pillow.
    private static func clipped(_ samples: [UInt8]) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(samples.count / 2 * 3)
        for index in stride(from: 0, to: samples.count, by: 2) {
            let grey = samples[index] > 0 ? 255 : samples[index + 1]
            for _ in 0..<3 { pixels.append(grey) }
        }
        return pixels
    }

    private static func orientation(
        of reading: UnsafeMutablePointer<FacetPNG>
    ) -> ImageOrientation {
        var count = 0
        func text(_ key: String) -> UnsafeRawBufferPointer? {
            facet_png_text(reading, key, &count).map {
                UnsafeRawBufferPointer(start: $0, count: count)
            }
        }
        let packet = text("XML:com.adobe.xmp")
        if let exif = facet_png_exif(reading, &count) {
            return ImageOrientation(
                exif: UnsafeRawBufferPointer(start: exif, count: count), xmp: packet)
        }
        // ImageMagick's form: three lines, then the bytes as hexadecimal digits.
        guard let profile = text("Raw profile type exif") else {
            return ImageOrientation(exif: nil, xmp: packet)
        }
        let lines = profile.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let bytes = HexadecimalDigits.bytes(lines.dropFirst(3).joined())
        return bytes.withUnsafeBytes { ImageOrientation(exif: $0, xmp: packet) }
    }

    private static func refusal(of reading: UnsafeMutablePointer<FacetPNG>) -> ImageRefusal {
        ImageRefusal(
            withUnsafeBytes(of: reading.pointee.reason) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
}

/// Scans a file's chunks before libpng reads them.
private struct PNGChunks {
    /// Number of bytes up to the first chunk that exceeds the file: libpng would allocate memory for its
    /// length, up to 2 GB, before reading. IDAT chunks are exempt, since libpng reads them in small parts.
    private(set) var readable: Int
    /// Whether a chunk `acTL`, which libpng ignores, marks the picture as an animation.
    private(set) var isAnimated = false

    init(_ bytes: UnsafeRawBufferPointer) {
        readable = bytes.count
        var (start, isBeforeData) = (8, true)
        while start + 8 <= bytes.count {
            let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            let kind = bytes[start + 4..<start + 8]
            let isData = kind.elementsEqual("IDAT".utf8)
            isBeforeData = isBeforeData && !isData
            if isBeforeData, kind.elementsEqual("acTL".utf8) { isAnimated = true }
            if length > bytes.count - start - 12 {
                if !isData { readable = start }
                return
            }
            start += length + 12
        }
    }
}

/// Parses pairs of hexadecimal digits.
private enum HexadecimalDigits {
    /// The bytes up to the first character that is not a digit.
    static func bytes(_ digits: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits where digit != UInt8(ascii: " ") && digit != UInt8(ascii: "\r") {
            guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { break }
            if let first = high {
                bytes.append(first << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        return bytes
    }
}
