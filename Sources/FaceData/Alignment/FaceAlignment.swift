/// Turns a picture and the five points of a face in it into an aligned face, by the similarity transform
/// that best fits the points to a template's in the sense of least squares.
public struct FaceAlignment: Sendable {
    /// The points' target positions, and the size of aligned faces.
    public let template: FaceTemplate

    /// Aligns faces to insightface's template.
    ///
    /// - Parameter side: Height and width of aligned faces: a multiple of 112 or of 128 for insightface's
    ///   templates; at least 1.
    public init(side: Int = 112) {
        self.init(.insightface(side: side))
    }

    /// Aligns faces to a template.
    public init(_ template: FaceTemplate) {
        self.template = template
    }

    /// The aligned face, sampled bilinearly; black outside the picture.
    ///
    /// - Returns: nil when the five points coincide.
    public func align(_ image: RGBImage, _ points: FacePoints) -> RGBImage? {
        guard let transform = SimilarityTransform(from: points, to: template.points) else {
            return nil
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(template.width * template.height * 3)
        image.pixels.withUnsafeBufferPointer { source in
            for row in 0..<template.height {
                for column in 0..<template.width {
                    let position = transform.inverse(Double(column), Double(row))
                    Self.append(
                        source, image.width, image.height, position.x, position.y, to: &pixels)
                }
            }
        }
        return RGBImage(width: template.width, height: template.height, pixels: pixels)
    }

    /// The colour at a position between pixels.
    private static func append(
        _ source: UnsafeBufferPointer<UInt8>, _ width: Int, _ height: Int, _ x: Double, _ y: Double,
        to pixels: inout [UInt8]
    ) {
        // More than a pixel outside the picture, all four neighbours are black; this also bounds
        // the conversions to `Int`.
        guard x > -1, y > -1, x < Double(width), y < Double(height) else {
            return pixels.append(contentsOf: [0, 0, 0])
        }
        let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        let (fx, fy) = (x - Double(left), y - Double(top))
        var (red, green, blue) = (0.5, 0.5, 0.5)
        for corner in 0..<4 {
            let (column, row) = (left + (corner & 1), top + (corner >> 1))
            let weight = (column > left ? fx : 1 - fx) * (row > top ? fy : 1 - fy)
            guard column >= 0, row >= 0, column < width, row < height else { continue }
            let position = (row * width + column) * 3
            red += weight * Double(source[position])
            green += weight * Double(source[position + 1])
            blue += weight * Double(source[position + 2])
        }
        pixels.append(UInt8(red))
        pixels.append(UInt8(green))
        pixels.append(UInt8(blue))
    }
}
