import LibPNG
import TurboJPEG

/// Encodes RGB pictures as files.
public enum ImageEncoder {
    /// A JPEG with 4:2:0 chroma subsampling, like those of cameras.
    ///
    /// - Parameter quality: 1...100.
    public static func jpeg(_ image: RGBImage, quality: Int) throws(FaceDataError) -> [UInt8] {
        guard (1...100).contains(quality) else {
            throw .cannotEncode(format: "JPEG", reason: "quality \(quality) is not from 1 to 100")
        }
        guard let handle = tjInitCompress() else {
            throw .cannotEncode(format: "JPEG", reason: "TurboJPEG ran out of memory")
        }
        defer { tjDestroy(handle) }
        var bytes: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        defer { tjFree(bytes) }
        let done = tjCompress2(
            handle, image.pixels, Int32(image.width), 0, Int32(image.height),
            Int32(TJPF_RGB.rawValue), &bytes, &count, Int32(TJSAMP_420.rawValue),
            Int32(quality), TJFLAG_ACCURATEDCT)
        guard done == 0, let bytes else {
            throw .cannotEncode(format: "JPEG", reason: String(cString: tjGetErrorStr2(handle)))
        }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    /// A PNG of 8-bit RGB.
    public static func png(_ picture: RGBImage) throws(FaceDataError) -> [UInt8] {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(picture.width)
        image.height = UInt32(picture.height)
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&image) }
        var count = 0
        let width = Int32(picture.width) * 3
        guard
            png_image_write_to_memory(&image, nil, &count, 0, picture.pixels, width, nil) != 0
        else { throw .cannotEncode(format: "PNG", reason: "libpng refused its size") }
        var bytes = [UInt8](repeating: 0, count: count)
        guard
            png_image_write_to_memory(&image, &bytes, &count, 0, picture.pixels, width, nil) != 0
        else { throw .cannotEncode(format: "PNG", reason: "libpng refused it") }
        return Array(bytes.prefix(count))
    }
}
