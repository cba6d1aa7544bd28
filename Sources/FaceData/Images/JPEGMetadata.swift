/// The metadata in a JPEG's segments before the picture.
struct JPEGMetadata {
    /// The first segment of Exif data, without its name.
    private(set) var exif: UnsafeRawBufferPointer?
    /// The last XMP packet, without its name.
    private(set) var xmp: UnsafeRawBufferPointer?

    /// Reads the segments as far as they are intact.
    init(_ bytes: UnsafeRawBufferPointer) {
        var index = 2
        while index + 4 <= bytes.count, bytes[index] == 0xff {
            let marker = bytes[index + 1]
            // Fill bytes, any number of which may precede a marker.
            if marker == 0xff {
                index += 1
                continue
            }
            let length = Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
            // The picture itself begins, or the segment exceeds the file.
            guard marker != 0xda, length >= 2, index + 2 + length <= bytes.count else { return }
            if marker == 0xe1 {
                take(UnsafeRawBufferPointer(rebasing: bytes[index + 4..<index + 2 + length]))
            }
            index += 2 + length
        }
    }

    private mutating func take(_ segment: UnsafeRawBufferPointer) {
        func content(after name: String) -> UnsafeRawBufferPointer? {
            guard segment.starts(with: name.utf8) else { return nil }
            return UnsafeRawBufferPointer(rebasing: segment[name.utf8.count...])
        }
        if exif == nil, let data = content(after: "Exif\0\0") {
            exif = data
        } else if let packet = content(after: "http://ns.adobe.com/xap/1.0/\0") {
            xmp = packet
        }
    }
}
