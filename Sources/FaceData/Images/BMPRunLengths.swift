/// Decodes run-length encoded bitmaps of 4 or 8 bits; with 4 bits, a run alternates between two
/// colours.
struct BMPRunLengths {
    private let width: Int
    private let height: Int
    private let isOfHalfBytes: Bool
    /// Palette indices; pixels that no run covers have index 0.
    private var samples: [UInt8]
    private var column = 0
    private var row = 0

    init(_ header: BMPHeader) {
        (width, height) = (header.width, header.height)
        isOfHalfBytes = header.bits == 4
        samples = [UInt8](repeating: 0, count: width * height)
    }

    /// Decodes the whole bitmap, in the file's order of rows.
    ///
    /// Pixels beyond the end of a row are dropped.
    consuming func samples(_ bytes: UnsafeRawBufferPointer) throws(ImageRefusal) -> [UInt8] {
        var position = 0
        // A bitmap whose rows are all full may lack the end marker.
        while row < height, !(row == height - 1 && column >= width) {
            guard position + 2 <= bytes.count else { throw ImageRefusal("it is truncated") }
            let (count, value) = (Int(bytes[position]), bytes[position + 1])
            position += 2
            switch (count, value) {
            case (0, 0): (column, row) = (0, row + 1)
            case (0, 1): return samples
            case (0, 2):
                guard position + 2 <= bytes.count else { throw ImageRefusal("it is truncated") }
                column += Int(bytes[position])
                row += Int(bytes[position + 1])
                position += 2
            case (0, _):
                let size = isOfHalfBytes ? (Int(value) + 1) / 2 : Int(value)
                guard position + size <= bytes.count else { throw ImageRefusal("it is truncated") }
                for index in 0..<Int(value) {
                    put(part(of: bytes[position + (isOfHalfBytes ? index / 2 : index)], index))
                }
                // Such runs are padded to an even number of bytes.
                position += size + size % 2
            default:
                for index in 0..<count { put(part(of: value, index)) }
            }
        }
        return samples
    }

    /// The index at a position of a run: half of a byte with 4 bits, otherwise the byte.
    private func part(of byte: UInt8, _ index: Int) -> UInt8 {
        isOfHalfBytes ? (index % 2 == 0 ? byte >> 4 : byte & 15) : byte
    }

    private mutating func put(_ colour: UInt8) {
        if column < width { samples[row * width + column] = colour }
        column += 1
    }
}
