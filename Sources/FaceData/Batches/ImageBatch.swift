/// Images of one size with their labels, as bytes.
public struct ImageBatch: Sendable, Hashable {
    /// Height and width of an image, in pixels.
    public let side: Int
    /// Bytes of shape `[count, side, side, 3]`, RGB.
    public var pixels: [UInt8]
    /// The images' labels; empty when they are not known.
    public var labels: [Int]

    /// Number of images.
    public var count: Int { pixels.count / (side * side * 3) }
    /// Height of an image, in pixels.
    public var height: Int { side }
    /// Width of an image, in pixels.
    public var width: Int { side }

    /// Creates a batch from its bytes.
    public init(side: Int, pixels: [UInt8], labels: [Int] = []) {
        self.side = side
        self.pixels = pixels
        self.labels = labels
    }
}
