import LibPNG

/// A PNG by libpng.
enum PNGDecoder {
    static func isPNG(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x89 && bytes[1] == 0x50
    }

    /// Decodes a picture.
    static func image(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
            throw refusal(of: image)
        }
        try ImageRefusal.require(Int(image.width), Int(image.height))
        let hasAlpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
        let samples = hasAlpha ? 4 : 3
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0))
        // Without it, 16 bits would be taken for light, not for a screen's values.
        image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
        let (width, height) = (Int(image.width), Int(image.height))
        var pixels = [UInt8](repeating: 0, count: width * height * samples)
        guard png_image_finish_read(&image, nil, &pixels, Int32(width * samples), nil) != 0 else {
            throw refusal(of: image)
        }
        return RGBImage(
            width: width, height: height,
            pixels: hasAlpha ? ScaledSamples.scaled(pixels) : pixels)
    }

    private static func refusal(of image: png_image) -> ImageRefusal {
        ImageRefusal(
            withUnsafeBytes(of: image.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            })
    }
}
