import CVectors
public import Foundation

/// Decodes JPEG (with TurboJPEG), PNG (libpng), WebP (libwebp), BMP, PGM and PPM to RGB.
///
/// The pixels are those of Pillow's `ImageOps.exif_transpose` and `convert("RGB")`: samples as stored,
/// ignoring gamma and colour profiles; transparency is dropped; pictures are rotated upright according
/// to their Exif or XMP orientation; CMYK (inverted, as stored by Adobe) is converted; 16-bit colours
/// keep their upper eight bits, and 16-bit grey is clipped at 255. TurboJPEG's warnings, such as that
/// of a truncated file, are errors here.
public struct ImageDecoder: Sendable {
    /// The most pixels of a picture; larger ones are rejected before memory is allocated for them.
    public static let maxPixels = 1 << 26
    /// The largest image file, in bytes.
    public static let maxBytes = 1 << 28

    /// Creates a decoder, which has no state.
    public init() {}

    /// Decodes a file of any supported format, upright.
    public func decode(_ url: URL) throws(FaceDataError) -> RGBImage {
        let files = ImageFiles([url.path], in: url)
        let buffer = ReadBuffer()
        try files.read(0, into: buffer)
        return try decode(buffer.bytes, path: url.path)
    }

    /// Decodes the bytes of a file.
    ///
    /// - Parameter path: Names the picture in messages.
    public func decode(
        _ bytes: some ContiguousBytes, path: String
    ) throws(FaceDataError) -> RGBImage {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(ImageRefusal) in try decode(bytes) }
        }
        do {
            return try result.get()
        } catch {
            throw .badImage(path: path, reason: error.reason)
        }
    }

    /// Decodes a file's bytes, fits the picture to a square and writes it to memory.
    ///
    /// - Parameters:
    ///   - path: Names the picture in messages.
    ///   - side: Height and width of the square, in pixels.
    ///   - mirrored: Whether left and right are swapped.
    ///   - target: `side * side * 3` bytes.
    ///   - scratch: Memory that this thread uses exclusively.
    func decode(
        _ bytes: UnsafeRawBufferPointer, path: @autoclosure () -> String, side: Int,
        mirrored: Bool, into target: UnsafeMutableRawBufferPointer, scratch: ReadBuffer
    ) throws(FaceDataError) {
        do throws(ImageRefusal) {
            guard JPEGDecoder.isJPEG(bytes) else {
                return copy(try decode(bytes), side, mirrored, target)
            }
            let decoder = try JPEGDecoder(bytes)
            guard decoder.isSquare(of: side) else {
                return copy(try decoder.image(), side, mirrored, target)
            }
            guard mirrored else { return try decoder.decompress(into: target) }
            try scratch.fill(target.count) { (whole) throws(ImageRefusal) in
                try decoder.decompress(into: whole)
            }
            mirror(scratch.bytes, side, target)
        } catch {
            throw .badImage(path: path(), reason: error.reason)
        }
    }

    private func copy(
        _ image: RGBImage, _ side: Int, _ mirrored: Bool, _ target: UnsafeMutableRawBufferPointer
    ) {
        let fitted = ImageFitting.fit(image, side: side)
        guard mirrored else { return target.copyBytes(from: fitted.pixels) }
        fitted.pixels.withUnsafeBytes { mirror($0, side, target) }
    }

    /// Swaps left and right of a square.
    private func mirror(
        _ source: UnsafeRawBufferPointer, _ side: Int, _ target: UnsafeMutableRawBufferPointer
    ) {
        precondition(source.count == side * side * 3 && target.count >= source.count)
        pixels_mirror(
            source.assumingMemoryBound(to: UInt8.self).baseAddress, side, side,
            target.assumingMemoryBound(to: UInt8.self).baseAddress)
    }

    private func decode(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        if JPEGDecoder.isJPEG(bytes) { return try JPEGDecoder(bytes).image() }
        if PNGDecoder.isPNG(bytes) { return try PNGDecoder.image(bytes) }
        if WebPDecoder.isWebP(bytes) { return try WebPDecoder.image(bytes) }
        if BMPDecoder.isBMP(bytes) { return try BMPDecoder.image(bytes) }
        if PortableAnymap.isAnymap(bytes) { return try PortableAnymap.image(bytes) }
        throw ImageRefusal(
            bytes.isEmpty ? "it is empty" : "it is neither JPEG, PNG, WebP, BMP, PGM nor PPM")
    }
}

/// Why a picture cannot be decoded.
struct ImageRefusal: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    /// Checks a picture's size before memory is allocated for it.
    static func require(_ width: Int, _ height: Int) throws(ImageRefusal) {
        guard width > 0, height > 0 else { throw ImageRefusal("it contains no image") }
        guard width <= ImageDecoder.maxPixels / height else {
            throw ImageRefusal(
                "\(width)x\(height) pixels are more than \(ImageDecoder.maxPixels)")
        }
    }
}

/// Converts CMYK pixels as stored by Adobe, where 255 is no ink.
enum AdobeInks {
    /// Converts inverted CMYK to RGB.
    static func light(_ samples: [UInt8]) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(samples.count / 4 * 3)
        for pixel in stride(from: 0, to: samples.count, by: 4) {
            let black = Int(samples[pixel + 3])
            for ink in samples[pixel..<pixel + 3] {
                pixels.append(UInt8((Int(ink) * black + 127) / 255))
            }
        }
        return pixels
    }
}
