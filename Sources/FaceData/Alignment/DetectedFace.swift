/// A rectangle of a picture, in pixels, where the middle of the first pixel is (0, 0).
public struct FaceBox: Sendable, Hashable, Codable {
    /// Columns of the sides.
    public var left: Double
    /// Rows of the sides.
    public var top: Double
    /// Columns of the sides.
    public var right: Double
    /// Rows of the sides.
    public var bottom: Double

    /// Creates a rectangle from its edges, in pixels.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// Columns between the sides.
    public var width: Double { right - left }
    /// Rows between the sides.
    public var height: Double { bottom - top }
    /// Square pixels; 0 if a side is beyond the opposite one.
    public var area: Double { max(0, width) * max(0, height) }
    /// The intersection of the diagonals.
    public var middle: FacePoints.Point { .init((left + right) / 2, (top + bottom) / 2) }

    /// The rectangle in a picture that is shifted and then scaled.
    public func moved(by shift: (x: Double, y: Double), scale: Double = 1) -> FaceBox {
        FaceBox(
            left: (left + shift.x) * scale, top: (top + shift.y) * scale,
            right: (right + shift.x) * scale, bottom: (bottom + shift.y) * scale)
    }

    /// The fraction of the rectangle within a picture; 0 if it has no area.
    public func fractionInside(width: Int, height: Int) -> Double {
        guard area > 0 else { return 0 }
        let part = FaceBox(
            left: max(left, -0.5), top: max(top, -0.5), right: min(right, Double(width) - 0.5),
            bottom: min(bottom, Double(height) - 0.5))
        return part.area / area
    }
}

/// A face that a detector found.
public struct DetectedFace: Sendable, Hashable {
    /// Its box; it may reach beyond the picture.
    public var box: FaceBox
    /// The detector's confidence, 0...1.
    public var score: Double
    /// Its five points; nil for detectors that find boxes alone.
    public var points: FacePoints?

    /// Creates a face from a detector's output.
    public init(box: FaceBox, score: Double, points: FacePoints?) {
        (self.box, self.score, self.points) = (box, score, points)
    }
}

/// Finds faces in pictures.
///
/// Any number of threads may ask at once. One picture gives the same faces each time.
public protocol FaceDetector: Sendable {
    /// Distinguishes its results from those of other detectors, settings and weights: `mtcnn min=20 3f2a...`.
    var identity: String { get }

    /// The score from which a face is surely upright. Below it, pictures are searched turned as well, for
    /// detectors that see faces in turned ones; 0 for those that do not.
    var certainScore: Double { get }

    /// All faces of a picture, those with the highest scores first.
    func faces(in image: RGBImage) throws -> [DetectedFace]
}

extension FaceDetector {
    /// A face in a rotated picture is never reported as upright.
    public var certainScore: Double { 0 }
}
