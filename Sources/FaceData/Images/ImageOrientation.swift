/// How a camera was held: where the first row and column of a stored picture belong (Exif 2.3,
/// tag 0x0112).
enum ImageOrientation: UInt16 {
    case topLeft = 1
    case topRight, bottomRight, bottomLeft, leftTop, rightTop, rightBottom, leftBottom

    /// The orientation that a JPEG's Exif segment tells; upright where it tells none, or none that
    /// can be understood.
    init(ofJPEG bytes: UnsafeRawBufferPointer) {
        let tag = ExifSegment(ofJPEG: bytes)?.orientation
        self = tag.flatMap(Self.init(rawValue:)) ?? .topLeft
    }

    /// The picture as it was seen.
    func upright(_ image: RGBImage) -> RGBImage {
        guard self != .topLeft else { return image }
        let isTurned = rawValue >= Self.leftTop.rawValue
        let (width, height) =
            isTurned ? (image.height, image.width) : (image.width, image.height)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(image.pixels.count)
        for y in 0..<height {
            for x in 0..<width {
                let (column, row) = source(x, y, image.width - 1, image.height - 1)
                let place = (row * image.width + column) * 3
                pixels += image.pixels[place..<place + 3]
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Column and row of the stored pixel that is seen at a place.
    private func source(_ x: Int, _ y: Int, _ right: Int, _ bottom: Int) -> (Int, Int) {
        switch self {
        case .topLeft: (x, y)
        case .topRight: (right - x, y)
        case .bottomRight: (right - x, bottom - y)
        case .bottomLeft: (x, bottom - y)
        case .leftTop: (y, x)
        case .rightTop: (y, bottom - x)
        case .rightBottom: (right - y, bottom - x)
        case .leftBottom: (right - y, x)
        }
    }
}

/// The part of a JPEG that a camera writes about a picture: a TIFF file without pixels.
private struct ExifSegment {
    private let bytes: UnsafeRawBufferPointer
    private let isBigEndian: Bool

    /// Finds the segment; nil where there is none.
    init?(ofJPEG bytes: UnsafeRawBufferPointer) {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xff {
            let marker = bytes[place + 1]
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            // The picture itself begins, or the segment ends behind the file.
            guard marker != 0xda, length >= 2, place + 2 + length <= bytes.count else { return nil }
            if marker == 0xe1 {
                let segment = bytes[place + 4..<place + 2 + length]
                if let found = ExifSegment(segment: UnsafeRawBufferPointer(rebasing: segment)) {
                    self = found
                    return
                }
            }
            place += 2 + length
        }
        return nil
    }

    private init?(segment: UnsafeRawBufferPointer) {
        guard segment.starts(with: Array("Exif\0\0".utf8)), segment.count >= 14 else { return nil }
        bytes = UnsafeRawBufferPointer(rebasing: segment[6...])
        switch (bytes[0], bytes[1]) {
        case (0x49, 0x49): isBigEndian = false
        case (0x4d, 0x4d): isBigEndian = true
        default: return nil
        }
    }

    /// The value of the orientation's tag in the first directory.
    var orientation: UInt16? {
        guard let directory = word(4), let count = short(directory) else { return nil }
        for entry in 0..<Int(count) {
            let place = directory + 2 + 12 * entry
            guard let tag = short(place) else { return nil }
            // A single number of 16 bits.
            if tag == 0x0112, short(place + 2) == 3, word(place + 4) == 1 {
                return short(place + 8)
            }
        }
        return nil
    }

    private func short(_ place: Int) -> UInt16? {
        guard place + 2 <= bytes.count else { return nil }
        let stored = bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)
        return isBigEndian ? UInt16(bigEndian: stored) : UInt16(littleEndian: stored)
    }

    private func word(_ place: Int) -> Int? {
        guard place + 4 <= bytes.count else { return nil }
        let stored = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
        return Int(isBigEndian ? UInt32(bigEndian: stored) : UInt32(littleEndian: stored))
    }
}
