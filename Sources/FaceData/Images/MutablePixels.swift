/// A picture's pixels in memory that somebody else owns, which are changed in place.
struct MutablePixels {
    /// Width in pixels.
    let width: Int
    /// Height in pixels.
    let height: Int
    /// Bytes of shape `[height, width, 3]`.
    let bytes: UnsafeMutableBufferPointer<UInt8>

    /// The pixels in memory of `width * height * 3` bytes, which must outlive them.
    init(width: Int, height: Int, bytes: UnsafeMutableBufferPointer<UInt8>) {
        precondition(bytes.count == width * height * 3, "not a \(width)x\(height) picture")
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// Number of pixels.
    var count: Int { width * height }
}

extension RGBImage {
    /// Calls a body that changes the pixels in place.
    mutating func change(_ body: (MutablePixels) -> Void) {
        let (width, height) = (width, height)
        pixels.withUnsafeMutableBufferPointer {
            body(MutablePixels(width: width, height: height, bytes: $0))
        }
    }
}
