/// How a camera was held: the sides of the picture that the first stored row and column are (Exif
/// 2.3, tag 0x0112).
enum ImageOrientation: UInt16 {
    case topLeft = 1
    case topRight, bottomRight, bottomLeft, leftTop, rightTop, rightBottom, leftBottom

    /// The orientation in a picture's metadata; upright if there is none, or an invalid one.
    ///
    /// - Parameters:
    ///   - exif: A TIFF file without pixels, as cameras write it.
    ///   - xmp: An XMP packet, which is used only if the Exif data has no orientation.
    init(exif: UnsafeRawBufferPointer?, xmp: UnsafeRawBufferPointer?) {
        self = .topLeft
        if let exif {
            guard let data = ExifData(exif) else { return }
            if let stated = data.orientation {
                self = UInt16(exactly: stated).flatMap(Self.init(rawValue:)) ?? .topLeft
                return
            }
        }
        if let stated = xmp.flatMap(XMPPacket.orientation) {
            self = Self(rawValue: stated) ?? .topLeft
        }
    }

    /// The picture, rotated upright.
    func upright(_ image: RGBImage) -> RGBImage {
        guard self != .topLeft else { return image }
        let swapsSides = rawValue >= Self.leftTop.rawValue
        let (width, height) =
            swapsSides ? (image.height, image.width) : (image.width, image.height)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(image.pixels.count)
        for y in 0..<height {
            for x in 0..<width {
                let (column, row) = source(x, y, image.width - 1, image.height - 1)
                let index = (row * image.width + column) * 3
                pixels += image.pixels[index..<index + 3]
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Column and row of the stored pixel for a position of the upright picture.
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

/// A camera's metadata of a picture: a TIFF file without pixels.
private struct ExifData {
    private let bytes: UnsafeRawBufferPointer
    private let isBigEndian: Bool

    /// Checks the first bytes; nil if they are not those of a TIFF file.
    init?(_ data: UnsafeRawBufferPointer) {
        var rest = data
        while rest.starts(with: "Exif\0\0".utf8) {
            rest = UnsafeRawBufferPointer(rebasing: rest[6...])
        }
        // In either byte order, since some programs write this number in the wrong one.
        guard rest.count >= 8, (rest[2], rest[3]) == (42, 0) || (rest[2], rest[3]) == (0, 42)
        else { return nil }
        switch (rest[0], rest[1]) {
        case (0x49, 0x49): isBigEndian = false
        case (0x4d, 0x4d): isBigEndian = true
        default: return nil
        }
        bytes = rest
    }

    /// The value of the orientation tag in the first directory, an integer of any type.
    var orientation: Int? {
        guard let directory = word(4), let count = short(directory) else { return nil }
        for index in stride(from: directory + 2, to: directory + 2 + 12 * Int(count), by: 12) {
            guard index + 12 <= bytes.count, let tag = short(index) else { return nil }
            if tag == 0x0112 { return value(ofEntry: index) }
        }
        return nil
    }

    /// The first of an entry's numbers.
    private func value(ofEntry index: Int) -> Int? {
        guard let count = word(index + 4), count > 0 else { return nil }
        // Values of more than four bytes are stored elsewhere.
        func first(_ size: Int) -> Int? { count * size <= 4 ? index + 8 : word(index + 8) }
        switch short(index + 2) {
        case 3, 8: return first(2).flatMap(short).map(Int.init)
        case 4, 9: return first(4).flatMap(word)
        case 6: return first(1).flatMap { $0 < bytes.count ? Int(bytes[$0]) : nil }
        default: return nil
        }
    }

    private func short(_ index: Int) -> UInt16? {
        guard index + 2 <= bytes.count else { return nil }
        let stored = bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self)
        return isBigEndian ? UInt16(bigEndian: stored) : UInt16(littleEndian: stored)
    }

    private func word(_ index: Int) -> Int? {
        guard index + 4 <= bytes.count else { return nil }
        let stored = bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)
        return Int(isBigEndian ? UInt32(bigEndian: stored) : UInt32(littleEndian: stored))
    }
}

/// The XMP metadata of a picture: XML, which is searched for one attribute or element.
private enum XMPPacket {
    /// The digit after `tiff:Orientation="` or `<tiff:Orientation>`.
    static func orientation(_ packet: UnsafeRawBufferPointer) -> UInt16? {
        let name = Array("tiff:Orientation".utf8)
        var index = 0
        while index + name.count + 2 <= packet.count {
            defer { index += 1 }
            guard packet[index] == name[0],
                packet[index..<index + name.count].elementsEqual(name)
            else { continue }
            let rest = packet[(index + name.count)...]
            let sign = rest.starts(with: "=\"".utf8) ? 2 : rest.first == 0x3e ? 1 : 0
            if sign > 0, let digit = rest.dropFirst(sign).first, (0x30...0x39).contains(digit) {
                return UInt16(digit - 0x30)
            }
        }
        return nil
    }
}
