import TurboJPEG

/// Decodes a JPEG with TurboJPEG; its warnings, such as that of a truncated file, are errors.
final class JPEGDecoder {
    private let bytes: UnsafeRawBufferPointer
    private let handle: tjhandle
    private let orientation: ImageOrientation
    private let isCMYK: Bool
    /// Stored width in pixels, before the picture is rotated upright.
    let width: Int
    /// Stored height in pixels, before the picture is rotated upright.
    let height: Int

    static func isJPEG(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8
    }

    /// Reads a header; the bytes must outlive the decoder.
    init(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) {
        self.bytes = bytes
        let metadata = JPEGMetadata(bytes)
        orientation = ImageOrientation(exif: metadata.exif, xmp: metadata.xmp)
        // A reused handle keeps tables of the previous picture and fails after a damaged one; a new
        // one costs a hundredth of the time for a small picture.
        guard let jpeg = tjInitDecompress() else {
            throw ImageRefusal("TurboJPEG ran out of memory")
        }
        handle = jpeg
        var (width, height): (Int32, Int32) = (0, 0)
        var (subsampling, colour): (Int32, Int32) = (0, 0)
        let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        let isRead =
            tjDecompressHeader3(
                jpeg, start, UInt(bytes.count), &width, &height, &subsampling, &colour) == 0
        (self.width, self.height) = (Int(width), Int(height))
        isCMYK = colour == TJCS_CMYK.rawValue || colour == TJCS_YCCK.rawValue
        guard isRead else { throw refusal }
        try ImageRefusal.require(self.width, self.height)
    }

    deinit {
        tjDestroy(handle)
    }

    /// Whether the picture can be decompressed directly into the memory of a square.
    func isSquare(of side: Int) -> Bool {
        width == side && height == side && !isCMYK && orientation == .topLeft
    }

    /// Decompresses to `height * width * 3` bytes, as stored.
    func decompress(into target: UnsafeMutableRawBufferPointer) throws(ImageRefusal) {
        try decompress(into: target, TJPF_RGB)
    }

    /// The picture, upright.
    func image() throws(ImageRefusal) -> RGBImage {
        let samples = isCMYK ? 4 : 3
        var pixels = [UInt8](repeating: 0, count: width * height * samples)
        let result = pixels.withUnsafeMutableBytes { target in
            Result { () throws(ImageRefusal) in
                try decompress(into: target, isCMYK ? TJPF_CMYK : TJPF_RGB)
            }
        }
        try result.get()
        return orientation.upright(
            RGBImage(
                width: width, height: height,
                pixels: isCMYK ? AdobeInks.light(pixels) : pixels))
    }

    private func decompress(
        into target: UnsafeMutableRawBufferPointer, _ format: TJPF
    ) throws(ImageRefusal) {
        // A large picture with thousands of scans would take hours.
        let flags = TJFLAG_LIMITSCANS
        let done = tjDecompress2(
            handle, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt(bytes.count),
            target.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(width), 0, Int32(height),
            Int32(format.rawValue), flags)
        guard done == 0 else { throw refusal }
    }

    private var refusal: ImageRefusal { ImageRefusal(String(cString: tjGetErrorStr2(handle))) }
}
