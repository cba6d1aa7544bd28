public import Foundation
import LibPNG
import TurboJPEG

/// Decodes JPEG by TurboJPEG and PNG by libpng into RGB.
///
/// Grey pictures become grey RGB, CMYK is converted (inverted, as Adobe stores it), transparency is
/// laid over black, 16 bits become 8, and JPEGs are turned upright as their Exif
/// orientation says. A warning of TurboJPEG, such as that of a file cut short, is an error here.
public struct ImageDecoder: Sendable {
    /// More pixels than this are refused before memory is taken for them.
    public static let mostPixels = 1 << 26

    /// Creates a decoder.
    public init() {}

    /// Decodes a file.
    public func decode(_ url: URL) throws(FaceDataError) -> RGBImage {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw .badImage(path: url.path, reason: "it cannot be read")
        }
        return try decode(data, path: url.path)
    }

    /// Decodes a file's bytes, an array's or `Data`'s.
    ///
    /// - Parameter path: Names the picture in messages.
    public func decode(
        _ bytes: some ContiguousBytes, path: String
    ) throws(FaceDataError) -> RGBImage {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(Refusal) in try decode(bytes) }
        }
        do {
            return try result.get()
        } catch {
            throw .badImage(path: path, reason: error.reason)
        }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> RGBImage {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xff, 0xd8):
            ImageOrientation(ofJPEG: bytes).upright(try decodeJPEG(bytes))
        case (0x89, 0x50): try decodePNG(bytes)
        default: throw Refusal(bytes.isEmpty ? "it is empty" : "it is neither JPEG nor PNG")
        }
    }

    private struct Refusal: Error {
        let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }

    private func requireSize(_ width: Int, _ height: Int) throws(Refusal) {
        guard width > 0, height > 0 else { throw Refusal("it holds no picture") }
        guard width <= Self.mostPixels / height else {
            throw Refusal("\(width)x\(height) pixels are more than \(Self.mostPixels)")
        }
    }

    /// The first three of four samples, scaled by the last: by opacity over black, or by the light
    /// that black ink leaves, since Adobe stores inks so.
    private static func scaled(_ samples: [UInt8]) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(samples.count / 4 * 3)
        for pixel in stride(from: 0, to: samples.count, by: 4) {
            let scale = Int(samples[pixel + 3])
            for sample in samples[pixel..<pixel + 3] {
                pixels.append(UInt8((Int(sample) * scale + 127) / 255))
            }
        }
        return pixels
    }

    // MARK: JPEG

    private func decodeJPEG(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> RGBImage {
        // A handle keeps tables of the picture before, and stumbles after a broken one.
        guard let jpeg = tjInitDecompress() else { throw Refusal("TurboJPEG has no memory") }
        defer { tjDestroy(jpeg) }
        let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colour: Int32 = 0
        let header = tjDecompressHeader3(
            jpeg, start, UInt(bytes.count), &width, &height, &subsampling, &colour)
        guard header == 0 else { throw refusal(of: jpeg) }
        try requireSize(Int(width), Int(height))
        let isCMYK = colour == TJCS_CMYK.rawValue || colour == TJCS_YCCK.rawValue
        let format = isCMYK ? TJPF_CMYK : TJPF_RGB
        let samples = isCMYK ? 4 : 3
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * samples)
        let done = tjDecompress2(
            jpeg, start, UInt(bytes.count), &pixels, width, 0, height, Int32(format.rawValue), 0)
        guard done == 0 else { throw refusal(of: jpeg) }
        return RGBImage(
            width: Int(width), height: Int(height),
            pixels: isCMYK ? Self.scaled(pixels) : pixels)
    }

    private func refusal(of jpeg: tjhandle) -> Refusal {
        Refusal(String(cString: tjGetErrorStr2(jpeg)))
    }

    // MARK: PNG

    private func decodePNG(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> RGBImage {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
            throw Self.refusal(of: image)
        }
        try requireSize(Int(image.width), Int(image.height))
        let hasAlpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
        let samples = hasAlpha ? 4 : 3
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0))
        // Without it, 16 bits would be taken for light, not for a screen's values.
        image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
        let (width, height) = (Int(image.width), Int(image.height))
        var pixels = [UInt8](repeating: 0, count: width * height * samples)
        guard png_image_finish_read(&image, nil, &pixels, Int32(width * samples), nil) != 0 else {
            throw Self.refusal(of: image)
        }
        return RGBImage(
            width: width, height: height,
            pixels: hasAlpha ? Self.scaled(pixels) : pixels)
    }

    private static func refusal(of image: png_image) -> Refusal {
        Refusal(
            withUnsafeBytes(of: image.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
}
