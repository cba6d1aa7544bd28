/// A picture: bytes in the order red, green, blue, row by row from the top.
public struct RGBImage: Sendable, Hashable {
    /// Number of columns.
    public let width: Int
    /// Number of rows.
    public let height: Int
    /// `height * width * 3` bytes.
    public var pixels: [UInt8]

    /// Creates a picture of its bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "not a \(width)x\(height) picture")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
