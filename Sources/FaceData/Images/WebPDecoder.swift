import LibWebP

/// A still WebP picture by libwebp.
enum WebPDecoder {
    static func isWebP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 12 && bytes.prefix(4).elementsEqual("RIFF".utf8)
            && bytes[8..<12].elementsEqual("WEBP".utf8)
    }

    /// Decodes a picture.
    static func image(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        let data = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var features = WebPBitstreamFeatures()
        guard WebPGetFeatures(data, bytes.count, &features) == VP8_STATUS_OK else {
            throw ImageRefusal("its WebP header is damaged or cut short")
        }
        guard features.has_animation == 0 else { throw ImageRefusal("it is a WebP animation") }
        let (width, height) = (Int(features.width), Int(features.height))
        try ImageRefusal.require(width, height)
        let samples = features.has_alpha != 0 ? 4 : 3
        var pixels = [UInt8](repeating: 0, count: width * height * samples)
        let (size, stride) = (pixels.count, Int32(width * samples))
        let decoded =
            samples == 4
            ? WebPDecodeRGBAInto(data, bytes.count, &pixels, size, stride)
            : WebPDecodeRGBInto(data, bytes.count, &pixels, size, stride)
        guard decoded != nil else { throw ImageRefusal("its WebP data is damaged or cut short") }
        return RGBImage(
            width: width, height: height,
            pixels: samples == 4 ? ScaledSamples.scaled(pixels) : pixels)
    }
}
