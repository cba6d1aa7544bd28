/// An RGB picture with eight bits per channel, row by row from the top.
public struct RGBImage: Sendable, Hashable {
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// Bytes of shape `[height, width, 3]`.
    public var pixels: [UInt8]

    /// Creates a picture from its bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "not a \(width)x\(height) picture")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
