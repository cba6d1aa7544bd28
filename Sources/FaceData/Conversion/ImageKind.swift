/// The format of an image file.
public enum ImageKind: String, Codable, Sendable, CaseIterable {
    case jpeg, png, webp, bmp, pgm, ppm, other

    /// Recognises the format by the first bytes.
    public init(_ bytes: UnsafeRawBufferPointer) {
        if JPEGDecoder.isJPEG(bytes) {
            self = .jpeg
        } else if PNGDecoder.isPNG(bytes) {
            self = .png
        } else if WebPDecoder.isWebP(bytes) {
            self = .webp
        } else if BMPDecoder.isBMP(bytes) {
            self = .bmp
        } else if PortableAnymap.isAnymap(bytes) {
            self = "25".utf8.contains(bytes[1]) ? .pgm : .ppm
        } else {
            self = .other
        }
    }

    /// File name extension, without the point.
    public var ending: String {
        switch self {
        case .jpeg: "jpg"
        case .other: "bin"
        default: rawValue
        }
    }
}
