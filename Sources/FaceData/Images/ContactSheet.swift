/// Arranges many small pictures in one, e.g. with a row for each identity.
public struct ContactSheet: Sendable, Hashable {
    /// Height and width of a cell, in pixels; at least 1.
    public let side: Int
    /// Pixels between cells and around them.
    public let gap: Int
    /// Grey level of the background, 0...255.
    public let background: UInt8

    /// Creates a layout with cells of `side` pixels.
    public init(side: Int, gap: Int = 2, background: UInt8 = 255) {
        precondition(side > 0 && gap >= 0, "a contact sheet's cells must have a size")
        self.side = side
        self.gap = gap
        self.background = background
    }

    /// Lays out pictures, each fitted to its cell.
    ///
    /// - Parameter rows: The pictures of each row, from left to right; short rows leave cells
    ///   blank.
    /// - Returns: A picture as wide as the longest row; a single background pixel if there are no
    ///   pictures.
    public func image(of rows: [[RGBImage]]) -> RGBImage {
        guard let columns = rows.map(\.count).max(), columns > 0 else {
            return RGBImage(
                width: 1, height: 1, pixels: Array(repeating: background, count: 3))
        }
        let width = gap + columns * (side + gap)
        let height = gap + rows.count * (side + gap)
        var pixels = [UInt8](repeating: background, count: width * height * 3)
        for (row, images) in rows.enumerated() {
            for (column, image) in images.enumerated() {
                let fitted = ImageFitting.fit(image, side: side)
                let corner = (gap + row * (side + gap)) * width + gap + column * (side + gap)
                for y in 0..<side {
                    let index = (corner + y * width) * 3
                    pixels.replaceSubrange(
                        index..<index + side * 3,
                        with: fitted.pixels[y * side * 3..<(y + 1) * side * 3])
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
