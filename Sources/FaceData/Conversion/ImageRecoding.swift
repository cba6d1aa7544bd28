/// How an image's bytes are changed when a set is written in another format.
public struct ImageRecoding: Sendable, Hashable {
    /// Height and width that images are fitted to, in pixels; nil to leave the bytes unchanged.
    public var side: Int?
    /// Quality of the JPEGs that are written, 1...100; nil for PNG.
    public var quality: Int?

    /// Leaves every byte unchanged.
    public static let none = ImageRecoding()

    /// Creates a recoding; without a side, bytes are left unchanged.
    public init(side: Int? = nil, quality: Int? = nil) {
        self.side = side
        self.quality = quality
    }

    /// The ending of all files afterwards; nil if bytes are left unchanged.
    var ending: String? { side == nil ? nil : quality == nil ? "png" : "jpg" }

    /// The recoded bytes of an image.
    func apply(
        _ bytes: UnsafeRawBufferPointer, path: @autoclosure () -> String
    ) throws(FaceDataError) -> [UInt8] {
        guard let side else { return Array(bytes) }
        let image = ImageFitting.fit(
            try ImageDecoder().decode(bytes, path: path()), side: side)
        guard let quality else { return try ImageEncoder.png(image) }
        return try ImageEncoder.jpeg(image, quality: quality)
    }
}
