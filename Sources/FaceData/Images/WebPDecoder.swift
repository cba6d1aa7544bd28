import LibWebP

/// Decodes still WebP pictures with libwebp.
enum WebPDecoder {
    static func isWebP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 12 && bytes.prefix(4).elementsEqual("RIFF".utf8)
            && bytes[8..<12].elementsEqual("WEBP".utf8)
    }

    /// Decodes a picture, upright; transparent pixels keep their colour.
    static func image(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> RGBImage {
        let data = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        var features = WebPBitstreamFeatures()
        guard WebPGetFeatures(data, bytes.count, &features) == VP8_STATUS_OK else {
            throw ImageRefusal("its WebP header is damaged or truncated")
        }
        guard features.has_animation == 0 else { throw ImageRefusal("it is a WebP animation") }
        let (width, height) = (Int(features.width), Int(features.height))
        try ImageRefusal.require(width, height)
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        let size = pixels.count
        guard WebPDecodeRGBInto(data, bytes.count, &pixels, size, Int32(width * 3)) != nil else {
            throw ImageRefusal("its WebP data is damaged or truncated")
        }
        let orientation = ImageOrientation(
            exif: chunk("EXIF", of: bytes), xmp: chunk("XMP ", of: bytes))
        return orientation.upright(RGBImage(width: width, height: height, pixels: pixels))
    }

    /// The content of the first chunk of a name.
    private static func chunk(
        _ name: String, of bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        var index = 12
        while index + 8 <= bytes.count {
            let stored = bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self)
            let size = Int(UInt32(littleEndian: stored))
            guard index + 8 + size <= bytes.count else { return nil }
            if bytes[index..<index + 4].elementsEqual(name.utf8) {
                return UnsafeRawBufferPointer(rebasing: bytes[index + 8..<index + 8 + size])
            }
            index += 8 + size + size % 2
        }
        return nil
    }
}
