/// Swaps left and right.
enum ImageMirror {
    /// Writes the mirror image of a square.
    ///
    /// Four bytes are copied at once, the fourth of which the next pixel overwrites. Therefore the
    /// source must have one byte more than its pixels, and the very last pixel is copied
    /// separately.
    ///
    /// - Parameters:
    ///   - source: `side * side * 3` bytes and one more.
    ///   - target: `side * side * 3` bytes.
    static func copy(
        _ source: UnsafeRawBufferPointer, side: Int, into target: UnsafeMutableRawBufferPointer
    ) {
        let width = side * 3
        precondition(source.count > side * width && target.count >= side * width)
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for row in 0..<side {
            var read = from + (row + 1) * width
            var write = to + row * width
            let last = row == side - 1 ? side - 1 : side
            for _ in 0..<last {
                read -= 3
                write.storeBytes(
                    of: read.loadUnaligned(as: UInt32.self), as: UInt32.self)
                write += 3
            }
        }
        let corner = (side - 1) * width
        (to + corner + width - 3).copyMemory(from: from + corner, byteCount: 3)
    }
}
