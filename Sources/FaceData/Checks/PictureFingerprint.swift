/// What two copies of a picture have in common even when they were compressed anew: whether each of
/// 8 x 8 places is brighter than its neighbour to the right, and than the one below.
public struct PictureFingerprint: Sendable, Hashable {
    /// A bit for each place: brighter than the place to the right.
    public let across: UInt64
    /// A bit for each place: brighter than the place below.
    public let down: UInt64

    /// Reduces a picture.
    public init(_ image: RGBImage) {
        let side = 9
        let small = ImageFitting.fit(image, side: side)
        let grey = (0..<side * side).map { (place: Int) -> Int in
            let red = Int(small.pixels[3 * place])
            let green = Int(small.pixels[3 * place + 1])
            let blue = Int(small.pixels[3 * place + 2])
            return 299 * red + 587 * green + 114 * blue
        }
        var (across, down): (UInt64, UInt64) = (0, 0)
        for y in 0..<side - 1 {
            for x in 0..<side - 1 {
                let place = y * side + x
                across = across << 1 | (grey[place] > grey[place + 1] ? 1 : 0)
                down = down << 1 | (grey[place] > grey[place + side] ? 1 : 0)
            }
        }
        (self.across, self.down) = (across, down)
    }

    /// A picture without any difference in brightness is like every other such picture.
    var isFlat: Bool { across == 0 && down == 0 }
}
